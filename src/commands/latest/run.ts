import { ExitCode } from '../../core/exit-codes.js';
import { readObjectType, resolveObjects } from '../../database/queries/objects.js';
import { lastTarget, type Target } from '../../database/queries/targets.js';
import { tableOf, type Column, type Report } from '../../render/report.js';
import { stateTone } from '../../render/tones.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';
import type { LatestRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { arguments: { objectType, uuid } }: LatestRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const last = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    return lastTarget(session, description, object!);
  });
  return answerFrom(latestReport(last), ExitCode.OK);
}

interface Latest {
  op_type: string;
  op_uuid: string;
  state: string | null;
}

const COLUMNS: readonly Column<Latest>[] = [
  { name: 'op_type', heading: 'TYPE', value: (latest) => latest.op_type },
  { name: 'op_uuid', heading: 'OPERATION', value: (latest) => latest.op_uuid },
  { name: 'state', heading: 'STATE', value: ({ state }) => state, tone: ({ state }) => stateTone(state) },
];

function latestReport(last: Target | null): Report {
  const item =
    last === null ? null : { op_type: last.operationType, op_uuid: last.operationUuid, state: last.state };
  return {
    document: {
      last_cluster_operation: item === null ? null : { op_type: item.op_type, op_uuid: item.op_uuid },
      state: item?.state ?? null,
    },
    table: tableOf({
      columns: COLUMNS,
      items: item === null ? [] : [item],
      empty: 'No operation of this object is recorded.',
    }),
  };
}
