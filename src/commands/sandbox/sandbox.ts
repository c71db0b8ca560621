import { UnavailableError } from '../../core/errors.js';
import { resolveOperations } from '../../database/queries/operation-references.js';
import { finishedAnswer, seededAnswer, statusAnswer, stoppedAnswer, urlAnswer } from './report.js';
import { sandboxPaths } from '../../sandbox/paths.js';
import {
  removeSandbox,
  resetSandbox,
  sandboxStatus,
  sandboxUrl,
  startSandbox,
  stopSandbox,
  type SandboxStatus,
} from '../../sandbox/sandbox.js';
import { countStrangers, MADE_UP_CLUSTER, seed } from '../../sandbox/seed.js';
import { finishOperations } from '../../sandbox/worker.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { FinishRequest, ResetRequest, SeedRequest, StartRequest } from './definitions.js';

export async function start(context: CommandContext, { options }: StartRequest): Promise<AnyAnswer> {
  const status = await started(context, options.port ?? null);
  return statusAnswer(status);
}

export async function stop(context: CommandContext): Promise<AnyAnswer> {
  const pid = await stopSandbox(sandboxPaths(context.environment));
  return stoppedAnswer(pid);
}

export async function status(context: CommandContext): Promise<AnyAnswer> {
  const status = await sandboxStatus(sandboxPaths(context.environment));
  return statusAnswer(status);
}

export async function reset(context: CommandContext, { options }: ResetRequest): Promise<AnyAnswer> {
  const status = options.purge ? await removed(context) : await emptied(context);
  return statusAnswer(status);
}

export async function seedSandbox(context: CommandContext, { options }: SeedRequest): Promise<AnyAnswer> {
  const schema = options.current ? 'current' : 'baseline';
  await emptied(context);
  const rows = await seed(await context.database(), schema, context.now());
  return seededAnswer(schema, MADE_UP_CLUSTER, rows);
}

export async function url(context: CommandContext): Promise<AnyAnswer> {
  const status = await started(context, null);
  if (status.tcpPort === null)
    context.note(`mariadb --socket=${status.socketPath} --user=shakenfist shakenfist`);
  return urlAnswer(sandboxUrl(status), status);
}

export async function finish(
  context: CommandContext,
  { options, arguments: { operationUuid: ids } }: FinishRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const uuids = await database.read(async (session) => resolveOperations(session, description, ids));
  const finished = await finishOperations(database, uuids, options.state, context.now());
  return finishedAnswer(finished);
}

async function started(context: CommandContext, tcpPort: number | null): Promise<SandboxStatus> {
  const paths = sandboxPaths(context.environment);
  const { state } = await sandboxStatus(paths);
  if (state === 'absent') context.note('Making a private MariaDB server.');
  const { progress } = context;
  return startSandbox(paths, tcpPort === null ? { progress } : { tcpPort, progress });
}

async function removed(context: CommandContext): Promise<SandboxStatus> {
  const paths = sandboxPaths(context.environment);
  const before = await sandboxStatus(paths);
  if (before.state === 'absent') return before;
  await confirmLoss(context, 'Remove the sandbox?');
  await removeSandbox(paths);
  return sandboxStatus(paths);
}

/** The sandbox with an empty cluster; asks before anything is lost that `sandbox seed` could not make again. */
async function emptied(context: CommandContext): Promise<SandboxStatus> {
  const paths = sandboxPaths(context.environment);
  const { state } = await sandboxStatus(paths);
  if (state === 'absent') return started(context, null);
  await confirmLoss(context, "Throw the sandbox's data away?");
  context.note("Throwing the sandbox's data away.");
  return resetSandbox(paths);
}

async function confirmLoss(context: CommandContext, question: string): Promise<void> {
  const loss = await whatWouldBeLost(context);
  if (loss !== null) await context.confirm(`${loss} ${question}`);
}

/** A sentence; null where nothing would be missed. A server that cannot be read any more can still be reset. */
async function whatWouldBeLost(context: CommandContext): Promise<string | null> {
  try {
    const database = await context.database();
    const strangers = await database.read(countStrangers);
    await database.drop(); // the server at the other end is about to go away
    return strangers === 0 ? null : `Objects and operations that were not seeded: ${strangers}.`;
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    return `What is in the sandbox cannot be read: ${error.message}`;
  }
}
