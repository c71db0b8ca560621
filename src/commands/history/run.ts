import type { Names } from '../../core/names.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { targetedOperations } from '../../core/operations/targeted-operation.js';
import type { DatabaseDescription } from '../../database/description.js';
import { readObjectType } from '../../database/known-types.js';
import { readNames } from '../../database/queries/names.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { resolveObjects } from '../../database/queries/references.js';
import { targetHistory, type HistoryBounds } from '../../database/queries/history.js';
import type { ObjectReference } from '../../database/queries/targets.js';
import type { Session } from '../../database/session.js';
import { listHistory, type HistoryPortion } from '../../operations/history-list.js';
import { readLifetimes } from '../../operations/lifetimes.js';
import { AT_ONCE } from '../../operations/portions.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { toName } from '../operation-columns.js';
import { historyAnswer } from './answer.js';
import type { HistoryRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid } }: HistoryRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const bounds = {
    limit: options.limit === 0 ? Infinity : options.limit,
    since: options.since === undefined ? 0 : now - options.since,
    before: options.before === undefined ? Infinity : now - options.before,
  };
  const typeName = readObjectType(objectType, description);
  const { object, short } = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    return { object: object!, short: await readShort(session, description, object!, bounds, now) };
  });
  const list = short ?? (await listHistory(database, description, object, bounds, { now }));
  return historyAnswer({
    object: `${valueOfObjectType(typeName)}/${list.names.nameOf(object.uuid) ?? object.uuid}`,
    portions: 'portion' in list ? [list.portion] : list.portions(),
    isCut: list.isCut,
    removed: 'portion' in list ? () => 0 : list.removed,
    isBounded: options.since !== undefined || options.before !== undefined,
    now,
  });
}

/** The list in one portion; null where it is long. */
async function readShort(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
  bounds: HistoryBounds,
  now: number,
): Promise<{ portion: HistoryPortion; names: Names; isCut: boolean } | null> {
  const limit = Math.min(bounds.limit, AT_ONCE);
  const targets = await targetHistory(session, description, object, { ...bounds, limit: limit + 1 });
  const isCut = targets.length > limit;
  if (isCut && bounds.limit > limit) return null;
  const { recorded, cluster } = await recordsAt(session, description, targets.slice(0, limit), now);
  const operations = targetedOperations(recorded, cluster, now);
  const lifetimes = await readLifetimes(
    session,
    operations.map(({ record }) => record),
  );
  const subject = { objectType: valueOfObjectType(object.typeName), uuid: object.uuid };
  const { objects, operations: uuids } = toName(operations);
  const wanted = { objects: [subject, ...objects], operations: uuids };
  const names = await readNames(session, description, wanted, cluster.nodes);
  return { portion: { operations, lifetimes, names }, names, isCut };
}
