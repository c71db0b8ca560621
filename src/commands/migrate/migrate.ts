import { RefusedError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { ApplyRequest, Check, Migration } from '../../migrations/migration.js';
import { withServers, type Servers } from '../../migrations/servers.js';
import { MIGRATIONS } from '../../migrations/registry.js';
import { applyMigration, planMigration, undoMigration } from '../../migrations/runner.js';
import { checksOf } from '../../migrations/verify.js';
import { migrationStatus } from '../../migrations/statuses.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type {
  ApplyRequest as ApplyCommandRequest,
  PlanRequest,
  RestoreRequest,
  VerifyRequest,
} from './definitions.js';
import { planAnswer } from './plan-report.js';
import {
  appliedAnswer,
  restoredAnswer,
  statusAnswer,
  verifyAnswer,
  type AppliedMigration,
} from './reports.js';

export async function status(context: CommandContext): Promise<AnyAnswer> {
  const found = await migrationStatus(await context.database(), MIGRATIONS);
  return statusAnswer(found);
}

export async function plan(
  context: CommandContext,
  { options, arguments: { migration } }: PlanRequest,
): Promise<AnyAnswer> {
  return planned(context, options, migration, ExitCode.NO);
}

/** @param refused how it ends where `apply` would refuse to begin */
async function planned(
  context: CommandContext,
  options: PlanRequest['options'],
  name: string | undefined,
  refused: ExitCode,
): Promise<AnyAnswer> {
  const request = readRequest(options, name);
  return withServers(await context.database(), async (servers) => {
    const plans = [];
    for (const migration of chosen(name)) plans.push(await planMigration(migration, servers, request));
    return planAnswer(plans, servers.database.settings.database, refused);
  });
}

export async function apply(
  context: CommandContext,
  { options, arguments: { migration: name } }: ApplyCommandRequest,
): Promise<AnyAnswer> {
  const request = readRequest(options, name);
  if (options.dryRun) return planned(context, options, name, ExitCode.REFUSED);
  return withServers(await context.database(), async (servers) => {
    await requireNoneBlocked(servers, chosen(name));
    const applied: AppliedMigration[] = [];
    for (const migration of chosen(name)) {
      applied.push({
        migration,
        ...(await applyMigration(migration, servers, request, options.maxWait, context)),
      });
      if (applied.at(-1)!.outcome === 'not_verified') break;
    }
    return appliedAnswer(applied);
  });
}

export async function verify(
  context: CommandContext,
  { arguments: { migration: name } }: VerifyRequest,
): Promise<AnyAnswer> {
  return withServers(await context.database(), async (servers) => {
    const verified = [];
    for (const migration of chosen(name))
      verified.push({ migration, checks: checksOf(await migration.verify(servers)) });
    const results = verified.flatMap(({ checks }) => checks.map(({ result }) => result));
    return verifyAnswer(verified, verdict(results));
  });
}

export async function restore(
  context: CommandContext,
  { options, arguments: { migration: name } }: RestoreRequest,
): Promise<AnyAnswer> {
  const migration = name === undefined ? theOneThat(canBeUndone) : chosen(name)[0]!;
  return withServers(await context.database(), async (servers) => {
    const restored = await undoMigration(migration, servers, options.from ?? null, options.maxWait, context);
    return restoredAnswer(restored);
  });
}

/** Whatever stands in the way of one of several is said before the first of them begins. */
async function requireNoneBlocked(servers: Servers, migrations: readonly Migration[]): Promise<void> {
  const { statuses } = await migrationStatus(servers.database, migrations);
  const blocked = statuses.filter(({ status }) => status.state === 'blocked');
  if (blocked.length === 0) return;
  const reasons = blocked.map(
    ({ migration, status }) => `${migration.id} cannot be applied. ${status.detail}`,
  );
  throw new RefusedError(reasons.join(' '), {
    word: 'blocked',
    hint: 'Name the other migration to apply it alone.',
  });
}

function readRequest(options: PlanRequest['options'], name: string | undefined): ApplyRequest {
  const { phase = null, backup = null } = options;
  const { id } = theOneThat(({ takesAway }) => takesAway);
  if ((phase !== null || backup !== null) && name !== undefined && name !== id)
    throw new UsageError(`--phase and --backup go with ${id}.`);
  if (phase === 'hide' && name === undefined)
    throw new UsageError(`--phase hide needs the migration: ${id}.`);
  return {
    phase,
    backup,
    daemonsStopped: options.yesDaemonsAreStopped,
    acceptUnknown: options.acceptUnknown,
  };
}

function chosen(name: string | undefined): readonly Migration[] {
  return name === undefined ? MIGRATIONS : MIGRATIONS.filter(({ id }) => id === name);
}

function theOneThat(is: (migration: Migration) => boolean): Migration {
  return MIGRATIONS.find(is)!;
}

function canBeUndone({ undo }: Migration): boolean {
  return !('impossible' in undo);
}

function verdict(results: readonly Check['result'][]): ExitCode {
  if (results.includes('fail')) return ExitCode.NO;
  return results.includes('unknown') ? ExitCode.UNAVAILABLE : ExitCode.OK;
}
