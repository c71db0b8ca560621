import { UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { targetedOperations } from '../../core/operations/targeted-operation.js';
import type { DatabaseDescription } from '../../database/description.js';
import { readObjectType, readOperationType, resolveObjects } from '../../database/queries/objects.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { activeTargets, type Target } from '../../database/queries/targets.js';
import { tableOf } from '../../render/report.js';
import { operationRow, type OperationRow } from '../operation-row.js';
import { TARGET_COLUMNS } from '../target-columns.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';
import type { PendingRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid: ids } }: PendingRequest,
): Promise<AnyAnswer> {
  const { all, limit = Infinity } = options;
  if (all && objectType !== undefined) throw new UsageError('Give either an object or --all.');
  if (!all && (objectType === undefined || ids.length === 0)) {
    throw new UsageError('Give an object type and a uuid, or --all.', {
      hint: 'For example: sf-ops pending network 7d5d3c5e-…',
    });
  }
  if (!all && options.objectType !== undefined) throw new UsageError('--object-type goes with --all.');

  const database = await context.database();
  const description = await database.describe();
  const isWanted = filter(options, description, context.now());
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
    const now = context.now();
    const { recorded, cluster } = await recordsAt(session, description, shown, now);
    return {
      matching,
      rows: targetedOperations(recorded, cluster, now).map((operation) => operationRow(operation, now)),
      warnings: doubtful ? [ONE_TARGET_ONLY] : [],
    };
  });

  const observed = matching.filter(({ observational }) => observational).length;
  if (observed > 0)
    context.note(`${observed} measurement-only (observational) targets do not count as pending.`);
  for (const warning of warnings) context.warn(warning);
  return pendingResult(rows, matching.length - observed, warnings, options.exitCode);
}

function filter(
  { olderThan, operationType, state }: PendingRequest['options'],
  description: DatabaseDescription,
  now: number,
): (target: Target) => boolean {
  const youngest = olderThan === undefined ? Infinity : now - olderThan;
  const type = operationType === undefined ? null : readOperationType(operationType, description);
  return (target) =>
    (type === null || target.operationType.toLowerCase() === type) &&
    (state === undefined || target.state === state) &&
    target.createdAt <= youngest;
}

function pendingResult(
  rows: OperationRow[],
  count: number,
  warnings: string[],
  withExitCode: boolean,
): AnyAnswer {
  return answerFrom(
    {
      document: { pending: count > 0, count, targets: rows, warnings },
      table: tableOf({ columns: TARGET_COLUMNS, items: rows, empty: 'Nothing is pending.' }),
      footer: count > rows.length ? [{ text: `${rows.length} of ${count} shown.`, tone: 'muted' }] : [],
    },
    withExitCode && count > 0 ? ExitCode.PENDING : ExitCode.OK,
  );
}
