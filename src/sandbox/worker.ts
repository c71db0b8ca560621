import { eq, sql, type SQL } from 'drizzle-orm';
import { NotFoundError, RefusedError } from '../core/errors.js';
import { nameOfObjectType } from '../core/object-types.js';
import type { Row } from '../core/operations/operation-rows.js';
import { isTerminal } from '../core/operations/state.js';
import { pythonJson } from '../core/python-json.js';
import { undashed, type Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import { insertInto } from '../database/insert.js';
import { objectStates } from '../database/schema.js';
import { operationHeaders } from '../database/queries/operation-rows.js';
import type { Session } from '../database/session.js';

/** How a worker may end an operation. */
export const OUTCOMES = ['complete', 'error', 'abort'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export interface FinishedOperation {
  operation_uuid: Uuid;
  operation_type: string;
  from_state: string | null;
  state: Outcome;
  queue_name: string;
  /** Unix seconds. */
  finished_at: number;
}

/**
 * Does to operations what Shaken Fist's workers would: claims their work rows, sets them executing, ends them, and
 * removes the rows; all of them or none. Only for a sandbox, where there is no worker. It does not wait for the
 * schedule or for other operations.
 *
 * @param now unix seconds
 * @throws NotFoundError if there is no such operation
 * @throws RefusedError if one has ended, or has no work row, by which a worker would find it
 */
export async function finishOperations(
  database: Database,
  uuids: readonly Uuid[],
  outcome: Outcome,
  now: number,
): Promise<FinishedOperation[]> {
  const distinct = [...new Set(uuids)];
  const inquiry = `sf-ops --sandbox show ${distinct.join(' ')}`;
  const claims = await database.write({
    subject: 'the claim on the operations',
    work: async (session) => claimAll(session, distinct, now),
    isCommitted: async (session) => areAll(session, distinct, 'executing'),
    inquiry,
  });
  await database.write({
    subject: 'the end of the operations',
    work: async (session) => resolveAll(session, claims, outcome, now),
    isCommitted: async (session) => areAll(session, distinct, outcome),
    inquiry,
  });
  return claims.map((claim) => ({
    operation_uuid: claim.uuid,
    operation_type: claim.operationType,
    from_state: claim.fromState,
    state: outcome,
    queue_name: claim.queueName,
    finished_at: now,
  }));
}

interface Claim {
  uuid: Uuid;
  operationType: string;
  fromState: string | null;
  workRow: number;
  queueName: string;
}

async function claimAll(session: Session, uuids: readonly Uuid[], now: number): Promise<Claim[]> {
  const claims: Claim[] = [];
  for (const uuid of uuids) claims.push(await claim(session, uuid, now));
  return claims;
}

async function claim(session: Session, uuid: Uuid, now: number): Promise<Claim> {
  const header = (await operationHeaders(session, [uuid])).get(uuid);
  if (header === undefined) throw new NotFoundError(`There is no operation ${uuid}.`);
  const fromState = await stateOf(session, uuid);
  if (isTerminal(fromState)) throw new RefusedError(`Operation ${uuid} has ended already: ${fromState}.`);
  const [work] = await session.rows<{ id: number; queue_name: string; claimed_at: number | null }>(sql`
    SELECT id, queue_name, claimed_at FROM work_queue
    WHERE LOWER(JSON_VALUE(payload, '$.operation_uuid')) = ${uuid} ORDER BY claimed_at IS NULL, id LIMIT 1 FOR UPDATE`);
  if (work === undefined) {
    throw new RefusedError(`Operation ${uuid} has no work row: no worker would ever find it.`);
  }
  if (work.claimed_at === null) {
    await session.change(sql`
      UPDATE work_queue SET claimed_at = ${now}, claimed_by = 'sandbox', attempts = attempts + 1 WHERE id = ${work.id}`);
  }
  const { type: operationType } = header;
  await session.change(setState(uuid, operationType, 'executing', now));
  return { uuid, operationType, fromState, workRow: work.id, queueName: work.queue_name };
}

async function resolveAll(
  session: Session,
  claims: readonly Claim[],
  outcome: Outcome,
  now: number,
): Promise<void> {
  for (const { uuid, operationType, workRow } of claims) {
    if (outcome === 'error')
      await session.change(insertInto('cluster_operation_errors', [errorRow(uuid, now)]));
    await session.change(setState(uuid, operationType, outcome, now));
    await session.change(sql`DELETE FROM work_queue WHERE id = ${workRow}`);
  }
}

async function areAll(session: Session, uuids: readonly Uuid[], state: string): Promise<boolean> {
  for (const uuid of uuids) if ((await stateOf(session, uuid)) !== state) return false;
  return true;
}

async function stateOf(session: Session, uuid: Uuid): Promise<string | null> {
  const { stateValue: state, objectUuid } = objectStates;
  const [row] = await session.db.select({ state }).from(objectStates).where(eq(objectUuid, uuid));
  return row?.state ?? null;
}

/** Shaken Fist writes a state as an upsert, with a new time. */
function setState(uuid: Uuid, operationType: string, state: string, now: number): SQL {
  const row: Row = {
    object_uuid: uuid,
    object_type: nameOfObjectType(operationType),
    state_value: state,
    update_time: now,
    message: null,
  };
  return sql`${insertInto('object_states', [row])} ON DUPLICATE KEY UPDATE
    state_value = VALUES(state_value), update_time = VALUES(update_time), message = VALUES(message)`;
}

function errorRow(uuid: Uuid, now: number): Row {
  const report = {
    code: 'sandbox',
    message: 'ended in error by sf-ops sandbox finish',
    details: null,
    origin_class: null,
    traceback: null,
  };
  return { op_uuid: undashed(uuid), error_report: pythonJson(report), created_at: now };
}
