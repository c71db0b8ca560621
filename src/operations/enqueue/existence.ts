import { sql } from 'drizzle-orm';
import { NotFoundError } from '../../core/errors.js';
import { isDeleted } from '../../core/object-states.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { Dependency } from '../../core/operations/operation.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationHeaders } from '../../database/queries/operations.js';
import type { Session } from '../../database/session.js';
import type { ObjectReference } from '../../database/queries/targets.js';
import { undashed } from '../../core/uuid.js';

/** The tables of objects that have one of their own; other objects are known by their state row alone. */
const TABLES: Readonly<Record<string, string>> = {
  NETWORK: 'networks',
  INSTANCE: 'instances',
  INTERFACE: 'network_interfaces',
  NODE: 'nodes',
};

/**
 * Makes sure that objects exist and are not deleted.
 *
 * @throws NotFoundError naming every object that does not
 */
export async function requireObjects(
  session: Session,
  description: DatabaseDescription,
  objects: readonly ObjectReference[],
): Promise<void> {
  const problems: string[] = [];
  for (const object of objects) {
    const problem = await whyAbsent(session, description, object);
    if (problem !== null) problems.push(`${valueOfObjectType(object.typeName)} ${object.uuid} ${problem}`);
  }
  if (problems.length === 0) return;
  throw new NotFoundError(`${problems.join('; ')}.`, {
    hint: 'Nothing was enqueued. --force skips this check.',
  });
}

async function whyAbsent(
  session: Session,
  description: DatabaseDescription,
  { typeName, uuid }: ObjectReference,
): Promise<string | null> {
  const [state] = await session.rows<{ state: string | null }>(
    sql`SELECT state_value AS state FROM object_states WHERE object_type = ${typeName} AND object_uuid = ${uuid}`,
  );
  if (isDeleted(state?.state ?? null)) return 'is deleted';
  const table = TABLES[typeName];
  if (table === undefined || !description.tables.has(table))
    return state === undefined ? 'does not exist' : null;
  const rows = await session.rows(sql`SELECT 1 FROM ${sql.identifier(table)} WHERE uuid = ${undashed(uuid)}`);
  return rows.length === 0 ? 'does not exist' : null;
}

/**
 * Makes sure that the operations to wait for exist: one that does not would abort, or be ignored by, the waiting one.
 *
 * @throws NotFoundError naming every operation that does not
 */
export async function requireOperations(session: Session, operations: readonly Dependency[]): Promise<void> {
  const uuids = operations.map(({ op_uuid: uuid }) => uuid);
  const headers = await operationHeaders(session, uuids);
  const missing = operations.filter(
    ({ op_type, op_uuid }) => headers.get(op_uuid)?.operationType !== op_type,
  );
  if (missing.length === 0) return;
  const listed = missing.map(({ op_type, op_uuid }) => `${op_type} ${op_uuid}`).join(', ');
  throw new NotFoundError(`There is no operation ${listed} to wait for.`, { hint: 'Nothing was enqueued.' });
}
