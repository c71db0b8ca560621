import { Argument, Option, type Command } from 'commander';
import { UnavailableError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { resolveOperations } from '../../database/queries/operation-references.js';
import { finishedReport, seededReport, statusReport, stoppedReport, urlReport } from './report.js';
import { sandboxPaths } from '../../sandbox/paths.js';
import {
  resetSandbox,
  sandboxStatus,
  sandboxUrl,
  startSandbox,
  stopSandbox,
  type SandboxStatus,
} from '../../sandbox/sandbox.js';
import { countStrangers, MADE_UP_CLUSTER, seed } from '../../sandbox/seed.js';
import { finishOperations, OUTCOMES, type Outcome } from '../../sandbox/worker.js';
import type { CommandContext, Declare, Result } from '../command.js';
import { idsWithStdin, readCount } from '../object-arguments.js';

const HIGHEST_PORT = 65_535;

export const declare: Declare = (command, handle) => {
  const start: Command = command
    .command('start')
    .description('start it, or make it first; it stays until it is stopped')
    .option('--port <port>', 'listen on this port of 127.0.0.1 too')
    .action(handle(async (context) => runStart(context, portOf(start))));
  command.command('stop').description('stop it; its data stays').action(handle(runStop));
  command.command('status').description('whether it runs, and where it is').action(handle(runStatus));
  command
    .command('reset')
    .description('throw its data away: an empty cluster again')
    .action(handle(runReset, { sandbox: true }));
  command
    .command('seed')
    .description('fill it with a small made-up cluster, throwing away what was there')
    .option('--current', 'with all migrations applied (default: as before them)')
    .action(handle(runSeed, { sandbox: true }));
  command
    .command('url')
    .description('its address for other programs; started if need be')
    .action(handle(runUrl));
  command
    .command('finish')
    .description('end operations as a worker would: the sandbox has none')
    .addArgument(new Argument('<operation-uuid...>', 'uuids, or their beginnings; - reads them from stdin'))
    .addOption(new Option('--state <state>', 'how they end').choices(OUTCOMES).default('complete'))
    .action(handle(runFinish, { sandbox: true }));
};

/**
 * `--port` is also a global option, and it is the program that takes it. One from the environment is meant for the
 * real database.
 */
function portOf(start: Command): number | null {
  if (start.getOptionValueSourceWithGlobals('port') !== 'cli') return null;
  const { port } = start.optsWithGlobals<{ port: string }>();
  const number = readCount('--port', port, 1);
  if (number > HIGHEST_PORT)
    throw new UsageError(`--port ${port} is not a port: the highest is ${HIGHEST_PORT}.`);
  return number;
}

async function runStart(context: CommandContext, tcpPort: number | null): Promise<Result> {
  const status = await started(context, tcpPort);
  return { exitCode: ExitCode.OK, report: statusReport(status) };
}

async function runStop(context: CommandContext): Promise<Result> {
  const pid = await stopSandbox(sandboxPaths(context.environment));
  return { exitCode: ExitCode.OK, report: stoppedReport(pid) };
}

async function runStatus(context: CommandContext): Promise<Result> {
  const status = await sandboxStatus(sandboxPaths(context.environment));
  return { exitCode: ExitCode.OK, report: statusReport(status) };
}

async function runReset(context: CommandContext): Promise<Result> {
  return { exitCode: ExitCode.OK, report: statusReport(await emptied(context)) };
}

async function runSeed(context: CommandContext, options: { current?: boolean }): Promise<Result> {
  const schema = options.current === true ? 'current' : 'baseline';
  await emptied(context);
  const rows = await seed(await context.database(), schema, context.now());
  return { exitCode: ExitCode.OK, report: seededReport(schema, MADE_UP_CLUSTER, rows) };
}

async function runUrl(context: CommandContext): Promise<Result> {
  const status = await started(context, null);
  if (status.tcpPort === null)
    context.note(`mariadb --socket=${status.socketPath} --user=shakenfist shakenfist`);
  return { exitCode: ExitCode.OK, report: urlReport(sandboxUrl(status), status) };
}

async function runFinish(
  context: CommandContext,
  options: { state: Outcome },
  operations: string[],
): Promise<Result> {
  const ids = await idsWithStdin(context, operations);
  const database = await context.database();
  const description = await database.describe();
  const uuids = await database.read(async (session) => resolveOperations(session, description, ids));
  const finished = await finishOperations(database, uuids, options.state, context.now());
  return { exitCode: ExitCode.OK, report: finishedReport(finished) };
}

async function started(context: CommandContext, tcpPort: number | null): Promise<SandboxStatus> {
  const paths = sandboxPaths(context.environment);
  const { state } = await sandboxStatus(paths);
  if (state === 'absent') context.note('Making a private MariaDB server.');
  return startSandbox(paths, tcpPort === null ? {} : { tcpPort });
}

/** The sandbox with an empty cluster; asks before anything is lost that `sandbox seed` could not make again. */
async function emptied(context: CommandContext): Promise<SandboxStatus> {
  const paths = sandboxPaths(context.environment);
  const { state } = await sandboxStatus(paths);
  if (state === 'absent') return started(context, null);
  const loss = await whatWouldBeLost(context);
  if (loss !== null) await context.confirm(`${loss} Throw the sandbox's data away?`);
  context.note("Throwing the sandbox's data away.");
  return resetSandbox(paths);
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
