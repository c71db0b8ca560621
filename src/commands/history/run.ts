import { ExitCode } from '../../core/exit-codes.js';
import { targetedOperations } from '../../core/operations/targeted-operation.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { readNames } from '../../database/queries/names.js';
import { readObjectType, resolveObjects } from '../../database/queries/objects.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { targetHistory } from '../../database/queries/targets.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { listedOperation, operationColumns, toName, type ListedOperation } from '../operation-columns.js';
import type { HistoryRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid } }: HistoryRequest,
): Promise<AnyAnswer> {
  const { limit } = options;
  const now = context.now();
  const since = options.since === undefined ? 0 : now - options.since;
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const { operations, names, isCut, subject } = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const targets = await targetHistory(session, description, object!, { limit: limit + 1, since });
    const { recorded, cluster } = await recordsAt(session, description, targets.slice(0, limit), now);
    const operations = targetedOperations(recorded, cluster, now);
    const subject = { objectType: valueOfObjectType(typeName), uuid: object!.uuid };
    const { objects, operations: uuids } = toName(operations);
    const wanted = { objects: [subject, ...objects], operations: uuids };
    const names = await readNames(session, description, wanted, cluster.nodes);
    return { operations, names, isCut: targets.length > limit, subject };
  });
  const object = `${subject.objectType}/${names.nameOf(subject.uuid) ?? subject.uuid}`;
  return answerOf<ListedOperation>({
    columns: operationColumns(names, now),
    rows: operations.map((operation) => listedOperation(operation, names, now)),
    record: ({ row }) => row,
    json: { rows: 'history' },
    empty:
      options.since === undefined
        ? `No operation of ${object} is recorded.`
        : `No operation of ${object} that is as young is recorded.`,
    after: () =>
      isCut
        ? [
            {
              text: `The newest ${limit} are shown; there are older ones: --limit ${limit * 10}.`,
              style: 'dim',
            },
          ]
        : [],
    exitCode: ExitCode.OK,
  });
}
