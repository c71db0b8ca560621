import { UsageError } from '../../core/errors.js';
import { targetedOperations } from '../../core/operations/targeted-operation.js';
import type { DatabaseDescription } from '../../database/description.js';
import { readObjectType, readOperationType } from '../../database/known-types.js';
import { findObjects } from '../../database/queries/references.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { activeTargetsUpTo, type Everything, type ObjectReference } from '../../database/queries/targets.js';
import { readNames } from '../../database/queries/names.js';
import { estimateActive } from '../../database/queries/active-side.js';
import type { ListedTarget } from '../../database/queries/active-list.js';
import { listPending } from '../../operations/pending-list.js';
import { AT_ONCE } from '../../operations/portions.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { withMissing } from '../missing.js';
import { toName } from '../operation-columns.js';
import { pendingAnswer } from './answer.js';
import type { PendingRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid: ids } }: PendingRequest,
): Promise<AnyAnswer> {
  const { all, limit = Infinity } = options;
  if (all && objectType !== undefined) throw new UsageError('Give either an object or --all.');
  if (!all && (objectType === undefined || ids.length === 0)) {
    throw new UsageError('Give an object type and a uuid, or --all.', {
      hint: 'For example: sf-ops pending network web',
    });
  }
  if (!all && options.objectType !== undefined) throw new UsageError('--object-type goes with --all.');

  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const isWanted = filter(options, description, now);
  const typeText = all ? options.objectType : objectType;
  const typeName = typeText === undefined ? null : readObjectType(typeText, description);
  const readAsAskedFor = async (of: readonly ObjectReference[] | Everything): Promise<AnyAnswer> => {
    // One that is this busy is busy, whatever else is missing.
    const isComplete = !('typeName' in of) && of.length === 1;
    const doubtful = !isComplete && (await database.read(recordsOneTargetOnly));
    const warnings = doubtful ? [ONE_TARGET_ONLY] : [];
    const list = await listPending(database, description, of, isWanted, { now, limit });
    tell(context, list.observational, warnings);
    return pendingAnswer({
      ...list,
      portions: list.portions(),
      warnings,
      limit,
      now,
      withExitCode: options.exitCode,
    });
  };
  if (all && (await database.read(async (session) => estimateActive(session, description))) > AT_ONCE)
    return readAsAskedFor({ typeName });
  const looked = await database.snapshot(async (session) => {
    const { found, missing } = all
      ? { found: null, missing: [] }
      : await findObjects(session, description, typeName!, ids);
    const of = found ?? { typeName };
    const targets = await activeTargetsUpTo(session, description, of, all ? Infinity : AT_ONCE);
    if (targets === null) return { of, missing };
    const matching = targets.filter(isWanted);
    const shown = matching.filter(({ observational }) => !observational).slice(0, limit);
    // An object on which something is pending is busy, whatever else is missing.
    const busy = new Set(targets.map(({ objectUuid }) => objectUuid));
    const isComplete = 'typeName' in of ? false : of.every(({ uuid }) => busy.has(uuid));
    const doubtful = !isComplete && (await recordsOneTargetOnly(session));
    // A list of a whole cluster has names for its beginning only, which are looked up once, at the end.
    const named = !('typeName' in of);
    const { recorded, cluster, ...known } = await recordsAt(session, description, shown, now, { named });
    const operations = targetedOperations(recorded, cluster, now);
    const names = named
      ? known.names
      : await readNames(session, description, toName(operations), cluster.nodes);
    return { missing, matching, rows: { operations, names }, warnings: doubtful ? [ONE_TARGET_ONLY] : [] };
  });
  const { missing } = looked;
  if ('of' in looked)
    return withMissing(await readAsAskedFor(looked.of), missing, ids.length - missing.length, context);

  const { matching, rows, warnings } = looked;
  const observed = matching.filter(({ observational }) => observational).length;
  tell(context, observed, warnings);
  const count = matching.length - observed;
  const answer = pendingAnswer({
    portions: [rows],
    warnings,
    count,
    limit,
    ended: () => 0,
    now,
    withExitCode: options.exitCode,
  });
  return withMissing(answer, missing, ids.length - missing.length, context);
}

function tell(context: CommandContext, observed: number, warnings: readonly string[]): void {
  if (observed > 0)
    context.note(`${observed} measurement-only (observational) targets do not count as pending.`);
  for (const warning of warnings) context.warn(warning);
}

function filter(
  { olderThan, operationType, state }: PendingRequest['options'],
  description: DatabaseDescription,
  now: number,
): (target: ListedTarget) => boolean {
  const youngest = olderThan === undefined ? Infinity : now - olderThan;
  const type = operationType === undefined ? null : readOperationType(operationType, description);
  return (target) =>
    (type === null || target.operationType.toLowerCase() === type) &&
    (state === undefined || target.state === state) &&
    target.createdAt <= youngest;
}
