import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { ConflictError, SfOpsError } from '../core/errors.js';
import { isSameChange, type Change, type ChangeOptions, type NoChange } from '../core/operations/change.js';
import type { ClusterFacts } from '../core/cluster-facts.js';
import type { OperationRecord } from '../core/operations/operation-record.js';
import { undashed, type Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import type { DatabaseDescription } from '../database/description.js';
import { recordAuditEvents } from '../database/queries/events.js';
import { readRecords } from '../database/queries/operation-records.js';
import { serverError, serverMessage } from '../database/server-errors.js';
import type { Transaction } from '../database/transaction.js';
import type { Producer } from './enqueue/audit.js';
import { MovedFirst, takeSteps, transitionSteps } from './transition.js';

/** How an operation is changed: a rule of `core/operations/change.ts`. */
export type Decide = (
  record: OperationRecord,
  cluster: ClusterFacts,
  options: ChangeOptions,
) => Change | NoChange;

export interface ChangeRequest {
  /** In the order in which they are handled. */
  readonly operations: readonly Uuid[];
  readonly decide: Decide;
  readonly force: boolean;
  /** Why, for the state's message and the audit event; null where nobody said. */
  readonly reason: string | null;
  readonly isRehearsal: boolean;
  readonly producer: Producer;
  /** Unix seconds. */
  readonly now: () => number;
  readonly warn: (text: string) => void;
}

/** What became of one operation. */
export type ChangeOutcome = { operationUuid: Uuid } & (Change | NoChange);

/** Looks at operations as they are, and says what would be done about each; writes nothing. */
export async function planChanges(database: Database, request: ChangeRequest): Promise<ChangeOutcome[]> {
  const description = await database.describe();
  const now = request.now();
  return database.snapshot(async (session) => {
    const { records, cluster } = await readRecords(session, description, request.operations, now);
    return request.operations.map((operationUuid) => {
      const record = records.get(operationUuid);
      return {
        operationUuid,
        ...(record === undefined ? GONE : request.decide(record, cluster, { force: request.force, now })),
      };
    });
  });
}

/**
 * Changes operations one after the other, each in a transaction of its own that looks again before it writes: whoever
 * moved first, a worker or another operator, wins, and the operation is left as it is. An audit event for each.
 *
 * @param planned from `planChanges`
 */
export async function* applyChanges(
  database: Database,
  request: ChangeRequest,
  planned: readonly ChangeOutcome[],
): AsyncGenerator<ChangeOutcome> {
  const description = await database.describe();
  for (const plan of planned) {
    if ('kind' in plan || request.isRehearsal) {
      yield plan;
      continue;
    }
    const { operationUuid } = plan;
    const outcome = await change(database, description, request, plan);
    if (outcome instanceof NotChanged) {
      yield { operationUuid, ...outcome.found };
      continue;
    }
    yield plan;
    await audit(database, request, operationUuid, plan, outcome);
  }
}

const GONE: NoChange = { kind: 'gone', why: 'there is no such operation; finished ones are removed' };
const MOVED: NoChange = { kind: 'moved', why: 'somebody else changed it meanwhile' };

/**
 * What was planned is not to be done any more. Thrown, for that ends the transaction with nothing written; and where a
 * COMMIT got no answer before, what is seen may be that very change, and what a worker made of it: then the outcome is
 * unknown.
 */
class NotChanged extends ConflictError {
  constructor(readonly found: NoChange) {
    super(found.why);
  }
}

/** @returns the operation as it was before the change */
async function change(
  database: Database,
  description: DatabaseDescription,
  request: ChangeRequest,
  plan: { operationUuid: Uuid } & Change,
): Promise<OperationRecord | NotChanged> {
  const { operationUuid: uuid } = plan;
  // The time that marks the change as ours, should COMMIT not be answered.
  const stamp = request.now();
  const transaction: Transaction<OperationRecord> = {
    subject: `the change of operation ${uuid}`,
    work: async (session) => {
      // Locked before the look: what is seen then stays so until the end.
      await session.rows(sql`SELECT 1 FROM object_states
        WHERE object_type IN ${description.operationLabels} AND object_uuid = ${uuid} FOR UPDATE`);
      const now = request.now();
      const { records, cluster } = await readRecords(session, description, [uuid], now);
      const record = records.get(uuid);
      if (record === undefined) throw new NotChanged(GONE);
      const decided = request.decide(record, cluster, { force: request.force, now });
      if (!isSameChange(decided, plan)) {
        const why = 'kind' in decided ? `${MOVED.why}: ${decided.why}` : MOVED.why;
        throw new NotChanged({ ...MOVED, why });
      }
      await takeSteps(
        session,
        transitionSteps(record, plan, { at: stamp, message: messageOf(request, plan) }),
      );
      return record;
    },
    // The state is written again by the worker that takes the operation, which leaves in its row when that was due.
    isCommitted: async (session) =>
      (
        await session.rows(sql`SELECT 1 FROM object_states WHERE object_type IN ${description.operationLabels}
            AND object_uuid = ${uuid} AND state_value = ${plan.to} AND update_time = ${stamp}
          UNION ALL SELECT 1 FROM work_queue WHERE queue_name = ${plan.queueName} AND scheduled_at = ${stamp}
            AND LOWER(REPLACE(JSON_VALUE(payload, '$.operation_uuid'), '-', '')) = ${undashed(uuid)}`)
      ).length > 0,
    inquiry: `sf-ops show ${uuid}`,
  };
  try {
    return await database.write(transaction);
  } catch (error) {
    if (error instanceof NotChanged) return error;
    if (error instanceof MovedFirst) return new NotChanged(MOVED);
    throw error;
  }
}

function messageOf({ reason, producer }: ChangeRequest, { to }: Change): string {
  const verb = to === 'abort' ? 'aborted' : 'requeued';
  const why = reason === null ? '' : `: ${reason}`;
  return `${verb} by sf-ops (${producer.user}@${producer.fqdn})${why}`;
}

/** The change is made whether or not its event can be written: that it cannot is a warning. */
async function audit(
  database: Database,
  { producer, reason, now, warn }: ChangeRequest,
  uuid: Uuid,
  { from, to, queueName }: Change,
  { type, targets }: OperationRecord,
): Promise<void> {
  const verb = to === 'abort' ? 'aborted' : 'requeued';
  try {
    await recordAuditEvents(database, [
      {
        eventUuid: randomUUID(),
        timestamp: now(),
        fqdn: producer.fqdn,
        message: `${type} operation ${verb} by an operator`,
        extra: {
          from,
          queue_name: queueName,
          reason,
          requested_by: { host: producer.fqdn, program: 'sf-ops', user: producer.user },
          to,
        },
        requestId: null,
        objects: [
          { objectType: type!, uuid },
          ...targets.map(({ objectType, uuid: target }) => ({ objectType, uuid: target })),
        ],
      },
    ]);
  } catch (error) {
    if (!(error instanceof SfOpsError) && serverError(error) === null) throw error;
    warn(`operation ${uuid} was ${verb}, but the audit event could not be written: ${serverMessage(error)}`);
  }
}
