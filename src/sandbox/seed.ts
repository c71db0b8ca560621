import { sql } from 'drizzle-orm';
import type { ObjectTypeValue } from '../core/object-types.js';
import type { Row } from '../core/operations/operation-rows.js';
import { pythonJson } from '../core/python-json.js';
import { parseUuid, type Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import { insertInto } from '../database/insert.js';
import { nodes } from '../database/schema.js';
import type { Session } from '../database/session.js';
import { schemaStatements, type SchemaVersion } from '../migrations/migration-files.js';
import { imageRows, madeUpImages } from './seed/images.js';
import { instanceRows, madeUpInstances, madeUpInterfaces } from './seed/instances.js';
import { merged, type MadeUpObject, type RowsByTable } from './seed/made-up.js';
import { madeUpNetworks, NETWORKS, networkRows } from './seed/networks.js';
import { madeUpNodes, nodeRows } from './seed/nodes.js';
import { madeUpOperations, operationHistoryRows } from './seed/operation-history.js';
import { operationUuid } from './seed/operations.js';

/** Everything in the made-up cluster; `docs/sandbox.md` lists it. Uuids are the same in every sandbox. */
export const MADE_UP_CLUSTER: readonly MadeUpObject[] = [
  ...madeUpNodes,
  ...madeUpNetworks,
  ...madeUpInstances,
  ...madeUpInterfaces,
  ...madeUpImages,
  ...madeUpOperations,
];

/**
 * Fills an empty cluster, whose schema is the baseline, with the made-up one.
 *
 * @param schema `current` applies the migrations first, so that every target of every operation is recorded
 * @param now unix seconds
 * @returns table → rows written
 */
export async function seed(
  database: Database,
  schema: SchemaVersion,
  now: number,
): Promise<Readonly<Record<string, number>>> {
  if (schema === 'current') await database.read(async (session) => applyMigrations(session));
  const rows = clusterRows(schema, now);
  await database.write({
    subject: 'the made-up cluster',
    work: async (session) => insertAll(session, rows),
    isCommitted: async (session) => (await nodeUuids(session)).length > 0,
    inquiry: 'sf-ops --sandbox network list',
  });
  return Object.fromEntries(Object.entries(rows).map(([table, { length }]) => [table, length]));
}

/** How many objects and operations there are in the sandbox that `seed` did not make, and that would be lost. */
export async function countStrangers(session: Session): Promise<number> {
  const uuids: Uuid[] = [];
  const tables = await session.rows<{ name: string }>(sql`
    SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()
      AND table_name IN ('cluster_operations', 'networks', 'instances', 'nodes')`);
  for (const { name } of tables) {
    const rows = await session.rows<{ uuid: string }>(sql`SELECT uuid FROM ${sql.identifier(name)}`);
    uuids.push(...rows.map(({ uuid }) => parseUuid(uuid) ?? uuid));
  }
  const own = new Set(MADE_UP_CLUSTER.map(({ uuid }) => uuid));
  return uuids.filter((uuid) => !own.has(uuid)).length;
}

/** Every row of the made-up cluster. */
function clusterRows(schema: SchemaVersion, now: number): RowsByTable {
  return merged([
    nodeRows(now),
    networkRows(now),
    instanceRows(now),
    imageRows(now),
    operationHistoryRows(now, schema === 'current'),
    { object_metadata: metadataRows(schema) },
  ]);
}

/** Until it is dropped, `last_cluster_operation_json` holds what nothing reads any more. */
function metadataRows(schema: SchemaVersion): Row[] {
  const rows: { type: ObjectTypeValue; uuid: Uuid; last: number | null }[] = [
    { type: 'network', uuid: NETWORKS.web, last: 10 },
    { type: 'network', uuid: NETWORKS.db, last: 24 },
    { type: 'network', uuid: NETWORKS.dmz, last: 2 },
    { type: 'network', uuid: NETWORKS.lab, last: null },
  ];
  return rows.map(({ type, uuid, last }) => {
    const row = {
      object_uuid: uuid,
      object_type: type.toUpperCase(),
      metadata_json: pythonJson({ owner: 'shop' }),
    };
    if (schema === 'current') return row;
    const reference = last === null ? null : { op_type: 'net_op', op_uuid: operationUuid(last) };
    return { ...row, last_cluster_operation_json: pythonJson(reference) };
  });
}

/** The migrations change nothing that they have changed already. */
async function applyMigrations(session: Session): Promise<void> {
  const outstanding = schemaStatements('current').slice(schemaStatements('baseline').length);
  for (const statement of outstanding) await session.change(sql.raw(statement));
}

async function insertAll(session: Session, rows: RowsByTable): Promise<void> {
  for (const [table, tableRows] of Object.entries(rows)) {
    if (tableRows.length > 0) await session.change(insertInto(table, tableRows));
  }
}

async function nodeUuids(session: Session): Promise<{ uuid: string }[]> {
  return session.db.select({ uuid: nodes.uuid }).from(nodes);
}
