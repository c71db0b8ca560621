import { parseDuration } from '../../core/duration.js';
import { RefusedError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { ApplyRequest, Check, Migration } from '../../migrations/migration.js';
import type { Surroundings } from '../../migrations/nodes.js';
import { MIGRATIONS } from '../../migrations/registry.js';
import { applyMigration, planMigration, restoreColumn, withSurroundings } from '../../migrations/runner.js';
import { migrationStatus } from '../../migrations/status.js';
import type { CommandContext, Declare, Result } from '../command.js';
import { planReport, wouldBeRefused } from './plan-report.js';
import {
  appliedReport,
  restoredReport,
  statusReport,
  verifyReport,
  type AppliedMigration,
} from './reports.js';

interface ApplyOptions {
  phase?: string;
  backup?: string;
  yesDaemonsAreStopped?: boolean;
  acceptUnknown?: boolean;
  dryRun?: boolean;
  maxWait: string;
}

const NAMES = MIGRATIONS.map(({ id }) => id).join(' or ');

export const declare: Declare = (command, handle) => {
  command.command('status').description('where every migration stands').action(handle(status));
  const plan = command
    .command('plan')
    .description('look from all sides, change nothing: preflight, SQL, size, locks')
    .argument('[migration]', NAMES);
  const apply = command
    .command('apply')
    .description('bring a migration to its end, from wherever it is')
    .argument('[migration]', `${NAMES}; without it, all that remain`);
  for (const declared of [plan, apply]) {
    declared
      .option('--phase <phase>', 'hide: stop once the column is invisible; drop: go all the way')
      .option('--backup <file>', 'keep the values that a drop would lose')
      .option('--yes-daemons-are-stopped', 'go ahead although nodes checked in a moment ago')
      .option('--accept-unknown', 'go ahead although some rules could not look');
  }
  plan.action(handle(look, { formats: ['sql'] }));
  apply
    .option('--dry-run', 'print what would be done, and do nothing')
    .option('--max-wait <duration>', 'how long to wait for a quiet moment', '60s')
    .action(handle(run, { formats: ['sql'] }));
  command
    .command('verify')
    .description('check columns, keys and versions on every node')
    .argument('[migration]', NAMES)
    .action(handle(verify));
  command
    .command('restore')
    .description('undo drop-last-cluster-operation: show the column again, or add it and put its values back')
    .argument('[migration]', 'drop-last-cluster-operation')
    .option('--from <file>', 'what --backup has written')
    .option('--max-wait <duration>', 'how long to wait for a quiet moment', '60s')
    .action(handle(undo));
};

async function status(context: CommandContext): Promise<Result> {
  const found = await migrationStatus(await context.database(), MIGRATIONS);
  return { exitCode: ExitCode.OK, report: statusReport(found) };
}

async function look(
  context: CommandContext,
  options: ApplyOptions,
  name: string | undefined,
): Promise<Result> {
  const request = readRequest(options, name);
  return withSurroundings(await context.database(), async (surroundings) => {
    const plans = [];
    for (const migration of chosen(name)) plans.push(await planMigration(migration, surroundings, request));
    const refused = plans.some(wouldBeRefused);
    return {
      exitCode: refused ? ExitCode.NO : ExitCode.OK,
      report: planReport(plans, surroundings.database.settings.database),
    };
  });
}

async function run(
  context: CommandContext,
  options: ApplyOptions,
  name: string | undefined,
): Promise<Result> {
  const request = readRequest(options, name);
  const maxWaitSeconds = parseDuration(options.maxWait);
  if (options.dryRun) {
    const planned = await look(context, options, name);
    return { ...planned, exitCode: planned.exitCode === ExitCode.NO ? ExitCode.REFUSED : ExitCode.OK };
  }
  return withSurroundings(await context.database(), async (surroundings) => {
    await requireNoneBlocked(surroundings, chosen(name));
    const applied: AppliedMigration[] = [];
    for (const migration of chosen(name)) {
      applied.push({
        migration,
        ...(await applyMigration(migration, surroundings, request, maxWaitSeconds, context)),
      });
      if (applied.at(-1)!.outcome === 'not_verified') break;
    }
    const verified = applied.every(({ outcome }) => outcome !== 'not_verified');
    return { exitCode: verified ? ExitCode.OK : ExitCode.NO, report: appliedReport(applied) };
  });
}

async function verify(context: CommandContext, _: object, name: string | undefined): Promise<Result> {
  return withSurroundings(await context.database(), async (surroundings) => {
    const verified = [];
    for (const migration of chosen(name))
      verified.push({ migration, checks: await migration.verify(surroundings) });
    const results = verified.flatMap(({ checks }) => checks.map(({ result }) => result));
    return { exitCode: verdict(results), report: verifyReport(verified) };
  });
}

async function undo(
  context: CommandContext,
  options: { from?: string; maxWait: string },
  name: string | undefined,
): Promise<Result> {
  const [migration] = chosen(name ?? 'drop-last-cluster-operation');
  if (migration!.id !== 'drop-last-cluster-operation') {
    throw new RefusedError(
      `${migration!.id} cannot be undone: the old key has no room for the targets recorded since.`,
      {
        word: 'not_undoable',
      },
    );
  }
  return withSurroundings(await context.database(), async (surroundings) => {
    const restored = await restoreColumn(
      surroundings,
      options.from ?? null,
      parseDuration(options.maxWait),
      context,
    );
    return {
      exitCode: restored.values?.exact === false ? ExitCode.NO : ExitCode.OK,
      report: restoredReport(restored),
    };
  });
}

/** Whatever stands in the way of one of several is said before the first of them begins. */
async function requireNoneBlocked(
  surroundings: Surroundings,
  migrations: readonly Migration[],
): Promise<void> {
  const { standings } = await migrationStatus(surroundings.database, migrations);
  const blocked = standings.filter(({ standing }) => standing.state === 'blocked');
  if (blocked.length === 0) return;
  const reasons = blocked.map(
    ({ migration, standing }) => `${migration.id} cannot be applied. ${standing.detail}`,
  );
  throw new RefusedError(reasons.join(' '), {
    word: 'blocked',
    hint: 'Name the other migration to apply it alone.',
  });
}

function readRequest(options: ApplyOptions, name: string | undefined): ApplyRequest {
  const { phase = null, backup = null } = options;
  if (phase !== null && phase !== 'hide' && phase !== 'drop') {
    throw new UsageError(`--phase ${phase} is neither hide nor drop.`);
  }
  if ((phase !== null || backup !== null) && name === 'composite-target-uniqueness') {
    throw new UsageError('--phase and --backup go with drop-last-cluster-operation.');
  }
  if (phase === 'hide' && name === undefined) {
    throw new UsageError('--phase hide needs the migration: drop-last-cluster-operation.');
  }
  return {
    phase,
    backup,
    daemonsStopped: options.yesDaemonsAreStopped === true,
    acceptUnknown: options.acceptUnknown === true,
  };
}

function chosen(name: string | undefined): readonly Migration[] {
  if (name === undefined) return MIGRATIONS;
  const migration = MIGRATIONS.find(({ id }) => id === name);
  if (migration === undefined)
    throw new UsageError(`There is no migration ${name}.`, { hint: `Migrations: ${NAMES}.` });
  return [migration];
}

function verdict(results: readonly Check['result'][]): ExitCode {
  if (results.includes('fail')) return ExitCode.NO;
  return results.includes('unknown') ? ExitCode.UNAVAILABLE : ExitCode.OK;
}
