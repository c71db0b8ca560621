import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { InterruptedError, SfOpsError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { Database } from '../../database/database.js';
import { enqueue, rehearseEnqueue, type EnqueueOutcome } from '../../operations/enqueue/enqueue.js';
import { enqueueEvent } from '../../operations/enqueue/audit.js';
import { recordAuditEvents } from '../../database/queries/events.js';
import { serverError, serverMessage } from '../../database/server-errors.js';
import { batchResult, enqueued, singleResult, type EnqueueItem, type EnqueuedOperation } from './report.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';
import type { EnqueueOptions, EnqueueRequest as EnqueueCommandRequest } from './definition.js';
import { givenOptions, rawRequest } from './options.js';
import { readRequests, type RequestLine } from './file.js';

/** Operations in one transaction: large enough to be fast, small enough not to hold locks for long. */
const BATCH = 500;

export async function runEnqueue(
  context: CommandContext,
  { options, arguments: { operationType } }: EnqueueCommandRequest,
): Promise<AnyAnswer> {
  if (options.file !== undefined) {
    if (operationType !== undefined) throw new UsageError('Give either an operation type or --file.');
    const [given] = givenOptions(options);
    if (given !== undefined)
      throw new UsageError(`${given} goes with an operation type; a line of --file says it itself.`);
    return enqueueFile(context, options, options.file);
  }
  if (operationType === undefined) {
    throw new UsageError('Give an operation type, or --file.', {
      hint: 'sf-ops enqueue --help lists the types.',
    });
  }
  const database = await context.database();
  const [item] = await enqueueBatch(context, database, [rawRequest(operationType, options)], options);
  if (item instanceof SfOpsError) throw item;
  return answerFrom(singleResult(item!), ExitCode.OK);
}

/**
 * A line that cannot be met does not keep the others from being enqueued; the exit code is that of the first one.
 * When the database stops answering half-way, what was enqueued until then is still told.
 */
async function enqueueFile(
  context: CommandContext,
  options: EnqueueOptions,
  file: string,
): Promise<AnyAnswer> {
  const database = await context.database();
  await database.describe();
  const items: EnqueueItem[] = [];
  try {
    for await (const lines of batches(readRequests(context, file))) {
      const { outcomes, isStopped } = await enqueueLines(context, database, lines, options);
      items.push(...outcomes);
      if (!isStopped) continue;
      context.warn(`stopped after line ${lines.at(-1)!.line}: later lines, if any, were not tried`);
      break;
    }
  } catch (error) {
    if (!(error instanceof InterruptedError) || items.length === 0) throw error;
    context.warn('interrupted while reading: lines that are not listed were not tried');
  }
  const { report, exitCode } = batchResult(items);
  return answerFrom(report, exitCode);
}

async function* batches(lines: AsyncIterable<RequestLine>): AsyncIterable<RequestLine[]> {
  let batch: RequestLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** @returns what came of each line; `isStopped` when the transaction as a whole failed */
async function enqueueLines(
  context: CommandContext,
  database: Database,
  lines: readonly RequestLine[],
  options: EnqueueOptions,
): Promise<{ outcomes: EnqueueItem[]; isStopped: boolean }> {
  const requests = lines.flatMap(({ request }) => (request instanceof SfOpsError ? [] : [request]));
  const done = await failureAsValue(enqueueBatch(context, database, requests, options));
  const outcomes = lines.map(({ line, request }): EnqueueItem => {
    const outcome =
      request instanceof SfOpsError ? request : done instanceof SfOpsError ? done : done.shift()!;
    return outcome instanceof SfOpsError ? { line, error: outcome } : { ...outcome, line };
  });
  return { outcomes, isStopped: done instanceof SfOpsError };
}

async function failureAsValue<T>(promise: Promise<T>): Promise<T | SfOpsError> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof SfOpsError) return error;
    throw error;
  }
}

/** Enqueues, warns, and leaves the audit events. */
async function enqueueBatch(
  context: CommandContext,
  database: Database,
  requests: readonly unknown[],
  options: EnqueueOptions,
): Promise<(EnqueuedOperation | SfOpsError)[]> {
  if (requests.length === 0) return [];
  const how = { force: options.force, now: () => context.now() };
  const rehearsal = options.dryRun ? await rehearseEnqueue(database, requests, how) : null;
  const outcomes = rehearsal?.outcomes ?? (await enqueue(database, requests, how));
  for (const warning of new Set(outcomes.flatMap(warningsOf))) context.warn(warning);
  if (rehearsal === null) await audit(context, database, outcomes);
  return outcomes.map((outcome) =>
    outcome instanceof SfOpsError ? outcome : enqueued(outcome, rehearsal?.sqlOf(outcome) ?? null),
  );
}

/** The operation is enqueued whether or not its event can be written: that it cannot is a warning. */
async function audit(
  context: CommandContext,
  database: Database,
  outcomes: readonly EnqueueOutcome[],
): Promise<void> {
  const producer = { fqdn: hostname(), user: accountName() };
  const timestamp = context.now();
  const events = outcomes.flatMap((outcome) =>
    outcome instanceof SfOpsError
      ? []
      : (enqueueEvent(outcome, producer, { eventUuid: randomUUID(), timestamp }) ?? []),
  );
  try {
    await recordAuditEvents(database, events);
  } catch (error) {
    if (!(error instanceof SfOpsError) && serverError(error) === null) throw error;
    context.warn(`the audit event could not be written: ${serverMessage(error)}`);
  }
}

/** An account without a name, as in many containers, is its number. */
function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

function warningsOf(outcome: EnqueueOutcome): string[] {
  return outcome instanceof SfOpsError ? [] : [...outcome.warnings];
}
