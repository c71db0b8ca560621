import { isCheckingIn, type ClusterFacts, type NodeFacts } from '../../core/cluster-facts.js';
import { formatDuration } from '../../core/duration.js';
import { workRowsOf, type WorkRow } from '../../core/operations/operation-record.js';
import { auditRule, counted, isSettled, operationSubject } from './rule.js';
import type { AuditFacts } from './facts.js';

export const claimOfDeadNode = auditRule({
  id: 'claim-of-dead-node',
  topic: 'activity',
  severity: 'warning',
  title: 'every claim was handed out by a node that is alive',
  why: 'claimed_by names the node whose database service handed the work out. Where that node is gone, the worker that asked it cannot report the end through it.',
  examples: ['A node was switched off while its workers were busy.', 'A node was removed from the cluster.'],
  remedy: 'Make sure that the worker is gone too, then sf-ops requeue OPERATION.',
  fix: 'releases the claim and sets the operation queued, so that the next worker takes it',
  found: (count) => `${counted(count, 'claim was', 'claims were')} handed out by a node that is gone.`,
  none: 'Every claim was handed out by a node that is alive.',
  look: ({ operations, cluster }, facts) =>
    operations.flatMap(({ record }) => {
      const [dead] = workRowsOf(record).flatMap((row) => {
        const why = whyDead(row, cluster, facts);
        return why === null ? [] : [{ row, why }];
      });
      if (dead === undefined) return [];
      const { row, why } = dead;
      return [
        {
          ...operationSubject(record),
          detail: `claimed ${formatDuration(facts.now - row.claimedAt!)} ago by ${row.claimedBy}, ${why}`,
          remedy: `sf-ops requeue ${record.uuid}`,
          evidence: { claimed_at: row.claimedAt, claimed_by: row.claimedBy, queue_name: row.queueName },
        },
      ];
    }),
});

/** A name that is not on record may still be a node's other name, so only a claim that is not fresh is accused. */
export function whyDead(
  { claimedAt, claimedBy }: WorkRow,
  cluster: ClusterFacts,
  facts: Pick<AuditFacts, 'now' | 'minAgeSeconds'>,
): string | null {
  if (claimedAt === null || claimedBy === null || cluster.nodes.length === 0) return null;
  const node = cluster.nodes.find((one) => isNamed(one, claimedBy));
  if (node === undefined)
    return facts.now - claimedAt > cluster.checkinMaximumSeconds ? 'which is not on record' : null;
  if (isCheckingIn(node, cluster, facts.now) || !isSettled(claimedAt, facts)) return null;
  return node.lastSeen === null
    ? 'which never checked in'
    : `which was last seen ${formatDuration(facts.now - node.lastSeen)} ago`;
}

function isNamed({ uuid, fqdn }: NodeFacts, name: string): boolean {
  return fqdn === name || uuid === name || fqdn.startsWith(`${name}.`);
}
