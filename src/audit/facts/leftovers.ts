import { sql, type SQL } from 'drizzle-orm';
import { valueOfObjectType } from '../../core/object-types.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationStates, type TargetColumns } from '../../database/queries/operation-rows.js';
import type { Session } from '../../database/session.js';
import type { Leftovers, StateOfOperation, TargetRowLeft } from '../rules/facts.js';

/** Rows looked at with one statement, so that none of them runs long. */
const PAGE = 5_000;

/** One pass over each of the three tables by its primary key, a page at a time. */
export async function readLeftovers(session: Session, description: DatabaseDescription): Promise<Leftovers> {
  return {
    headersWithoutState: await headersWithoutState(session, description),
    statesWithoutHeader: await statesWithoutHeader(session, description),
    targetsWithoutOperation: await targetsWithoutOperation(session, description),
  };
}

async function headersWithoutState(
  session: Session,
  description: DatabaseDescription,
): Promise<StateOfOperation[]> {
  const found: StateOfOperation[] = [];
  interface Row {
    uuid: string;
    operation_type: string;
    created_at: number;
  }
  await pages<Row>(
    async (after) =>
      session.rows<Row>(sql`SELECT uuid, operation_type, created_at FROM cluster_operations
        ${after === null ? sql`` : sql`WHERE uuid > ${after.uuid}`} ORDER BY uuid LIMIT ${PAGE}`),
    async (rows) => {
      const uuidOf = ({ uuid }: Row): Uuid => parseUuid(uuid) ?? uuid;
      const states = await operationStates(session, description, rows.map(uuidOf));
      for (const row of rows) {
        const uuid = uuidOf(row);
        if (!states.has(uuid))
          found.push({ uuid, type: row.operation_type, state: null, since: row.created_at });
      }
    },
  );
  return found;
}

/** By the index on type and state, whose entries end in the uuid. */
async function statesWithoutHeader(
  session: Session,
  description: DatabaseDescription,
): Promise<StateOfOperation[]> {
  const found: StateOfOperation[] = [];
  interface Row {
    object_type: string;
    object_uuid: string;
    state_value: string | null;
    update_time: number;
  }
  for (const label of description.operationLabels) {
    await pages<Row>(
      async (after) =>
        session.rows<Row>(sql`SELECT object_type, object_uuid, state_value, update_time FROM object_states
          WHERE object_type = ${label} ${after === null ? sql`` : sql`AND object_uuid > ${after.object_uuid}`}
          ORDER BY object_uuid LIMIT ${PAGE}`),
      async (rows) => {
        const uuidOf = ({ object_uuid: text }: Row): Uuid => parseUuid(text) ?? text;
        const headers = await headersOf(session, rows.map(uuidOf));
        for (const row of rows) {
          const uuid = uuidOf(row);
          if (headers.has(uuid) || row.state_value === 'deleted') continue;
          const type = valueOfObjectType(label);
          found.push({ uuid, type, state: row.state_value, since: row.update_time });
        }
      },
    );
  }
  return found;
}

async function targetsWithoutOperation(
  session: Session,
  description: DatabaseDescription,
): Promise<TargetRowLeft[]> {
  const found: TargetRowLeft[] = [];
  await pages<TargetColumns>(
    async (after) =>
      session.rows<TargetColumns>(sql`SELECT sequence_number, operation_uuid, operation_type, target_object_type, target_uuid, created_at
        FROM cluster_operation_targets ${after === null ? sql`` : sql`WHERE sequence_number > ${after.sequence_number}`}
        ORDER BY sequence_number LIMIT ${PAGE}`),
    async (rows) => {
      const uuids = rows.map(({ operation_uuid: text }) => parseUuid(text) ?? text);
      const states = await operationStates(session, description, uuids);
      const headers = await headersOf(
        session,
        uuids.filter((uuid) => !states.has(uuid)),
      );
      for (const [index, row] of rows.entries()) {
        const uuid = uuids[index]!;
        if (states.has(uuid) || headers.has(uuid)) continue;
        found.push({
          sequenceNumber: row.sequence_number,
          operation: { uuid, type: row.operation_type },
          object: {
            type: valueOfObjectType(row.target_object_type),
            uuid: parseUuid(row.target_uuid) ?? row.target_uuid,
          },
          createdAt: row.created_at,
        });
      }
    },
  );
  return found;
}

async function headersOf(session: Session, uuids: readonly Uuid[]): Promise<Set<Uuid>> {
  if (uuids.length === 0) return new Set();
  const named: SQL = sql`uuid IN ${[...new Set(uuids)].map(undashed)}`;
  const rows = await session.rows<{ uuid: string }>(sql`SELECT uuid FROM cluster_operations WHERE ${named}`);
  return new Set(rows.map(({ uuid }) => parseUuid(uuid) ?? uuid));
}

async function pages<Row>(
  read: (after: Row | null) => Promise<Row[]>,
  look: (rows: Row[]) => Promise<void>,
): Promise<void> {
  for (let after: Row | null = null; ;) {
    const rows: Row[] = await read(after);
    if (rows.length > 0) await look(rows);
    if (rows.length < PAGE) return;
    after = rows.at(-1)!;
  }
}
