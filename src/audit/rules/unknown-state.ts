import { formatDuration } from '../../core/duration.js';
import { auditRule, counted, isSettled } from './rule.js';

export const unknownState = auditRule({
  id: 'unknown-state',
  topic: 'unknownStates',
  severity: 'warning',
  title: 'every operation is in a state that is known',
  why: 'A state that is neither active nor final holds nothing, and no worker and no sweep acts on it.',
  examples: [
    'A newer Shaken Fist has states that this program does not know.',
    'Somebody wrote a state by hand.',
  ],
  remedy: 'If no release of Shaken Fist in use knows the state, sf-ops abort OPERATION.',
  fix: null,
  found: (count) => `${counted(count, 'operation is', 'operations are')} in a state that is not known.`,
  none: 'Every operation is in a state that is known.',
  look: (states, facts) =>
    states
      .filter(({ since }) => isSettled(since, facts))
      .map(({ type, uuid, state, since }) => ({
        type,
        uuid,
        name: null,
        detail: `${state === null ? 'no value' : `"${state}"`} for ${formatDuration(facts.now - since)}`,
        remedy: `sf-ops show ${uuid}`,
        evidence: { state, since },
      })),
});
