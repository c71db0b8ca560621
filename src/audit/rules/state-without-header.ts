import { auditRule, counted, isSettled, operationSubject, type Problem } from './rule.js';

export const stateWithoutHeader = auditRule({
  id: 'state-without-header',
  topic: 'activity',
  severity: 'warning',
  fleeting: true,
  title: 'every state of an operation belongs to an operation',
  why: 'An active state holds the objects that target rows lead to, although there is nothing left that a worker could run.',
  examples: [
    'A header was deleted by hand.',
    "Shaken Fist's sweep was interrupted.",
    'A restore brought back some tables and not others.',
  ],
  remedy: 'sf-ops audit --fix state-without-header sets the state to deleted; the sweep then removes it.',
  fix: 'sets the state to deleted and removes its work rows, where there is still no header',
  found: (count) => `${counted(count, 'state belongs', 'states belong')} to no operation.`,
  none: 'Every state that was looked at belongs to an operation.',
  look: ({ operations }, facts) => {
    const active = operations.flatMap(({ record }): Problem[] => {
      const { header, state } = record;
      if (header !== null || state === null || !isSettled(state.since, facts)) return [];
      return [
        {
          ...operationSubject(record),
          detail: `${state.value}, no header`,
          evidence: { state: state.value },
        },
      ];
    });
    const { leftovers } = facts;
    const rest = leftovers !== null && 'value' in leftovers ? leftovers.value.statesWithoutHeader : [];
    const found = new Set(active.map(({ uuid }) => uuid));
    const others = rest
      .filter(({ uuid, since }) => !found.has(uuid) && isSettled(since, facts))
      .map(({ type, uuid, state }): Problem => ({
        type,
        uuid,
        name: null,
        detail: `${state ?? 'no value'}, no header`,
        evidence: { state },
      }));
    return [...active, ...others];
  },
});
