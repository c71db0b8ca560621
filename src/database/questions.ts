import { sql, type SQL } from 'drizzle-orm';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import { portions, type BoundStatement } from './insert.js';
import { bytesOf, type RowValue } from '../core/operations/operation-rows.js';
import type { Session } from './session.js';

/** A SELECT and what its rows mean. */
export interface Question<T> {
  /** Null where the answer is known without asking. */
  readonly statement: SQL | null;
  /** What is said when the account may not read the table, or it is not there; without it, that is an error. */
  readonly unreadable?: T;
  readonly read: (rows: object[]) => T;
}

type Answers<Q> = { [Name in keyof Q]: Q[Name] extends Question<infer T> ? T : never };

export function question<Row extends object, T>(statement: SQL, read: (rows: Row[]) => T): Question<T> {
  return { statement, read: read as (rows: object[]) => T };
}

/** Not asked: the answer is known. */
export function answered<T>(value: T): Question<T> {
  return { statement: null, read: () => value };
}

/** As `question`, answered with `unreadable` where the table is missing or the account may not read it. */
export function optionalQuestion<Row extends object, T>(
  statement: SQL,
  read: (rows: Row[]) => T,
  unreadable: T,
): Question<T> {
  return { ...question(statement, read), unreadable };
}

export async function ask<T>(session: Session, asking: Question<T>): Promise<T> {
  return (await askTogether(session, { asking })).asking;
}

/**
 * Asks several questions in one round trip: a compound statement returns a result for each SELECT in it. Inside a
 * transaction they see its snapshot, which begins with the first of them.
 *
 * @param before statements without a result, run first and in the same round trip
 */
export async function askTogether<Q extends Readonly<Record<string, Question<unknown>>>>(
  session: Session,
  questions: Q,
  before: readonly SQL[] = [],
): Promise<Answers<Q>> {
  const asked = Object.values(questions).filter(({ statement }) => statement !== null);
  const results = await resultsOf(session, before, asked);
  const answers = Object.entries(questions).map(([name, asking]) => {
    const rows = asking.statement === null ? [] : results[asked.indexOf(asking)]!;
    return [name, isUnreadable(rows, asking) ? asking.unreadable : asking.read(rows)];
  });
  return Object.fromEntries(answers) as Answers<Q>;
}

/**
 * Runs statements that return no rows, in order and in one round trip, or as many as it takes to send no more than about
 * `mostBytes` at once. An error ends it with the statement that failed.
 */
export async function runTogether(
  session: Session,
  statements: readonly (SQL | BoundStatement)[],
  mostBytes = Infinity,
): Promise<void> {
  for (const portion of portions(statements.map(boundStatement), ({ bytes }) => bytes, mostBytes)) {
    if (portion.length > 0)
      await session.run(portion.length === 1 ? portion[0]! : together(portion, 'BEGIN NOT ATOMIC'));
  }
}

/**
 * As `runTogether`, as a transaction of its own: all of it or nothing. In one round trip where that sends no more than
 * about `mostBytes`.
 */
export async function runAtomically(
  session: Session,
  statements: readonly (SQL | BoundStatement)[],
  mostBytes = Infinity,
): Promise<void> {
  const whole = [sql`START TRANSACTION`, ...statements, sql`COMMIT`].map(boundStatement);
  if (whole.reduce((sum, { bytes }) => sum + bytes, 0) <= mostBytes) {
    const onError = 'DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;';
    return session.run(together(whole, `BEGIN NOT ATOMIC ${onError}`));
  }
  try {
    await runTogether(session, whole, mostBytes);
  } catch (error) {
    if (!session.broken) await session.endTransaction('ROLLBACK');
    throw error;
  }
}

function boundStatement(statement: SQL | BoundStatement): BoundStatement {
  if ('text' in statement) return statement;
  const { sql: text, params } = new MySqlDialect().sqlToQuery(statement);
  const values = params as RowValue[];
  return { text, values, bytes: text.length + bytesOf(Object.fromEntries(values.entries())) };
}

function together(statements: readonly BoundStatement[], begin: string): BoundStatement {
  return {
    text: `${begin} ${statements.map(({ text }) => text).join('; ')}; END`,
    values: statements.flatMap(({ values }) => values),
    bytes: statements.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function resultsOf(
  session: Session,
  before: readonly SQL[],
  asked: readonly Question<unknown>[],
): Promise<object[][]> {
  if (asked.length === 0) {
    await runTogether(session, before);
    return [];
  }
  const results = await session.rows<object[]>(compound([...before, ...asked.map(statementOf)]));
  return results.slice(0, asked.length); // and an OK for the whole
}

/** 1142, 1143: a privilege is missing; 1146: so is the table; 1356: a view that cannot be read. */
function statementOf(asking: Question<unknown>): SQL {
  if (!('unreadable' in asking)) return asking.statement!;
  return sql`BEGIN
    DECLARE EXIT HANDLER FOR 1142, 1143, 1146, 1356 SELECT 1 AS ${sql.identifier(UNREADABLE)};
    ${asking.statement!};
  END`;
}

const UNREADABLE = 'sf_ops_unreadable';

function isUnreadable(rows: readonly object[], asking: Question<unknown>): boolean {
  return 'unreadable' in asking && rows[0] !== undefined && UNREADABLE in rows[0];
}

function compound(statements: readonly SQL[]): SQL {
  return sql`BEGIN NOT ATOMIC ${sql.join([...statements], sql`; `)}; END`;
}
