import { sql, type SQL } from 'drizzle-orm';
import type { QueuePosition } from '../../core/operations/explanation.js';
import { likelyQueues } from '../../core/operations/likely-queues.js';
import { PRIORITY_NAMES } from '../../core/operations/priority.js';
import { parseQueueName, queueName } from '../../core/operations/queue-name.js';
import type { WorkRow } from '../../core/operations/operation-record.js';
import { parseUuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { askTogether, question } from '../questions.js';
import type { Session } from '../session.js';
import { IN_INDEX_ORDER } from './active-side.js';

/** Rows counted in one lane, and completed operations looked at. */
const COUNTED_AT_MOST = 1_000;
const COMPLETED_AT_MOST = 1_000;
/** How far back a completion tells something about the pace: the sweep removes what is older. */
const LATELY_SECONDS = 900;

/**
 * Where a row that is due stands in its queue, and at which pace the queue was drained lately. Workers take the lanes of
 * a queue in the order of their priority, and each lane in the order in which its rows are due.
 *
 * @param now unix seconds
 */
export async function queuePosition(
  session: Session,
  description: DatabaseDescription,
  work: WorkRow,
  now: number,
): Promise<QueuePosition> {
  const { ahead, ends } = await askTogether(session, {
    ahead: question(sql.join(lanesBefore(work, now), sql` UNION ALL `), (rows: { count: number }[]) =>
      rows.map(({ count }) => Number(count)),
    ),
    // With a second state the statement has to walk the index of states; with one, the primary key would do as well.
    ends: question(
      sql`SELECT s.state_value, s.update_time, o.operation_type, o.node_uuid, o.priority
        FROM object_states s STRAIGHT_JOIN cluster_operations o ON o.uuid = REPLACE(s.object_uuid, '-', '')
        WHERE s.object_type IN ${description.operationLabels} AND s.state_value IN ('complete', 'deleted')
        ${IN_INDEX_ORDER} LIMIT ${COMPLETED_AT_MOST}`,
      (
        rows: {
          state_value: string;
          update_time: number;
          operation_type: string;
          node_uuid: string | null;
          priority: string | null;
        }[],
      ) =>
        rows
          .filter(({ state_value: state }) => state === 'complete')
          .filter(({ operation_type: type, node_uuid: node, priority }) =>
            likelyQueues(type, node === null ? null : parseUuid(node), priority).includes(work.queueName),
          )
          .map(({ update_time: endedAt }) => endedAt)
          .filter((endedAt) => now - endedAt <= LATELY_SECONDS),
    ),
  });
  const seconds = ends.length === 0 ? 0 : Math.max(1, now - Math.min(...ends));
  return {
    ahead: ahead.reduce((sum, count) => sum + count, 0),
    isMore: ahead.some((count) => count === COUNTED_AT_MOST),
    drained: ends.length === 0 ? null : { count: ends.length, seconds },
  };
}

function lanesBefore({ queueName: own, scheduledAt, id }: WorkRow, now: number): SQL[] {
  const counted = (
    queue: string,
    which: SQL,
  ): SQL => sql`SELECT COUNT(*) AS count FROM (SELECT 1 FROM work_queue
    WHERE queue_name = ${queue} AND claimed_at IS NULL AND ${which} LIMIT ${COUNTED_AT_MOST}) AS lane`;
  const name = parseQueueName(own);
  const moreUrgent = name === null ? [] : PRIORITY_NAMES.slice(0, PRIORITY_NAMES.indexOf(name.priority));
  return [
    // Two ranges of the index; an OR would read the whole queue.
    counted(own, sql`scheduled_at < ${scheduledAt}`),
    counted(own, sql`scheduled_at = ${scheduledAt} AND id < ${id}`),
    ...moreUrgent.map((priority) =>
      counted(queueName(name!.target, name!.family, priority), sql`scheduled_at <= ${now}`),
    ),
  ];
}
