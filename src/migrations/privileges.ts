import { sql } from 'drizzle-orm';
import { isGranted, isGrantedGlobally } from '../core/grants.js';
import type { Session } from '../database/session.js';

/** What the account may do, its active roles included. What its grants leave open counts as not granted. */
export class Privileges {
  constructor(
    private readonly grants: readonly string[],
    private readonly database: string,
  ) {}

  /** @param table null: on the whole of Shaken Fist's database */
  has(privilege: string, table: string | null = null): boolean {
    const answer = isGranted(this.grants, this.database, table, privilege);
    return 'value' in answer && answer.value;
  }

  /** For privileges such as PROCESS that no single database has. */
  hasGlobally(privilege: string): boolean {
    return isGrantedGlobally(this.grants, privilege);
  }
}

export async function readPrivileges(session: Session): Promise<Privileges> {
  const rows = await session.rows<Record<string, string>>(sql`SHOW GRANTS`);
  const [current] = await session.rows<{ name: string }>(sql`SELECT DATABASE() AS name`);
  return new Privileges(
    rows.map((row) => Object.values(row)[0]!),
    current!.name,
  );
}
