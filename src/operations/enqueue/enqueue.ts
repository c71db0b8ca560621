import { randomUUID } from 'node:crypto';
import { format } from 'mysql2';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import type { SQL } from 'drizzle-orm';
import { SfOpsError } from '../../core/errors.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { coalescingKey } from '../../core/operations/coalescing.js';
import { targetsOf } from '../../core/operations/operation.js';
import { repeatCommand } from '../../core/operations/repeat-command.js';
import type { OperationRows } from '../../core/operations/operation-rows.js';
import type { Uuid } from '../../core/uuid.js';
import type { EnqueueRequest } from '../../core/operations/enqueue-request.js';
import type { Database } from '../../database/database.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationHeaders } from '../../database/queries/operations.js';
import type { Session } from '../../database/session.js';
import { takeTurn } from './coalesce.js';
import { EnqueuePlanner, type EnqueuePlan, type PlanOptions } from './plan.js';
import { enqueueStatements } from './statements.js';

/** What came of one request: done (or, with `dryRun`, decided), or why not. */
export type EnqueueOutcome = EnqueuePlan | SfOpsError;

export interface EnqueueOptions {
  force: boolean;
  /** Unix seconds, asked again for each attempt. */
  now: () => number;
}

/**
 * Enqueues operations in one transaction: each is there with its state, its work row and all of its targets, or none of
 * it is. A request that cannot be met does not keep the others from being written.
 *
 * @throws SfOpsError when the transaction as a whole failed; see `transaction.ts`
 */
export async function enqueue(
  database: Database,
  requests: readonly EnqueueRequest[],
  options: EnqueueOptions,
): Promise<EnqueueOutcome[]> {
  // Uuids are made once: an attempt whose COMMIT got lost is found again by them, and a repeat cannot double it.
  const identified = requests.map((request) => ({ request, newUuid: randomUUID() }));
  const description = await database.describe();
  return database.write({
    subject:
      requests.length === 1
        ? `operation ${nameOf(identified[0]!)}`
        : `this batch of ${requests.length} operations`,
    work: async (session) => {
      const endTurns = await takeTurns(session, description, requests);
      const outcomes = await planInOrder(
        session,
        description,
        identified,
        options,
        new RowBuffer(session, description),
      );
      for (const statement of endTurns) await session.db.execute(statement);
      return outcomes;
    },
    isCommitted: async (session, outcomes) => areWritten(session, outcomes),
    inquiry: (outcomes) => inquiryAfter(outcomes),
  });
}

/** Decides about requests without writing anything, and shows the statements that would be sent. */
export async function rehearseEnqueue(
  database: Database,
  requests: readonly EnqueueRequest[],
  options: EnqueueOptions,
): Promise<{ outcomes: EnqueueOutcome[]; sqlOf: (plan: EnqueuePlan) => string[] }> {
  const description = await database.describe();
  const identified = requests.map((request) => ({ request, newUuid: randomUUID() }));
  const outcomes = await database.snapshot(async (session) =>
    planInOrder(session, description, identified, options, null),
  );
  const sqlOf = (plan: EnqueuePlan): string[] =>
    plan.rows === null ? [] : enqueueStatements(description, [plan.rows]).map(asText);
  return { outcomes, sqlOf };
}

interface IdentifiedRequest {
  request: EnqueueRequest;
  newUuid: string;
}

async function planInOrder(
  session: Session,
  description: DatabaseDescription,
  requests: readonly IdentifiedRequest[],
  options: EnqueueOptions,
  buffer: RowBuffer | null,
): Promise<EnqueueOutcome[]> {
  const outcomes: EnqueueOutcome[] = [];
  let newUuid = '';
  const planOptions: PlanOptions = {
    force: options.force,
    rehearsal: buffer === null,
    now: options.now(),
    newUuid: () => newUuid,
  };
  const planner = new EnqueuePlanner(session, description, planOptions);
  for (const identified of requests) {
    newUuid = identified.newUuid;
    try {
      if (buffer?.isSeenBy(identified.request)) await buffer.flush();
      const plan = await planner.plan(identified.request);
      buffer?.add(plan);
      outcomes.push(plan);
    } catch (error) {
      if (!(error instanceof SfOpsError)) throw error;
      outcomes.push(error);
    }
  }
  await buffer?.flush();
  return outcomes;
}

/** Holds the rows of operations back, so that many go out with one statement for each table. */
class RowBuffer {
  readonly #rows = new Map<Uuid, OperationRows>();
  /** The pieces of idempotent work among them, see `workKey`. */
  readonly #work = new Set<string>();

  constructor(
    private readonly session: Session,
    private readonly description: DatabaseDescription,
  ) {}

  /** Whether what is held back could matter to the look-ups for this request. */
  isSeenBy(request: EnqueueRequest): boolean {
    if (request.uuid !== null && this.#rows.has(request.uuid)) return true;
    const work = workKey(request);
    return (
      (work !== null && this.#work.has(work)) || request.dependsOn !== null || request.runsAfter !== null
    );
  }

  add({ request, operationUuid, rows }: EnqueuePlan): void {
    if (rows === null) return;
    this.#rows.set(operationUuid, rows);
    const work = workKey(request);
    if (work !== null) this.#work.add(work);
  }

  async flush(): Promise<void> {
    for (const statement of enqueueStatements(this.description, [...this.#rows.values()])) {
      await this.session.db.execute(statement);
    }
    this.#rows.clear();
    this.#work.clear();
  }
}

/** Equal for two requests of which one may be replaced by the other; null for one that cannot be replaced. */
function workKey(request: EnqueueRequest): string | null {
  const key = coalescingKey(request);
  return key === null ? null : JSON.stringify([request.type.value, key]);
}

/** In one order for everybody, so that two batches wait for each other instead of deadlocking; before any read, so that the snapshot comes after the wait. */
async function takeTurns(
  session: Session,
  description: DatabaseDescription,
  requests: readonly EnqueueRequest[],
): Promise<SQL[]> {
  const byWork = new Map<string, EnqueueRequest>();
  for (const request of requests) {
    const work = request.coalesce && request.uuid === null ? workKey(request) : null;
    if (work !== null) byWork.set(work, request);
  }
  const endTurns: SQL[] = [];
  for (const work of [...byWork.keys()].sort()) {
    const endTurn = await takeTurn(session, description, byWork.get(work)!);
    if (endTurn !== null) endTurns.push(endTurn);
  }
  return endTurns;
}

/** All or nothing: the first operation that was written speaks for all. One that wrote nothing has nothing to lose. */
async function areWritten(session: Session, outcomes: readonly EnqueueOutcome[]): Promise<boolean> {
  const written = firstWritten(outcomes);
  if (written === null) return true;
  return (await operationHeaders(session, [written.operationUuid])).has(written.operationUuid);
}

function firstWritten(outcomes: readonly EnqueueOutcome[]): EnqueuePlan | null {
  const written = outcomes.find((outcome) => 'rows' in outcome && outcome.rows !== null);
  return (written as EnqueuePlan | undefined) ?? null;
}

/** How to learn later whether they are there: one by repeating it, which is harmless; a batch by looking for its first. */
function inquiryAfter(outcomes: readonly EnqueueOutcome[]): string {
  const written = firstWritten(outcomes);
  if (written === null) return 'repeat the same command, which has nothing to write';
  const { request, operationUuid } = written;
  if (outcomes.length === 1) return repeatCommand(request, operationUuid);
  const [target] = targetsOf(request);
  const command =
    target === undefined
      ? 'sf-ops pending --all'
      : `sf-ops history ${valueOfObjectType(target.objectType)} ${target.uuid}`;
  return `${command} (lists ${operationUuid} if the batch is there, all of it)`;
}

function nameOf({ request, newUuid }: IdentifiedRequest): string {
  return request.uuid ?? newUuid;
}

function asText(statement: SQL): string {
  const { sql, params } = new MySqlDialect().sqlToQuery(statement);
  return `${format(sql.replace(/\s+/g, ' '), params as string[])};`;
}
