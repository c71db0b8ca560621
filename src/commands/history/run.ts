import { targetedOperations } from '../../core/operations/targeted-operation.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { readNames } from '../../database/queries/names.js';
import { readObjectType } from '../../database/known-types.js';
import { resolveObjects } from '../../database/queries/references.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { targetHistory } from '../../database/queries/targets.js';
import { readLifetimes } from '../../operations/lifetimes.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { toName } from '../operation-columns.js';
import { historyAnswer } from './answer.js';
import type { HistoryRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid } }: HistoryRequest,
): Promise<AnyAnswer> {
  const { limit } = options;
  const database = await context.database();
  const description = await database.describe();
  const now = context.now();
  const since = options.since === undefined ? 0 : now - options.since;
  const before = options.before === undefined ? Infinity : now - options.before;
  const typeName = readObjectType(objectType, description);
  const report = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const bounds = { limit: limit + 1, since, before };
    const targets = await targetHistory(session, description, object!, bounds);
    const { recorded, cluster } = await recordsAt(session, description, targets.slice(0, limit), now);
    const operations = targetedOperations(recorded, cluster, now);
    const records = operations.map(({ record }) => record);
    const lifetimes = await readLifetimes(session, records);
    const subject = { objectType: valueOfObjectType(typeName), uuid: object!.uuid };
    const { objects, operations: uuids } = toName(operations);
    const wanted = { objects: [subject, ...objects], operations: uuids };
    const names = await readNames(session, description, wanted, cluster.nodes);
    return { operations, lifetimes, names, isCut: targets.length > limit, subject };
  });
  const isBounded = options.since !== undefined || options.before !== undefined;
  return historyAnswer({ ...report, isBounded, now });
}
