import { sql, type SQL } from 'drizzle-orm';
import { ConflictError } from '../core/errors.js';
import { nameOfObjectType } from '../core/object-types.js';
import type { Change } from '../core/operations/change.js';
import type { OperationRecord, WorkRow } from '../core/operations/operation-record.js';
import { pythonJson } from '../core/python-json.js';
import type { Uuid } from '../core/uuid.js';
import type { Session } from '../database/session.js';

/**
 * One statement of a change by hand. `change`: it must change a row, because its WHERE is what was seen, and where it
 * does not, somebody moved first. `any`: it may. `something`, `nothing`: a look that must find a row, or none.
 */
export interface Step {
  readonly sql: SQL;
  readonly expects: 'change' | 'any' | 'something' | 'nothing';
}

export const must = (sql: SQL): Step => ({ sql, expects: 'change' });
export const may = (sql: SQL): Step => ({ sql, expects: 'any' });
export const given = (sql: SQL): Step => ({ sql, expects: 'something' });
export const unless = (sql: SQL): Step => ({ sql, expects: 'nothing' });

/** What was seen does not hold any more: a worker, or another operator, has changed a row since. Nothing was written. */
export class MovedFirst extends ConflictError {}

/** @throws MovedFirst; what was written until then is for the transaction to roll back */
export async function takeSteps(session: Session, steps: readonly Step[]): Promise<void> {
  for (const { sql: statement, expects } of steps) {
    const isLook = expects === 'something' || expects === 'nothing';
    const count = isLook ? (await session.rows(statement)).length : await session.change(statement);
    if (expects === 'nothing' ? count > 0 : expects !== 'any' && count === 0)
      throw new MovedFirst('A row changed since the look.');
  }
}

/**
 * On the server's clock, which workers compare with. `UNIX_TIMESTAMP(NOW(6))` goes by way of the local time, which tells
 * no difference between the two hours of the night when summer time ends.
 */
export const NOW = sql`@@timestamp`;

export interface Writing {
  /** Unix seconds. */
  at: number | SQL;
  /** Of the state. */
  message: string | null;
}

/**
 * The statements that change an operation, each guarded by what was seen of the row that it changes.
 *
 * @param guards taken once the state's row is locked
 */
export function transitionSteps(
  record: OperationRecord,
  { to, remove, release, insert, queueName }: Change,
  writing: Writing,
  guards: readonly Step[] = [],
): Step[] {
  const { uuid, type } = record;
  const { at } = writing;
  return [
    setState(record, to, writing),
    ...guards,
    ...remove.map((row) => deleteWork(row)),
    ...(release === null ? [] : [releaseWork(release, queueName!, at)]),
    ...(insert ? [insertWork(queueName!, type!, uuid, at)] : []),
  ];
}

/** `object_states.message` is VARCHAR(255); longer is error 1406. */
const LONGEST_MESSAGE = 255;

/**
 * Sets a state, if it is still the one that was found and nobody has written it since. Always the first step: it locks
 * the row that every writer of the operation writes, on Galera too, so of two operators one goes first.
 */
export function setState(
  { uuid, type, state }: Pick<OperationRecord, 'uuid' | 'type' | 'state'>,
  to: string,
  { at, message }: Writing,
  condition?: SQL,
): Step {
  const shortened = message === null ? null : [...message].slice(0, LONGEST_MESSAGE).join('');
  return must(sql`UPDATE object_states SET state_value = ${to}, update_time = ${at}, message = ${shortened}
    WHERE ${isStateOf(uuid, type)} AND state_value <=> ${state?.value ?? null}
      AND update_time = ${state?.since ?? 0}${and(condition)}`);
}

/** The label may be empty where a lax `sql_mode` has stored it. */
export function isStateOf(uuid: Uuid, type: string | null): SQL {
  const label = nameOfObjectType(type ?? '') ?? (type ?? '').toUpperCase();
  return sql`object_uuid = ${uuid} AND object_type IN ${[...new Set([label, ''])]}`;
}

/** Removes a work row that no worker has taken meanwhile, or given back. */
export function deleteWork({ id, claimedAt }: WorkRow, condition?: SQL): Step {
  return must(sql`DELETE FROM work_queue WHERE id = ${id} AND claimed_at <=> ${claimedAt}${and(condition)}`);
}

/** Gives a row to a queue, with nobody's claim on it; a worker ends its claim by deleting the row. */
function releaseWork({ id, queueName, claimedAt, claimedBy }: WorkRow, to: string, at: Writing['at']): Step {
  return must(sql`UPDATE work_queue SET claimed_at = NULL, claimed_by = NULL, queue_name = ${to}, scheduled_at = ${at}
    WHERE id = ${id} AND queue_name = ${queueName} AND claimed_at <=> ${claimedAt} AND claimed_by <=> ${claimedBy}`);
}

function insertWork(queueName: string, type: string, uuid: Uuid, at: Writing['at']): Step {
  const payload = pythonJson({ operation_type: type, operation_uuid: uuid });
  return must(sql`INSERT INTO work_queue (queue_name, scheduled_at, claimed_at, claimed_by, attempts, payload, created_at)
    VALUES (${queueName}, ${at}, NULL, NULL, 0, ${payload}, ${at})`);
}

function and(condition: SQL | undefined): SQL {
  return condition === undefined ? sql`` : sql` AND ${condition}`;
}
