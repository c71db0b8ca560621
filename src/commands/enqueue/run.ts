import { SfOpsError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { Names } from '../../core/names.js';
import { readObjectWish } from '../../core/object-reference.js';
import { auditEnqueued } from '../../operations/enqueue/audit.js';
import type { Decision } from '../../core/operations/decide.js';
import { deadlineIn, NO_DEADLINE } from '../../database/limits.js';
import { requestLike } from '../../operations/enqueue/like.js';
import { databaseForWaiting } from '../../operations/wait.js';
import { waitFor } from '../wait/wait-for.js';
import { enqueue, rehearseEnqueue } from '../../operations/enqueue/enqueue.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import { thisProducer } from '../../operations/producer.js';
import type { CommandContext } from '../context.js';
import type { EnqueueCommandRequest, EnqueueCommandOptions } from './definition.js';
import { enqueueFile } from './file.js';
import { givenOptions, optionOf, rawRequest } from './options.js';
import { enqueuedRow, OPERATION_COLUMNS, resultWord, type EnqueuedRow } from './rows.js';

export async function run(
  context: CommandContext,
  { options, arguments: { operationType } }: EnqueueCommandRequest,
): Promise<AnyAnswer> {
  if (options.file !== undefined) {
    if (operationType !== undefined) throw new UsageError('Give either an operation type or --file.');
    const [given] = givenOptions(options);
    if (given !== undefined)
      throw new UsageError(`${given} goes with an operation type; a line of --file says it itself.`);
    if (options.like !== undefined || options.wait)
      throw new UsageError(`--${options.wait ? 'wait' : 'like'} goes with one operation, not with --file.`);
    return enqueueFile(context, options, options.file);
  }
  if (options.wait && options.dryRun) throw new UsageError('--dry-run enqueues nothing to --wait for.');
  if (options.like !== undefined) {
    const database = await context.database();
    await database.describe();
    const old = await requestLike(database, options.like, context.now());
    const asked = rawRequest(operationType ?? String(old.operation_type), options);
    if (asked.operation_type !== old.operation_type)
      throw new UsageError(
        `--like ${options.like} is a ${String(old.operation_type)}, not a ${operationType}.`,
      );
    return enqueueOne(context, { ...old, ...asked }, options);
  }
  if (operationType === undefined) {
    throw new UsageError('Give an operation type, --like or --file.', {
      hint: 'sf-ops enqueue --help lists the types.',
    });
  }
  return enqueueOne(context, rawRequest(operationType, options), options);
}

async function enqueueOne(
  context: CommandContext,
  raw: Record<string, unknown>,
  { force, dryRun, wait }: EnqueueCommandOptions,
): Promise<AnyAnswer> {
  const database = await context.database();
  const how = { force, now: () => context.now(), spell: optionOf };
  const rehearsal = dryRun ? await rehearseEnqueue(database, [raw], how) : null;
  const outcomes = rehearsal?.outcomes ?? (await enqueue(database, [raw], how));
  const outcome = outcomes[0]!;
  if (outcome instanceof SfOpsError) throw outcome;
  for (const warning of outcome.warnings) context.warn(warning);
  if (rehearsal === null)
    await auditEnqueued(database, outcomes, thisProducer(), context.now(), (text) => context.warn(text));
  if (wait) return waitForIt(context, outcome);
  const row = enqueuedRow(outcome, rehearsal?.sqlOf(outcome) ?? null);
  return row.sql !== undefined && row.sql.length > 0
    ? rehearsalAnswer(row, row.sql)
    : operationAnswer(row, raw);
}

/** Waits for exactly the operation that was enqueued, or that serves in its place. */
async function waitForIt(context: CommandContext, decision: Decision): Promise<AnyAnswer> {
  const { operationUuid, reused, rows } = decision;
  context.note(`${reused ? 'reused' : rows === null ? 'exists' : 'created'} ${operationUuid}`);
  const { timeoutSeconds } = context;
  const once = timeoutSeconds === 0;
  const limits = {
    once,
    deadline: timeoutSeconds === null || once ? NO_DEADLINE : deadlineIn(timeoutSeconds),
  };
  const database = databaseForWaiting(await context.database(), limits);
  try {
    return await waitFor(context, database, {
      ...limits,
      subject: { operations: [operationUuid] },
      ...{ any: false, failFast: false, newOnly: false, intervalSeconds: 1, retrySeconds: null },
    });
  } finally {
    await database.close();
  }
}

/** @param raw what was typed: it has the names */
function operationAnswer(row: EnqueuedRow, raw: Readonly<Record<string, unknown>>): AnyAnswer {
  const told = `${resultWord(row)} ${row.operation_uuid}`;
  return answerOf<EnqueuedRow>({
    columns: OPERATION_COLUMNS,
    rows: [row],
    json: { document: () => row },
    block: () =>
      [
        { text: told, style: 'good' },
        { text: `  ${describe(row, raw)}`, style: 'dim' },
      ] satisfies Line[],
    next: () => ({ label: 'Follow', command: `sf-ops wait --operation ${row.operation_uuid}` }),
    exitCode: ExitCode.OK,
    undelivered: () => `The operation was ${told}; stdout could not take the answer.`,
  });
}

/** `network_deploy on network/web, network node · user_facing` */
function describe(
  { tasks, targets, queue_name: queue, operation_type: type }: EnqueuedRow,
  raw: Readonly<Record<string, unknown>>,
): string {
  const objects = targets.map(({ object_type: objectType, uuid }) => {
    const typed = raw[`${objectType}_uuid`];
    if (typeof typed !== 'string' || 'uuid' in readObjectWish(typed)) return `${objectType}/${uuid}`;
    return typed.includes('/') ? typed : `${objectType}/${typed}`;
  });
  const what = tasks.join(', ') || type;
  return [objects.length > 0 ? `${what} on ${objects.join(', ')}` : what, NO_NAMES.queue(queue)].join(', ');
}

/** Nothing is looked up for one line: the queue's own words, and the names that were typed. */
const NO_NAMES = new Names(new Map(), new Map(), []);

/** The statements that would be sent. */
function rehearsalAnswer(row: EnqueuedRow, statements: readonly string[]): AnyAnswer {
  return answerOf<{ sql: string }>({
    columns: [{ name: 'sql', heading: 'SQL', value: ({ sql }) => sql }],
    rows: ['START TRANSACTION;', ...statements, 'COMMIT;'].map((sql) => ({ sql })),
    json: { document: () => row },
    before: () => [`Would enqueue ${row.operation_type} ${row.operation_uuid}:`],
    exitCode: ExitCode.OK,
  });
}
