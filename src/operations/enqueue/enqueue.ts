import { randomUUID } from 'node:crypto';
import { format } from 'mysql2';
import { sql, type SQL } from 'drizzle-orm';
import { SfOpsError } from '../../core/errors.js';
import { nameOfObjectType, valueOfObjectType } from '../../core/object-types.js';
import { decideAll, type Decision, type IdentifiedRequest } from '../../core/operations/decide.js';
import { namedReferences, withReferences } from '../../core/operations/draft.js';
import { Batch, type BatchFacts } from '../../core/operations/enqueue-batch.js';
import { parseEnqueueRequest, type EnqueueRequest } from '../../core/operations/enqueue-request.js';
import { targetsOf } from '../../core/operations/operation.js';
import { repeatCommand } from '../../core/operations/repeat-command.js';
import type { Spelling } from '../../core/operations/request-reader.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import type { DatabaseDescription } from '../../database/description.js';
import { operationHeaders } from '../../database/queries/operation-rows.js';
import { findReferences } from '../../database/queries/references.js';
import { RowList, type BoundStatement } from '../../database/insert.js';
import { runTogether } from '../../database/questions.js';
import type { Session } from '../../database/session.js';
import { readBatch } from './read-batch.js';
import { enqueueStatements } from './statements.js';
import type { Step } from './step.js';
import { turnFor } from './turns.js';

/** What came of one request: done (or, in a rehearsal, decided), or why not. */
export type EnqueueOutcome = Decision | SfOpsError;

export interface EnqueueOptions {
  /** Whether objects, nodes and dependencies are taken as they are named. */
  force: boolean;
  /** Unix seconds, asked again for each attempt. */
  now: () => number;
  /** Whether the first request that cannot be met keeps those after it from being written; those are then left out. */
  stopAtError?: boolean;
  /** The uuids of the operations that are made, where they are to be the same in a repeat. */
  newUuids?: readonly Uuid[];
  /** How the keys of the requests are called where they come from; by default as in a line of `--file`. */
  spell?: Spelling;
  /** Its place among others that are written at the same time. */
  step?: Step;
  /** What else is written in the same transaction, and by whose key it is known to be committed. */
  mark?: (outcomes: readonly EnqueueOutcome[]) => Mark | null;
}

/** A row that tells of a transaction. */
export interface Mark {
  statement: BoundStatement;
  /** Finds it. */
  find: SQL;
}

/**
 * Enqueues operations in one transaction: each is there with its state, its work row and all of its targets, or none of
 * it is. A request that cannot be met does not keep the others from being written. Names are looked up, everything is
 * decided and written within that transaction, in a number of statements that does not depend on how many there are.
 *
 * @param requests in the form of a line of `enqueue --file`, or the error that a line is
 * @throws SfOpsError when the transaction as a whole failed; see `transaction.ts`
 */
export async function enqueue(
  database: Database,
  requests: readonly unknown[],
  options: EnqueueOptions,
): Promise<EnqueueOutcome[]> {
  // Uuids are made once: an attempt whose COMMIT got lost is found again by them, and a repeat cannot double it.
  const drafts = requests.map((raw, index) => draftOf(raw, options, index));
  const description = await database.describe();
  const { outcomes } = await database.write({
    subject:
      drafts.length === 1 ? `operation ${nameOf(drafts[0]!)}` : `this batch of ${drafts.length} operations`,
    work: async (session) => {
      options.step?.begin();
      const { outcomes, end, mostBytes } = await decideBatch(session, description, drafts, options, true);
      const rows = outcomes.flatMap((outcome) => ('rows' in outcome ? (outcome.rows ?? []) : []));
      const mark = options.mark?.(outcomes) ?? null;
      await runTogether(
        session,
        [
          ...enqueueStatements(description, rows, mostBytes),
          ...(mark === null ? [] : [mark.statement]),
          ...end,
        ],
        mostBytes,
      );
      options.step?.wrote();
      await options.step?.mayCommit();
      return { outcomes, mark };
    },
    isCommitted: async (session, { outcomes, mark }) =>
      mark === null ? areWritten(session, outcomes) : (await session.rows(mark.find)).length > 0,
    inquiry: ({ outcomes, mark }) =>
      mark === null ? inquiryAfter(outcomes) : 'repeat the same command with the same --run-id',
  });
  return outcomes;
}

/**
 * Enqueues as a part of the caller's transaction: what that ends in, these end in.
 *
 * @throws SfOpsError for a request that cannot be met
 */
export async function enqueueIn(
  session: Session,
  description: DatabaseDescription,
  request: unknown,
  options: EnqueueOptions,
): Promise<Decision> {
  const { outcomes, end, mostBytes } = await decideBatch(
    session,
    description,
    [draftOf(request, options)],
    options,
    true,
  );
  const [outcome] = outcomes as [EnqueueOutcome];
  if (outcome instanceof SfOpsError) throw outcome;
  const rows = outcome.rows === null ? [] : [outcome.rows];
  await runTogether(session, [...enqueueStatements(description, rows, mostBytes), ...end], mostBytes);
  return outcome;
}

/** Decides about requests without writing or locking anything, and shows the statements that would be sent. */
export async function rehearseEnqueue(
  database: Database,
  requests: readonly unknown[],
  options: EnqueueOptions,
): Promise<{ outcomes: EnqueueOutcome[]; sqlOf: (decision: Decision) => string[] }> {
  const drafts = requests.map((raw, index) => draftOf(raw, options, index));
  const description = await database.describe();
  const { outcomes } = await database.snapshot(async (session) =>
    decideBatch(session, description, drafts, options, false),
  );
  const sqlOf = ({ rows }: Decision): string[] =>
    rows === null ? [] : enqueueStatements(description, [rows]).map(asText);
  return { outcomes, sqlOf };
}

interface DecidedBatch {
  outcomes: EnqueueOutcome[];
  /** What ends the turn. */
  end: SQL[];
  /** The size up to which statements are sent. */
  mostBytes: number;
}

/** @param isWriting whether what the decisions rest on is held until the transaction ends */
async function decideBatch(
  session: Session,
  description: DatabaseDescription,
  drafts: readonly Draft[],
  options: EnqueueOptions,
  isWriting: boolean,
): Promise<DecidedBatch> {
  const requests = await readDrafts(session, description, drafts, isWriting);
  const sound = requests.flatMap((request) => (request instanceof SfOpsError ? [] : [request.request]));
  const turn = isWriting ? turnFor(description, sound) : { begin: [], end: [] };
  const { force, stopAtError = false, newUuids = [] } = options;
  let facts = await readBatch(session, description, sound, {
    ...{ force, now: options.now(), before: turn.begin, newUuids },
  });
  // After the turn, which may have been waited for: what others wrote meanwhile is due by now.
  const now = options.now();
  for (;;) {
    const outcomes = decideAll(requests, new Batch(facts, now), { force, stopAtError });
    const lost = isWriting ? await begunMeanwhile(session, facts, outcomes) : new Set<Uuid>();
    if (lost.size === 0)
      return {
        outcomes,
        end: turn.end,
        mostBytes: facts.packetBytes / 2,
      };
    facts = { ...facts, candidates: facts.candidates.filter(({ uuid }) => !lost.has(uuid)) };
  }
}

/** A request as it came, and what there was to read without the database. */
interface Draft {
  raw: unknown;
  newUuid: Uuid;
  spell: Spelling | undefined;
  /** Null while there are names in it. */
  read: EnqueueRequest | SfOpsError | null;
}

function draftOf(raw: unknown, { newUuids, spell }: EnqueueOptions, index = 0): Draft {
  const draft = { raw, newUuid: newUuids?.[index] ?? randomUUID(), spell };
  if (raw instanceof SfOpsError) return { ...draft, read: raw };
  const isComplete = namedReferences(raw).length === 0;
  return { ...draft, read: isComplete ? asOutcome(() => parseEnqueueRequest(raw, spell)) : null };
}

async function readDrafts(
  session: Session,
  description: DatabaseDescription,
  drafts: readonly Draft[],
  hold: boolean,
): Promise<(IdentifiedRequest | SfOpsError)[]> {
  const references = drafts.flatMap(({ raw, read }) => (read === null ? namedReferences(raw) : []));
  const found = references.length === 0 ? null : await findReferences(session, description, references, hold);
  return drafts.map(({ raw, newUuid, spell, read }) => {
    const request =
      read ??
      asOutcome(() =>
        parseEnqueueRequest(
          withReferences(raw, (reference) => found!.uuidOf(reference)),
          spell,
        ),
      );
    return request instanceof SfOpsError ? request : { request, newUuid };
  });
}

function asOutcome<T>(work: () => T): T | SfOpsError {
  try {
    return work();
  } catch (error) {
    if (error instanceof SfOpsError) return error;
    throw error;
  }
}

/**
 * Those of the adopted operations that a worker has begun since the look. A locking read sees what was committed after
 * the snapshot, and keeps a worker from starting the others until we commit.
 */
async function begunMeanwhile(
  session: Session,
  facts: BatchFacts,
  outcomes: readonly EnqueueOutcome[],
): Promise<Set<Uuid>> {
  const existing = new Set(facts.candidates.map(({ uuid }) => uuid));
  const adopted = outcomes.filter(
    (outcome): outcome is Decision =>
      'reused' in outcome && outcome.reused && existing.has(outcome.operationUuid),
  );
  if (adopted.length === 0) return new Set();
  const uuids = new Set(adopted.map(({ operationUuid }) => operationUuid));
  const labels = new Set(adopted.map(({ request }) => nameOfObjectType(request.type.value)!));
  const rows = await session.rows<{ uuid: string }>(sql`
    SELECT object_uuid AS uuid FROM object_states
    WHERE object_type IN ${[...labels]} AND object_uuid IN ${[...uuids]} AND state_value = 'queued' FOR UPDATE`);
  for (const { uuid } of rows) uuids.delete(uuid.toLowerCase());
  return uuids;
}

/** All or nothing: the first operation that was written speaks for all. One that wrote nothing has nothing to lose. */
async function areWritten(session: Session, outcomes: readonly EnqueueOutcome[]): Promise<boolean> {
  const written = firstWritten(outcomes);
  if (written === null) return true;
  return (await operationHeaders(session, [written.operationUuid])).has(written.operationUuid);
}

function firstWritten(outcomes: readonly EnqueueOutcome[]): Decision | null {
  const written = outcomes.find((outcome) => 'rows' in outcome && outcome.rows !== null);
  return (written as Decision | undefined) ?? null;
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

function nameOf({ read, newUuid }: Draft): string {
  return read === null || read instanceof SfOpsError ? newUuid : (read.uuid ?? newUuid);
}

function asText({ text, values }: BoundStatement): string {
  const plain = values.map((value) => (value instanceof RowList ? value.toArrays() : value));
  return `${format(text, plain)};`;
}
