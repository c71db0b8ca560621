import { parseDuration } from '../core/duration.js';
import { UsageError } from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import { ACTIVE_STATES } from '../core/operations/state.js';
import { readWord } from '../core/reading.js';
import type { TargetRow } from '../core/target-row.js';
import type { DatabaseDescription } from '../database/description.js';
import { readObjectType, readOperationType, resolveObjects } from '../database/queries/objects.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../database/queries/target-key.js';
import { targetRows } from '../database/queries/target-rows.js';
import { activeTargets, type Target } from '../database/queries/targets.js';
import { tableOf } from '../render/report.js';
import { TARGET_COLUMNS } from './target-columns.js';
import type { CommandContext, Declare, Result } from './command.js';
import { idsWithStdin, readCount } from './object-arguments.js';

interface PendingOptions {
  all?: boolean;
  objectType?: string;
  operationType?: string;
  state?: string;
  olderThan?: string;
  limit?: string;
  exitCode?: boolean;
}

export const declare: Declare = (command, handle) => {
  command
    .argument('[object-type]', 'network, instance, …')
    .argument('[uuid...]', 'uuids, names, or the beginnings of uuids; - reads them from stdin')
    .option('--all', 'every object')
    .option('--object-type <type>', 'with --all: objects of this type')
    .option('--operation-type <type>', 'only operations of this type')
    .option('--state <state>', 'only operations in this state')
    .option('--older-than <duration>', 'only operations that are older (90s, 15m, 2h)')
    .option('--limit <n>', 'show no more than the oldest n; the count stays whole')
    .option('--exit-code', 'exit 8 when something is pending')
    .action(handle(run));
};

async function run(
  context: CommandContext,
  options: PendingOptions,
  objectType: string | undefined,
  uuids: string[],
): Promise<Result> {
  const all = options.all === true;
  if (all && objectType !== undefined) throw new UsageError('Give either an object or --all.');
  if (!all && (objectType === undefined || uuids.length === 0)) {
    throw new UsageError('Give an object type and a uuid, or --all.', {
      hint: 'For example: sf-ops pending network 7d5d3c5e-…',
    });
  }
  if (!all && options.objectType !== undefined) throw new UsageError('--object-type goes with --all.');
  const limit = options.limit === undefined ? Infinity : readCount('--limit', options.limit, 0);
  const ids = await idsWithStdin(context, uuids);
  const state = options.state === undefined ? null : readState(options.state);

  const database = await context.database();
  const description = await database.describe();
  const isWanted = filter(options, state, description, context.now());
  const typeText = all ? options.objectType : objectType;
  const typeName = typeText === undefined ? null : readObjectType(typeText, description);
  const { matching, rows, warnings } = await database.snapshot(async (session) => {
    const of = all ? { typeName } : await resolveObjects(session, description, typeName!, ids);
    const targets = await activeTargets(session, description, of);
    const matching = targets.filter(isWanted);
    const shown = matching.filter(({ observational }) => !observational).slice(0, limit);
    // An object on which something is pending is busy, whatever else is missing.
    const busy = new Set(targets.map(({ objectUuid }) => objectUuid));
    const isComplete = 'typeName' in of ? false : of.every(({ uuid }) => busy.has(uuid));
    const doubtful = !isComplete && (await recordsOneTargetOnly(session));
    return {
      matching,
      rows: await targetRows(session, description, shown, context.now()),
      warnings: doubtful ? [ONE_TARGET_ONLY] : [],
    };
  });

  const observed = matching.filter(({ observational }) => observational).length;
  if (observed > 0)
    context.note(`${observed} measurement-only (observational) targets do not count as pending.`);
  for (const warning of warnings) context.warn(warning);
  return pendingResult(rows, matching.length - observed, warnings, options.exitCode === true);
}

/** A misspelt filter would match nothing, and "nothing is pending" is an answer that scripts act on. */
function readState(text: string): string {
  const state = readWord(text.toLowerCase(), 'a state of a pending operation', ACTIVE_STATES);
  if ('problem' in state) throw new UsageError(`--state ${state.problem}.`);
  return state.value;
}

function filter(
  { olderThan, operationType }: PendingOptions,
  state: string | null,
  description: DatabaseDescription,
  now: number,
): (target: Target) => boolean {
  const youngest = olderThan === undefined ? Infinity : now - parseDuration(olderThan);
  const type = operationType === undefined ? null : readOperationType(operationType, description);
  return (target) =>
    (type === null || target.operationType.toLowerCase() === type) &&
    (state === null || target.state === state) &&
    target.createdAt <= youngest;
}

function pendingResult(rows: TargetRow[], count: number, warnings: string[], withExitCode: boolean): Result {
  return {
    exitCode: withExitCode && count > 0 ? ExitCode.PENDING : ExitCode.OK,
    report: {
      document: { pending: count > 0, count, targets: rows, warnings },
      table: tableOf({ columns: TARGET_COLUMNS, items: rows, empty: 'Nothing is pending.' }),
      footer: count > rows.length ? [{ text: `${rows.length} of ${count} shown.`, tone: 'muted' }] : [],
    },
  };
}
