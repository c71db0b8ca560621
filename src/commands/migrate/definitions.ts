import { ExitCode } from '../../core/exit-codes.js';
import {
  COMPOSITE_TARGET_UNIQUENESS,
  DROP_LAST_CLUSTER_OPERATION,
  MIGRATION_IDS,
  type MigrationId,
} from '../../migrations/ids.js';
import { defineCommand, type ArgumentDefinition, type Request } from '../definition.js';
import { choice, duration, file, flag, optionalArgument } from '../parameters.js';

const NONE = {};

function migrationArgument(remark: string): ArgumentDefinition<MigrationId | undefined> {
  return optionalArgument(`${MIGRATION_IDS.join(' or ')}${remark}`, { choices: MIGRATION_IDS });
}

const PLAN_OPTIONS = {
  phase: choice('phase', ['hide', 'drop'], 'hide: stop once the column is invisible; drop: go all the way'),
  backup: file('keep the values that a drop would lose'),
  yesDaemonsAreStopped: flag('go ahead although nodes checked in a moment ago'),
  acceptUnknown: flag('go ahead although some rules could not look'),
};

const MAX_WAIT = duration('how long to wait for a quiet moment', { default: '60s' });

const APPLY_OPTIONS = {
  ...PLAN_OPTIONS,
  dryRun: flag('print what would be done, and do nothing'),
  maxWait: MAX_WAIT,
};

const RESTORE_OPTIONS = { from: file('what --backup has written'), maxWait: MAX_WAIT };

const ONE = { migration: migrationArgument('; without it, all') };
const REMAINING = { migration: migrationArgument('; without it, all that remain') };
const RESTORABLE = {
  migration: optionalArgument(DROP_LAST_CLUSTER_OPERATION, { choices: MIGRATION_IDS }),
};

export type PlanRequest = Request<typeof PLAN_OPTIONS, typeof ONE>;
export type ApplyRequest = Request<typeof APPLY_OPTIONS, typeof REMAINING>;
export type VerifyRequest = Request<typeof NONE, typeof ONE>;
export type RestoreRequest = Request<typeof RESTORE_OPTIONS, typeof RESTORABLE>;

export const migrateStatus = defineCommand({
  name: 'migrate status',
  summary: 'where every migration stands',
  examples: [{ command: 'migrate status', comment: 'what is applied and what is outstanding' }],
  arguments: NONE,
  options: NONE,
  exitCodes: {},
  needs: 'database',
  load: async () => (await import('./migrate.js')).status,
});

export const migratePlan = defineCommand({
  name: 'migrate plan',
  summary: 'look from all sides, change nothing: preflight, SQL, size, locks',
  examples: [
    {
      command: `migrate plan ${COMPOSITE_TARGET_UNIQUENESS}`,
      comment: 'what apply would do, and what stands in its way',
      exitCode: ExitCode.NO,
    },
    {
      command: 'migrate plan --format sql',
      comment: 'the statements with what they cost, for a change request',
      exitCode: ExitCode.NO,
    },
  ],
  arguments: ONE,
  options: PLAN_OPTIONS,
  formats: ['sql'],
  exitCodes: { [ExitCode.NO]: 'apply would refuse to begin' },
  needs: 'database',
  load: async () => (await import('./migrate.js')).plan,
});

export const migrateApply = defineCommand({
  name: 'migrate apply',
  summary: 'bring a migration to its end, from wherever it is',
  examples: [
    {
      command: `migrate apply ${COMPOSITE_TARGET_UNIQUENESS} --dry-run`,
      comment: 'print it, and do nothing',
      exitCode: ExitCode.REFUSED,
    },
    {
      command: `migrate apply ${DROP_LAST_CLUSTER_OPERATION} --phase hide --yes`,
      comment: 'the first half, which is undone in an instant',
    },
    {
      command: `migrate apply ${DROP_LAST_CLUSTER_OPERATION} --backup values.ndjson --yes`,
      comment: 'to the end, keeping the values; refused while daemons are alive',
      exitCode: ExitCode.REFUSED,
    },
  ],
  arguments: REMAINING,
  options: APPLY_OPTIONS,
  formats: ['sql'],
  exitCodes: {
    [ExitCode.NO]: 'it was applied, and verification failed',
    [ExitCode.CONFLICT]: 'no quiet moment within --max-wait, or somebody else is migrating',
    [ExitCode.REFUSED]: 'a precondition or the confirmation is missing; nothing was changed',
  },
  needs: 'database',
  writes: true,
  load: async () => (await import('./migrate.js')).apply,
});

export const migrateVerify = defineCommand({
  name: 'migrate verify',
  summary: 'check columns, keys and versions on every node',
  examples: [{ command: 'migrate verify', comment: 'all migrations', exitCode: ExitCode.NO }],
  arguments: ONE,
  options: NONE,
  exitCodes: { [ExitCode.NO]: 'something is not as the migration leaves it' },
  needs: 'database',
  load: async () => (await import('./migrate.js')).verify,
});

export const migrateRestore = defineCommand({
  name: 'migrate restore',
  summary: `undo ${DROP_LAST_CLUSTER_OPERATION}: show the column again, or add it and put its values back`,
  examples: [
    { command: 'migrate restore', comment: 'show the column that apply --phase hide has hidden' },
    {
      command: `migrate restore ${DROP_LAST_CLUSTER_OPERATION} --from kept.ndjson --yes`,
      comment: 'put back what apply --backup has kept',
    },
  ],
  arguments: RESTORABLE,
  options: RESTORE_OPTIONS,
  exitCodes: {
    [ExitCode.NO]: 'values that were written meanwhile were kept, and differ from the backup',
    [ExitCode.CONFLICT]: 'no quiet moment within --max-wait, or somebody else is migrating',
    [ExitCode.REFUSED]: 'it cannot be undone from here; nothing was changed',
  },
  needs: 'database',
  writes: true,
  load: async () => (await import('./migrate.js')).restore,
});
