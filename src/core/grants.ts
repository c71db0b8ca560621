import type { Observed } from './observed.js';

interface Grant {
  /** Whom it was given to: the account, one of its roles, or PUBLIC. */
  grantee: string;
  privileges: ReadonlySet<string>;
  /** Null: every database. */
  database: string | null;
  /** Null: every table. */
  table: string | null;
}

const QUOTED = '`(?:[^`]|``)+`';
const GRANT = new RegExp(
  `^GRANT (.+?) ON (?:TABLE )?(\\*|${QUOTED})\\.(\\*|${QUOTED}) TO (.+?)(?: IDENTIFIED | REQUIRE | WITH |$)`,
);

/**
 * Whether the lines of `SHOW GRANTS` give a privilege on a table, or, with `table` null, on the whole database. Of several grants on databases whose patterns match,
 * MariaDB applies one to each grantee: the one that names the database without wildcards, if there is one.
 */
export function isGranted(
  lines: readonly string[],
  database: string,
  table: string | null,
  privilege: string,
): Observed<boolean> {
  const grants = lines.flatMap((line) => parseGrant(line) ?? []);
  const gives = (grant: Grant): boolean => includes(grant, privilege);
  if (grants.some((grant) => grant.database === null && gives(grant))) return { value: true };
  const isOnTable = (grant: Grant): boolean =>
    grant.table !== null && grant.table === table && grant.database === database;
  if (grants.some((grant) => isOnTable(grant) && gives(grant))) return { value: true };

  const wholeDatabase = grants.filter((grant) => grant.table === null && grant.database !== null);
  let answer: Observed<boolean> = { value: false };
  for (const grantee of new Set(grants.map((grant) => grant.grantee))) {
    const own = wholeDatabase.filter((grant) => grant.grantee === grantee);
    const matching = own.filter((grant) => likePattern(grant.database!).test(database));
    const literal = matching.filter((grant) => !hasWildcard(grant.database!));
    const applicable = literal.length > 0 ? literal : matching;
    if (applicable.length > 0 && applicable.every(gives)) return { value: true };
    if (applicable.some(gives))
      answer = { unknown: `several grants of ${grantee} match the database ${database}` };
  }
  return answer;
}

/** For privileges such as PROCESS that no single database has. */
export function isGrantedGlobally(lines: readonly string[], privilege: string): boolean {
  const grants = lines.flatMap((line) => parseGrant(line) ?? []);
  return grants.some((grant) => grant.database === null && includes(grant, privilege));
}

function includes({ privileges }: Grant, privilege: string): boolean {
  return privileges.has(privilege) || privileges.has('ALL PRIVILEGES');
}

/** ``GRANT SELECT, UPDATE (`a`) ON `sf\_%`.* TO …``: a privilege on single columns is not one on the table. */
function parseGrant(line: string): Grant | null {
  const match = GRANT.exec(line);
  if (match === null) return null;
  const [, list, database, table, grantee] = match as unknown as [string, string, string, string, string];
  const whole = list.replaceAll(/\([^)]*\)/g, '(columns)').split(', ');
  return {
    grantee,
    privileges: new Set(whole.filter((privilege) => !privilege.includes('('))),
    database: database === '*' ? null : unquoted(database),
    table: table === '*' ? null : unquoted(table),
  };
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`');
}

function hasWildcard(pattern: string): boolean {
  return /[%_]/.test(pattern.replaceAll(/\\./g, ''));
}

/** The database of a grant is a LIKE pattern: `_` is one character, `\_` an underscore. */
function likePattern(pattern: string): RegExp {
  const source = pattern.replaceAll(/\\?[\s\S]/g, (unit) => {
    if (unit === '%') return '.*';
    if (unit === '_') return '.';
    return (unit.length === 2 ? unit[1]! : unit).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
