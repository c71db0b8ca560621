import { blockerOf } from '../../core/operations/blocker.js';
import {
  relatedBy,
  waitedForBy,
  type OperationRecord,
  type OperationTarget,
  type WorkRow,
} from '../../core/operations/operation-record.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { readClusterFacts } from '../../database/queries/cluster-facts.js';
import { operationStates } from '../../database/queries/operation-rows.js';
import { recordsOneTargetOnly } from '../../database/queries/target-key.js';
import type { Session } from '../../database/session.js';
import type { Activity, StrayWork } from '../rules/facts.js';
import { readActiveRows, readActiveTargets, readRowsOf, type ActiveRow } from './operation-rows.js';
import { readTargetObjects } from './target-objects.js';
import { readWorkRows, type QueuedWork } from './work-rows.js';

const NOT_ASKED = { unknown: 'not looked for' };

/**
 * Everything that is going on, read from the side of what is active: each row of an active operation once, the work
 * queue once, and one row for each object and each other operation that these name. To be run in one snapshot.
 *
 * @param now unix seconds on the server's clock
 */
export async function readActivity(
  session: Session,
  description: DatabaseDescription,
  now: number,
): Promise<Activity> {
  const cluster = await readClusterFacts(session, description);
  const active = await readActiveRows(session, description);
  const queued = await readWorkRows(session);
  const states = new Map<Uuid, string | null>(active.map(({ uuid, state }) => [uuid, state.value]));
  const stray = queued.filter(({ operation }) => operation === null || !states.has(operation.uuid));
  const targets = await readActiveTargets(session, description);
  const others = [
    ...active.flatMap(({ header }) => waitedForBy(header?.header ?? null)),
    ...stray.flatMap(({ operation }) => operation?.uuid ?? []),
  ].filter((uuid) => !states.has(uuid));
  for (const [uuid, { value }] of await operationStates(session, description, others))
    states.set(uuid, value);

  const work = workByOperation(queued);
  const operations = active.map((one) => {
    const record = recordOf(one, targets.get(one.uuid)?.targets ?? [], work.get(one.uuid) ?? [], states);
    return { record, blocker: blockerOf(record, cluster, now) };
  });
  return {
    operations,
    strayWork: await strayWork(session, stray, states),
    objects: await readTargetObjects(
      session,
      description,
      [...targets.values()].flatMap((found) => found.targets),
    ),
    cluster,
    oneTargetOnly: await recordsOneTargetOnly(session),
  };
}

function workByOperation(queued: readonly QueuedWork[]): Map<Uuid, WorkRow[]> {
  const work = new Map<Uuid, WorkRow[]>();
  for (const { operation, row } of queued) {
    if (operation === null) continue;
    const known = work.get(operation.uuid);
    if (known === undefined) work.set(operation.uuid, [row]);
    else known.push(row);
  }
  for (const rows of work.values()) rows.sort((a, b) => a.scheduledAt - b.scheduledAt);
  return work;
}

function recordOf(
  { uuid, type, state, header }: ActiveRow,
  targets: readonly OperationTarget[],
  work: readonly WorkRow[],
  states: ReadonlyMap<Uuid, string | null>,
): OperationRecord {
  return {
    uuid,
    type: header?.type ?? type,
    header: header?.header ?? null,
    state,
    work: { value: work },
    targets,
    ...relatedBy(header?.header ?? null, (one) => ({ value: states.get(one) ?? null, since: null })),
    requiredBy: NOT_ASKED,
    error: null,
  };
}

async function strayWork(
  session: Session,
  stray: readonly QueuedWork[],
  states: ReadonlyMap<Uuid, string | null>,
): Promise<StrayWork[]> {
  const uuids = [...new Set(stray.flatMap(({ operation }) => operation?.uuid ?? []))];
  const rows = await readRowsOf(session, uuids);
  return stray.map(({ row, queuedAt, operation }) => ({
    row,
    queuedAt,
    operation,
    hasHeader: operation !== null && rows.get(operation.uuid)!.header !== null,
    state: operation === null ? null : (states.get(operation.uuid) ?? null),
  }));
}
