import { sql, type SQL } from 'drizzle-orm';
import { clockDifference } from '../core/clock-difference.js';
import { UnavailableError } from '../core/errors.js';
import { COLUMNS, descriptionOf, type ColumnRow, type DatabaseDescription } from './description.js';
import { limitsWithin } from './limits.js';
import { isNotPrimary, isStatementWrong, isUnknownTable, isUnknownVariable } from './server-errors.js';
import {
  identify,
  IDENTITY,
  identityOf,
  whyUnusable,
  type ServerIdentity,
  type VariableRow,
} from './server-identity.js';

import type { Session, SessionOptions } from './session.js';

export interface SetUp {
  identity: ServerIdentity;
  /** Null unless it was asked for, and could be had in the same breath. */
  description: DatabaseDescription | null;
}

const STRICT_MODE = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION';
/** Modes that change nothing about our statements. */
const HARMLESS_MODES = new Set([...STRICT_MODE.split(','), 'NO_AUTO_CREATE_USER', 'IGNORE_SPACE', '']);

/** Everything that is asked for is answered: the first of the limits cuts answers without a word, the second refuses. */
const ALL_ROWS = sql`SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1`;

/** Whether the first may be lower; inside a compound statement a session does not see its own. */
const CUTS_ANSWERS = sql`SELECT 'cuts_answers',
  @@global.sql_select_limit < 18446744073709551615 OR @@global.init_connect <> ''`;

/** For a session that otherwise keeps the server's own settings. */
export async function seeAllRows(session: Session): Promise<void> {
  await session.db.execute(sql`SET ${ALL_ROWS}`);
}

const CHARACTER_SETS = sql`
  SELECT 'character_set_client' AS name, @@character_set_client AS value UNION ALL
  SELECT 'character_set_connection', @@character_set_connection UNION ALL
  SELECT 'character_set_results', @@character_set_results`;

/** Without an argument it is exact also in the hour that summer time repeats. */
const CLOCK = sql`SELECT 'clock', UNIX_TIMESTAMP()`;

/**
 * Learns who answers, and puts the session on known ground, whatever the server's defaults are:
 * - text in utf8mb4, both ways, also where `skip-character-set-client-handshake` made another choice when we connected;
 * - strict mode, and quotes as this program writes them;
 * - every row of an answer, however many the server would give or look at;
 * - transactions that write, and that COMMIT ends: not with another transaction after it, nor with the connection;
 * - deadlines on the server, so that a statement whose client died ends too;
 * - whose clock counts: the database's, in which everybody writes;
 * - causal reads on Galera: a read sees every commit that any node acknowledged before it.
 *
 * One round trip where the server's `sql_mode` and `sql_select_limit` can stay: a compound statement leaves them as they
 * were. On Galera the description must be read causally, later.
 *
 * @param describing reads what the database looks like in the same round trip
 * @throws UnavailableError for a server that must not be asked
 */
export async function setUp(session: Session, options: SessionOptions, describing: boolean): Promise<SetUp> {
  const isGalera = sql`(SELECT COUNT(*) FROM information_schema.global_variables
    WHERE variable_name = 'wsrep_on' AND variable_value = 'ON') = 1`;
  const before = ourClock();
  let results: object[][];
  try {
    results = await session.rows<object[]>(sql`BEGIN NOT ATOMIC SET ${assignments(session, options)};
      ${IDENTITY} UNION ALL SELECT 'sql_mode', @@sql_mode UNION ALL ${CLOCK}
      UNION ALL ${CUTS_ANSWERS} UNION ALL ${CHARACTER_SETS};
      IF ${isGalera} THEN SET SESSION wsrep_sync_wait = 1;${describing ? sql` ELSE ${COLUMNS};` : sql``} END IF; END`);
  } catch (error) {
    if (![isNotPrimary, isStatementWrong, isUnknownTable, isUnknownVariable].some((is) => is(error)))
      throw error;
    return setUpStepByStep(session, options);
  }
  const [variables, columns] = results as [VariableRow[], ColumnRow[] | object];
  const identity = usable(identityOf(session, variables));
  requireCharacterSet(variables);
  compareClocks(variables, before, options);
  const valueOf = (sought: string): string => variables.find(({ name }) => name === sought)?.value ?? '';
  if (!isHarmless(valueOf('sql_mode'))) await session.db.execute(sql`SET SESSION sql_mode = ${STRICT_MODE}`);
  if (valueOf('cuts_answers') !== '0') await seeAllRows(session);
  return { identity, description: Array.isArray(columns) ? descriptionOf(columns as ColumnRow[]) : null };
}

/** For a node outside the Primary Component, a server without wsrep or in Oracle's mode, and what is not MariaDB. */
async function setUpStepByStep(session: Session, options: SessionOptions): Promise<SetUp> {
  await seeAllRows(session);
  const identity = usable(await identify(session));
  const causal = identity.galera === null ? sql`` : sql`, SESSION wsrep_sync_wait = 1`;
  await session.db.execute(
    sql`SET ${assignments(session, options)}, SESSION sql_mode = ${STRICT_MODE}${causal}`,
  );
  const before = ourClock();
  const variables = await session.rows<VariableRow>(sql`${CHARACTER_SETS} UNION ALL ${CLOCK}`);
  requireCharacterSet(variables);
  compareClocks(variables, before, options);
  return { identity, description: null };
}

function assignments(session: Session, options: SessionOptions): SQL {
  const { lockWaitSeconds } = limitsWithin(options.limits, options.deadline);
  const lockWait = Math.max(1, Math.ceil(lockWaitSeconds));
  return sql`NAMES utf8mb4, SESSION tx_isolation = 'REPEATABLE-READ', SESSION autocommit = 1,
    SESSION tx_read_only = 0, SESSION completion_type = 0,
    SESSION sql_big_selects = 1, SESSION sql_safe_updates = 0, SESSION group_concat_max_len = 1048576,
    SESSION max_statement_time = ${session.limitOnServer()}, SESSION lock_wait_timeout = ${lockWait},
    SESSION innodb_lock_wait_timeout = ${lockWait}`;
}

function usable(identity: ServerIdentity): ServerIdentity {
  const problem = whyUnusable(identity);
  if (problem === null) return identity;
  throw new UnavailableError(`the server ${problem.reason}.`, { word: problem.word });
}

/** Unix seconds. */
const ourClock = (): number => Date.now() / 1000;

function compareClocks(variables: readonly VariableRow[], before: number, options: SessionOptions): void {
  const theirs = Number(variables.find(({ name }) => name === 'clock')?.value);
  if (Number.isFinite(theirs)) options.clock?.(clockDifference(theirs, before, ourClock()));
}

function isHarmless(mode: string): boolean {
  const modes = mode.split(',');
  return modes.includes('STRICT_TRANS_TABLES') && modes.every((each) => HARMLESS_MODES.has(each));
}

/** Read back: in another character set the server would take our text for something else. */
function requireCharacterSet(variables: readonly VariableRow[]): void {
  const found = variables.filter(({ name }) => name.startsWith('character_set_')).map(({ value }) => value);
  if (found.length === 3 && found.every((charset) => charset === 'utf8mb4')) return;
  throw new UnavailableError(`the connection cannot be had in utf8mb4 (${found.join(', ')}).`, {
    word: 'character_set',
    hint: 'Does a proxy keep SET NAMES from the server?',
  });
}
