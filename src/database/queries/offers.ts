import { sql, type SQL } from 'drizzle-orm';
import { ACTIVE_STATES } from '../../core/operations/state.js';
import { valueOfObjectType } from '../../core/object-types.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** A name or an id that could complete what has been typed, with what tells it apart. */
export interface Offered {
  word: string;
  meaning: string;
}

/** More would not help a person who looks for one. */
const MOST = 200;

const NAMED: Readonly<Record<string, { table: string; name: SQL }>> = {
  NETWORK: { table: 'networks', name: sql`name` },
  INSTANCE: { table: 'instances', name: sql`name` },
  NODE: { table: 'nodes', name: sql`fqdn` },
};

/** The names of objects of a type that begin with `typed`, or their uuids where the type has no names. */
export async function offeredObjects(
  session: Session,
  { tables }: DatabaseDescription,
  typeName: string,
  typed: string,
): Promise<Offered[]> {
  const named = NAMED[typeName];
  if (named !== undefined && tables.has(named.table)) {
    const names = await session.rows<{ word: string }>(
      sql`SELECT DISTINCT ${named.name} AS word FROM ${sql.identifier(named.table)}
        WHERE ${named.name} LIKE ${beginningWith(typed)} ORDER BY word LIMIT ${MOST}`,
    );
    if (names.length > 0) return names.map(({ word }) => ({ word, meaning: '' }));
  }
  const rows = await session.rows<{ word: string; meaning: string | null }>(
    sql`SELECT object_uuid AS word, state_value AS meaning FROM object_states
      WHERE object_type = ${typeName} AND object_uuid LIKE ${beginningWith(typed)} LIMIT ${MOST}`,
  );
  return rows.map(({ word, meaning }) => ({ word, meaning: meaning ?? '' }));
}

export async function offeredNamespaces(session: Session, typed: string): Promise<Offered[]> {
  const rows = await session.rows<{ word: string }>(
    sql`SELECT DISTINCT namespace AS word FROM networks
      WHERE namespace LIKE ${beginningWith(typed)} ORDER BY word LIMIT ${MOST}`,
  );
  return rows.map(({ word }) => ({ word, meaning: '' }));
}

/** The unfinished operations whose uuids begin with `typed`. */
export async function offeredOperations(
  session: Session,
  { operationLabels }: DatabaseDescription,
  typed: string,
): Promise<(Offered & { type: string })[]> {
  const rows = await session.rows<{ word: string; label: string; state: string }>(
    sql`SELECT object_uuid AS word, object_type AS label, state_value AS state FROM object_states
      WHERE object_type IN ${operationLabels} AND state_value IN ${[...ACTIVE_STATES]}
        AND object_uuid LIKE ${beginningWith(typed)} LIMIT ${MOST}`,
  );
  return rows.map(({ word, label, state }) => {
    const type = valueOfObjectType(label);
    return { word, type, meaning: `${type}, ${state}` };
  });
}

function beginningWith(typed: string): string {
  return `${typed.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`;
}
