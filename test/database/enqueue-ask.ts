import { SfOpsError } from '../../src/core/errors.js';
import { enqueue, type EnqueueOutcome } from '../../src/operations/enqueue/enqueue.js';
import type { Decision } from '../../src/core/operations/decide.js';
import { NETWORK, now } from '../fixtures/rows.js';
import type { Site } from '../fixtures/site.js';

export const REPAIR = { operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_ensure_mesh'] };
/** A net_op that is never coalesced. */
export const DEPLOY = { ...REPAIR, tasks: ['network_deploy'] };

type Raw = Readonly<Record<string, unknown>>;

/** Enqueues as a program of its own does; what could not be enqueued comes back as its error. */
export async function enqueueAll(
  site: Site,
  requests: readonly Raw[],
  { force = false } = {},
): Promise<EnqueueOutcome[]> {
  const database = site.database();
  const outcomes = await enqueue(database, requests, { force, now });
  await database.close();
  return outcomes;
}

/** Enqueues one operation, or throws what it was refused for. */
export async function enqueueOne(site: Site, request: Raw, options = {}): Promise<Decision> {
  const [outcome] = await enqueueAll(site, [request], options);
  if (outcome instanceof SfOpsError) throw outcome;
  return outcome!;
}

const TABLES = ['cluster_operations', 'object_states', 'work_queue', 'cluster_operation_targets'] as const;

/** Every row that operations consist of, without the numbers that the database gives them. */
export async function operationTables(site: Site): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of TABLES) {
    const where = table === 'object_states' ? "WHERE object_type LIKE '%\\_OP'" : '';
    const rows = await site.query(`SELECT * FROM ${table} ${where} ORDER BY 1`);
    const numbered = ['id', 'sequence_number'];
    tables[table] = rows.map((row) =>
      Object.fromEntries(Object.entries(row).filter(([column]) => !numbered.includes(column))),
    );
  }
  return tables;
}

export async function emptyOperations(site: Site): Promise<void> {
  for (const table of [
    'cluster_operations',
    'work_queue',
    'cluster_operation_targets',
    'events',
    'event_objects',
  ])
    await site.query(`DELETE FROM ${table}`);
  await site.query("DELETE FROM object_states WHERE object_type LIKE '%\\_OP'");
}
