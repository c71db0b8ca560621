import { parseDuration } from '../core/duration.js';
import { ExitCode } from '../core/exit-codes.js';
import { readObjectType, resolveObjects } from '../database/queries/objects.js';
import { targetRows } from '../database/queries/target-rows.js';
import { targetHistory } from '../database/queries/targets.js';
import { tableOf } from '../render/report.js';
import { TARGET_COLUMNS } from './target-columns.js';
import type { CommandContext, Declare, Result } from './command.js';
import { readCount } from './object-arguments.js';

interface HistoryOptions {
  limit: string;
  since?: string;
}

export const declare: Declare = (command, handle) => {
  command
    .argument('<object-type>', 'network, instance, …')
    .argument('<uuid>', 'uuid, name, or the beginning of a uuid')
    .option('--limit <n>', 'show no more than the newest n', '50')
    .option('--since <duration>', 'only operations that are younger (90s, 15m, 2h)')
    .addHelpText(
      'after',
      `
Every recorded operation of the object, newest first: by the time at which it was made, then by sequence_number.
Shaken Fist deletes operations soon after they finish, other than those that failed: what is listed is in flight,
failed, or has finished recently.`,
    )
    .action(handle(run));
};

async function run(
  context: CommandContext,
  options: HistoryOptions,
  objectType: string,
  uuid: string,
): Promise<Result> {
  const limit = readCount('--limit', options.limit, 1);
  const since = options.since === undefined ? 0 : context.now() - parseDuration(options.since);
  const database = await context.database();
  const description = await database.describe();
  const typeName = readObjectType(objectType, description);
  const history = await database.snapshot(async (session) => {
    const [object] = await resolveObjects(session, description, typeName, [uuid]);
    const targets = await targetHistory(session, description, object!, { limit, since });
    return targetRows(session, description, targets, context.now());
  });
  return {
    exitCode: ExitCode.OK,
    report: {
      document: { history },
      table: tableOf({
        columns: TARGET_COLUMNS,
        items: history,
        empty: 'No operation of this object is recorded.',
      }),
    },
  };
}
