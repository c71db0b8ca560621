import type { Names } from '../../core/names.js';
import { blockerOf, isStuck } from '../../core/operations/blocker.js';
import { isActive } from '../../core/operations/state.js';
import { targetedOperations, type TargetedOperation } from '../../core/operations/targeted-operation.js';
import type { Database } from '../../database/database.js';
import { readRecords, recordsAt } from '../../database/queries/operation-records.js';
import { activeTargets, type Everything, type ObjectReference } from '../../database/queries/targets.js';
import { listPending } from '../../operations/pending-list.js';
import { listedOperation, operationColumns, type ListedOperation } from '../operation-columns.js';
import { Totals } from '../pending/totals.js';
import { missing, type View } from './view.js';

/** The oldest so many are watched; each costs a look at its rows, every time. */
const WATCHED_AT_MOST = 10_000;

export function pendingView(
  database: Database,
  of: readonly ObjectReference[] | Everything,
  now: () => number,
): View<ListedOperation> {
  const keyOf = ({ row }: ListedOperation): string =>
    `${row.operation_uuid} ${row.target_object_type} ${row.target_uuid}`;
  return {
    read: async (known) => {
      const at = now();
      const { listed, count } = await readPending(database, of, at);
      const rows = listed.sort((a, b) => Number(isStuck(b.blocker)) - Number(isStuck(a.blocker)));
      const totals = new Totals();
      for (const row of rows) totals.add(row);
      const summary = rows.length === 0 ? 'Nothing is pending' : totals.text;
      return {
        rows,
        ended: await asEnded(database, missing(known, rows, keyOf), at),
        summary: count > WATCHED_AT_MOST ? `The oldest of ${count}: ${summary}` : summary,
      };
    },
    keyOf,
    signatureOf: ({ row: { state, queue, stuck, reason } }) =>
      JSON.stringify([
        ...[state, stuck, reason, queue?.queue_name, queue?.scheduled_at, queue?.claimed_at],
        ...[queue?.claimed_by, queue?.attempts],
      ]),
    columns: operationColumns,
    documentOf: ({ row }) => row,
    explanationOf: ({ row }) => ({ words: [row.operation_uuid] }),
  };
}

interface ReadPending {
  /** Oldest first. */
  listed: ListedOperation[];
  /** Of all that are pending. */
  count: number;
}

async function readPending(
  database: Database,
  of: readonly ObjectReference[] | Everything,
  at: number,
): Promise<ReadPending> {
  const description = await database.describe();
  const listed: ListedOperation[] = [];
  const add = (operations: readonly TargetedOperation[], names: Names): void => {
    for (const operation of operations) listed.push(listedOperation(operation, names, at));
  };
  if ('typeName' in of) {
    const bounds = { now: at, limit: WATCHED_AT_MOST };
    const list = await listPending(database, description, of, () => true, bounds);
    for await (const { operations, names } of list.portions()) add(operations, names);
    return { listed, count: list.count };
  }
  return database.snapshot(async (session) => {
    const all = (await activeTargets(session, description, of)).filter((one) => !one.observational);
    const targets = all.slice(0, WATCHED_AT_MOST);
    const { recorded, cluster, names } = await recordsAt(session, description, targets, at, { named: true });
    add(targetedOperations(recorded, cluster, at), names);
    return { listed, count: all.length };
  });
}

/**
 * What was pending and is no longer listed, with the state that it has now; null where it is gone. What is active and
 * merely no longer among the oldest has not ended.
 */
async function asEnded(
  database: Database,
  left: readonly ListedOperation[],
  at: number,
): Promise<ListedOperation[]> {
  if (left.length === 0) return [];
  const description = await database.describe();
  const uuids = left.map(({ row }) => row.operation_uuid);
  const { records, cluster } = await database.read(async (session) =>
    readRecords(session, description, uuids, at),
  );
  return left.flatMap((one): ListedOperation[] => {
    const record = records.get(one.row.operation_uuid);
    const state = record?.state?.value ?? null;
    if (isActive(state)) return [];
    const blocker =
      record === undefined ? ({ reason: 'gone', since: null } as const) : blockerOf(record, cluster, at);
    const age_seconds = Math.max(0, Math.round((at - one.row.created_at) * 1000) / 1000);
    const row = { ...one.row, state, queue: null, stuck: null, reason: blocker.reason, age_seconds };
    return [{ ...one, row, blocker }];
  });
}
