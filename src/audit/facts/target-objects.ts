import { sql } from 'drizzle-orm';
import { isDeleted } from '../../core/object-states.js';
import { nameOfObjectType } from '../../core/object-types.js';
import type { OperationTarget } from '../../core/operations/operation-record.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { chunks } from '../../database/chunks.js';
import type { Session } from '../../database/session.js';
import { objectKey, type TargetObject } from '../rules/facts.js';

/** Where objects have a row of their own beside their state, by label; and their name, where they have one. */
const TABLES: Readonly<Record<string, { table: string; name: string | null }>> = {
  NETWORK: { table: 'networks', name: 'name' },
  INSTANCE: { table: 'instances', name: 'name' },
  INTERFACE: { table: 'network_interfaces', name: null },
  NODE: { table: 'nodes', name: 'fqdn' },
};

/**
 * The states of the objects that operations target, one row each; and the rows of those that may be gone, and of
 * networks, which people know by name.
 */
export async function readTargetObjects(
  session: Session,
  description: DatabaseDescription,
  targets: Iterable<OperationTarget>,
): Promise<Map<string, TargetObject>> {
  const wanted = new Map<string, Set<Uuid>>();
  for (const { objectType, uuid } of targets) {
    if (!wanted.has(objectType)) wanted.set(objectType, new Set());
    wanted.get(objectType)!.add(uuid);
  }
  const objects = new Map<string, TargetObject>();
  for (const [type, uuids] of wanted) {
    const label = nameOfObjectType(type) ?? type.toUpperCase();
    const states = await statesOf(session, label, [...uuids]);
    const doubtful = [...uuids].filter((uuid) => {
      const state = states.get(uuid) ?? null;
      return label === 'NETWORK' || state === null || isDeleted(state);
    });
    const rows = await rowsOf(session, description, label, doubtful);
    for (const uuid of uuids) {
      objects.set(objectKey(type, uuid), {
        type,
        uuid,
        name: rows?.get(uuid) ?? null,
        state: states.get(uuid) ?? null,
        hasRow: rows === null ? null : rows.has(uuid),
      });
    }
  }
  return objects;
}

async function statesOf(
  session: Session,
  label: string,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, string | null>> {
  const states = new Map<Uuid, string | null>();
  for (const chunk of chunks(uuids)) {
    const rows = await session.rows<{ object_uuid: string; state_value: string | null }>(sql`
      SELECT object_uuid, state_value FROM object_states WHERE object_type = ${label} AND object_uuid IN ${chunk}`);
    for (const row of rows) states.set(parseUuid(row.object_uuid) ?? row.object_uuid, row.state_value);
  }
  return states;
}

/** uuid → name, of those that have a row; null where this program knows no table of theirs. */
async function rowsOf(
  session: Session,
  description: DatabaseDescription,
  label: string,
  uuids: readonly Uuid[],
): Promise<Map<Uuid, string | null> | null> {
  const known = TABLES[label];
  if (known === undefined || !description.tables.has(known.table)) return null;
  const rows = new Map<Uuid, string | null>();
  for (const chunk of chunks(uuids)) {
    const name = known.name === null ? sql`NULL` : sql.identifier(known.name);
    const found = await session.rows<{ uuid: string; name: string | null }>(sql`
      SELECT uuid, ${name} AS name FROM ${sql.identifier(known.table)} WHERE uuid IN ${chunk.map(undashed)}`);
    for (const row of found) rows.set(parseUuid(row.uuid) ?? row.uuid, row.name);
  }
  return rows;
}
