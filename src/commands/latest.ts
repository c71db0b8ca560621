import { ExitCode } from '../core/exit-codes.js';
import { readObjectType, resolveObjects } from '../database/queries/objects.js';
import { lastTarget, type Target } from '../database/queries/targets.js';
import { tableOf, type Column, type Report } from '../render/report.js';
import { stateTone } from '../render/tones.js';
import type { CommandContext, Declare, Result } from './command.js';

export const declare: Declare = (command, handle) => {
  command
    .argument('<object-type>', 'network, instance, …')
    .argument('<uuid>', 'uuid, name, or the beginning of a uuid')
    .addHelpText(
      'after',
      `
The latest operation is the one with the highest sequence_number, whatever its state: what Shaken Fist calls the last
cluster operation. It does not tell whether the object is busy: an earlier operation may still be pending. On Galera,
whose nodes number their rows interleaved, it need not be the latest in time; sf-ops history orders by time.`,
    )
    .action(handle(run));
};

async function run(context: CommandContext, _: object, objectType: string, uuid: string): Promise<Result> {
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const last = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    return lastTarget(session, description, object!);
  });
  return { exitCode: ExitCode.OK, report: latestReport(last) };
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
