import { sql } from 'drizzle-orm';
import type { Session } from '../database/session.js';

interface Grant {
  privileges: ReadonlySet<string>;
  isGlobal: boolean;
  /** Matches the names of the databases that it is on. */
  database: RegExp;
  /** Null: every table. */
  table: string | null;
}

const GRANT = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)+`)\.(\*|`(?:[^`]|``)+`) TO /;

/** What the account may do, its active roles included. */
export class Privileges {
  constructor(
    private readonly grants: readonly Grant[],
    private readonly database: string,
  ) {}

  /** @param table null: on the whole of Shaken Fist's database */
  has(privilege: string, table: string | null = null): boolean {
    return this.grants.some(
      (grant) =>
        grant.database.test(this.database) &&
        (grant.table === null || grant.table === table) &&
        (grant.privileges.has(privilege) || grant.privileges.has('ALL PRIVILEGES')),
    );
  }

  /** For privileges such as PROCESS that no single database has. */
  hasGlobally(privilege: string): boolean {
    return this.grants.some(
      ({ isGlobal, privileges }) =>
        isGlobal && (privileges.has(privilege) || privileges.has('ALL PRIVILEGES')),
    );
  }
}

export async function readPrivileges(session: Session): Promise<Privileges> {
  const rows = await session.rows<Record<string, string>>(sql`SHOW GRANTS`);
  const [current] = await session.rows<{ name: string }>(sql`SELECT DATABASE() AS name`);
  return new Privileges(
    rows.flatMap((row) => parseGrant(Object.values(row)[0]!) ?? []),
    current!.name,
  );
}

/** ``GRANT SELECT, UPDATE (`a`) ON `sf\_%`.* TO …``: a privilege on single columns is not one on the table. */
function parseGrant(line: string): Grant | null {
  const [, list, database, table] = GRANT.exec(line) ?? [];
  if (list === undefined || database === undefined || table === undefined) return null;
  const privileges = list.replaceAll(/\([^)]*\)/g, '(columns)').split(', ');
  return {
    privileges: new Set(privileges.filter((privilege) => !privilege.includes('('))),
    isGlobal: database === '*',
    database: database === '*' ? /^/ : likePattern(unquoted(database)),
    table: table === '*' ? null : unquoted(table),
  };
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`');
}

/** The database of a grant is a LIKE pattern. */
function likePattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\?[\s\S]/g, (unit) => {
    if (unit === '%') return '.*';
    if (unit === '_') return '.';
    return (unit.length === 2 ? unit[1]! : unit).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
