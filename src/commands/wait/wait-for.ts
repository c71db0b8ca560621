import type { Database } from '../../database/database.js';
import { wait, type WaitRequest } from '../../operations/wait.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { waitAnswer } from './answer.js';
import { WaitStory } from './story.js';

/**
 * Waits, and tells how it went; for operations that were just enqueued as well.
 *
 * @param database from `databaseForWaiting`
 */
export async function waitFor(
  context: CommandContext,
  database: Database,
  request: WaitRequest,
  warnings: readonly string[] = [],
): Promise<AnyAnswer> {
  const story = new WaitStory(context, database);
  const result = await wait(database, request, {
    now: () => context.now(),
    onProgress: async (progress) => story.tell(progress),
    onTrouble: (failure) => story.tellTrouble(failure),
  }).finally(() => story.end());
  await story.readErrors(result.progress);
  return waitAnswer({ result, request, warnings, known: story });
}
