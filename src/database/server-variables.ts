import { sql } from 'drizzle-orm';
import type { Session } from './session.js';

/** Global settings by lower-case name; one that this server does not know is absent. Needs no privilege. */
export async function globalVariables(
  session: Session,
  names: readonly string[],
): Promise<Map<string, string>> {
  return valuesByName(session, 'VARIABLES', names);
}

/** Status counters by lower-case name; one that this server does not have is absent. Needs no privilege. */
export async function globalStatus(session: Session, names: readonly string[]): Promise<Map<string, string>> {
  return valuesByName(session, 'STATUS', names);
}

async function valuesByName(
  session: Session,
  kind: 'VARIABLES' | 'STATUS',
  names: readonly string[],
): Promise<Map<string, string>> {
  const rows = await session.rows<{ Variable_name: string; Value: string }>(
    sql`SHOW GLOBAL ${sql.raw(kind)} WHERE Variable_name IN (${sql.join(
      names.map((name) => sql`${name}`),
      sql`, `,
    )})`,
  );
  return new Map(rows.map((row) => [row.Variable_name.toLowerCase(), row.Value]));
}
