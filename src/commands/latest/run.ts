import { ExitCode } from '../../core/exit-codes.js';
import type { Names } from '../../core/names.js';
import { valueOfObjectType } from '../../core/object-types.js';
import { readNames } from '../../database/queries/names.js';
import { readObjectType } from '../../database/known-types.js';
import { resolveObjects } from '../../database/queries/references.js';
import { lastTarget, type Target } from '../../database/queries/targets.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { stateStyle } from '../operation-columns.js';
import type { LatestRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { arguments: { objectType, uuid } }: LatestRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  return database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const last = await lastTarget(session, description, object!);
    const subject = { objectType: valueOfObjectType(typeName), uuid: object!.uuid };
    const operations = last === null ? [] : [last.operationUuid];
    const names = await readNames(session, description, { objects: [subject], operations }, []);
    return latestAnswer(last, names, `${subject.objectType}/${names.nameOf(subject.uuid) ?? subject.uuid}`);
  });
}

function latestAnswer(last: Target | null, names: Names, object: string): AnyAnswer {
  return answerOf<Target>({
    columns: [
      { name: 'op_type', heading: 'TYPE', value: ({ operationType }) => operationType },
      {
        name: 'op_uuid',
        heading: 'OPERATION',
        value: ({ operationUuid }) => operationUuid,
        display: ({ operationUuid }, { full }) => (full ? operationUuid : names.uuid(operationUuid)),
      },
      {
        name: 'state',
        heading: 'STATE',
        value: ({ state }) => state,
        style: ({ state }) => stateStyle(state),
      },
    ],
    rows: last === null ? [] : [last],
    record: ({ operationType, operationUuid, state }) => ({
      op_type: operationType,
      op_uuid: operationUuid,
      state,
    }),
    json: {
      document: () => ({
        last_cluster_operation:
          last === null ? null : { op_type: last.operationType, op_uuid: last.operationUuid },
        state: last?.state ?? null,
      }),
    },
    empty: `No operation of ${object} is recorded.`,
    exitCode: ExitCode.OK,
  });
}
