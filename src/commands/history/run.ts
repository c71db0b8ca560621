import { ExitCode } from '../../core/exit-codes.js';
import { targetedOperations } from '../../core/operations/targeted-operation.js';
import { readObjectType, resolveObjects } from '../../database/queries/objects.js';
import { recordsAt } from '../../database/queries/operation-records.js';
import { targetHistory } from '../../database/queries/targets.js';
import { tableOf } from '../../render/report.js';
import { operationRow } from '../operation-row.js';
import { TARGET_COLUMNS } from '../target-columns.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';
import type { HistoryRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { objectType, uuid } }: HistoryRequest,
): Promise<AnyAnswer> {
  const { limit } = options;
  const since = options.since === undefined ? 0 : context.now() - options.since;
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const history = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const targets = await targetHistory(session, description, object!, { limit, since });
    const now = context.now();
    const { recorded, cluster } = await recordsAt(session, description, targets, now);
    return targetedOperations(recorded, cluster, now).map((operation) => operationRow(operation, now));
  });
  return answerFrom(
    {
      document: { history },
      table: tableOf({
        columns: TARGET_COLUMNS,
        items: history,
        empty: 'No operation of this object is recorded.',
      }),
    },
    ExitCode.OK,
  );
}
