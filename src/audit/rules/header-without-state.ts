import { auditRule, counted, isSettled, type Problem } from './rule.js';

export const headerWithoutState = auditRule({
  id: 'header-without-state',
  topic: 'activity',
  severity: 'warning',
  fleeting: true,
  title: 'every operation has a state',
  why: 'An operation without a state is neither active nor ended: it holds nothing, and a worker that meets it cannot say what to do. It is a rest of something that was written or removed in halves.',
  examples: [
    'A program wrote the tables in separate transactions and was killed between them.',
    "Shaken Fist's sweep was interrupted.",
  ],
  remedy: "Shaken Fist's hourly sweep removes such rows; if they stay, sf-ops audit --fix does.",
  fix: 'removes its header, its targets and its work rows',
  found: (count) => `${counted(count, 'operation has', 'operations have')} a header and no state.`,
  none: 'Every operation that was looked at has a state.',
  look: ({ strayWork }, facts) => {
    const stray = strayWork.flatMap(({ operation, hasHeader, state, queuedAt }): Problem[] => {
      if (operation === null || !hasHeader || state !== null || !isSettled(queuedAt, facts)) return [];
      return [{ ...operation, name: null, detail: 'a work row and a header, no state' }];
    });
    const found = new Set(stray.map(({ uuid }) => uuid));
    const { leftovers } = facts;
    const rest = leftovers !== null && 'value' in leftovers ? leftovers.value.headersWithoutState : [];
    const others = rest
      .filter(({ uuid, since }) => !found.has(uuid) && isSettled(since, facts))
      .map(({ type, uuid }): Problem => ({ type, uuid, name: null, detail: 'a header, no state' }));
    return [...stray, ...others];
  },
});
