import { formatDuration } from '../../core/duration.js';
import { isStuck } from '../../core/operations/blocker.js';
import { createdAtOf } from '../../core/operations/operation-record.js';
import type { Uuid } from '../../core/uuid.js';
import { objectKey, type ActiveOperation } from './facts.js';
import { auditRule, counted, isSettled } from './rule.js';

export const heldByStuck = auditRule({
  id: 'held-by-stuck',
  topic: 'activity',
  severity: 'error',
  fleeting: true,
  title: 'no network is held by operations that will never run',
  why: 'While an operation is active on a network, Shaken Fist calls the network okay and does not repair it. Operations that will never run make that last.',
  examples: [
    'The only active operation on a network is an orphan, waits for one that failed, or sits in a queue that nobody drains.',
  ],
  remedy: 'sf-ops explain network NETWORK, then requeue or abort what holds it.',
  fix: null,
  found: (count) =>
    `${counted(count, 'network is', 'networks are')} held only by operations that will not go on.`,
  none: 'No network is held by operations that will never run.',
  look: ({ operations, objects }, facts) => {
    const byNetwork = new Map<Uuid, ActiveOperation[]>();
    for (const operation of operations) {
      for (const { objectType, uuid, observational } of operation.record.targets) {
        if (objectType !== 'network' || observational) continue;
        byNetwork.set(uuid, [...(byNetwork.get(uuid) ?? []), operation]);
      }
    }
    return [...byNetwork].flatMap(([uuid, holding]) => {
      const isHeld = holding.every(
        ({ record, blocker }) => isStuck(blocker) && isSettled(record.state?.since ?? 0, facts),
      );
      if (!isHeld) return [];
      const oldest = Math.min(...holding.map(({ record }) => createdAtOf(record) ?? facts.now));
      return [
        {
          type: 'network',
          uuid,
          name: objects.get(objectKey('network', uuid))?.name ?? null,
          detail: `${reasonsOf(holding)} for ${formatDuration(facts.now - oldest)}`,
          remedy: `sf-ops explain network ${uuid}`,
          evidence: {
            operations: holding.map(({ record, blocker }) => ({
              operation_uuid: record.uuid,
              reason: blocker.reason,
            })),
          },
        },
      ];
    });
  },
});

/** `1 operation, orphaned`, `3 operations (2 undrained, 1 stale claim), the oldest`. */
function reasonsOf(holding: readonly ActiveOperation[]): string {
  const counts = new Map<string, number>();
  for (const { blocker } of holding) counts.set(blocker.reason, (counts.get(blocker.reason) ?? 0) + 1);
  const parts = [...counts].map(([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`);
  const [only] = holding;
  return holding.length === 1
    ? `1 operation, ${only!.blocker.reason.replaceAll('_', ' ')}`
    : `${holding.length} operations (${parts.join(', ')}), the oldest`;
}
