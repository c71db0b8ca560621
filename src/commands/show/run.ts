import { findOperations } from '../../database/queries/operation-references.js';
import { showOperations } from '../../operations/show.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { goneOperation, sortReferences } from '../found-operations.js';
import { withMissing } from '../missing.js';
import { showAnswer } from './answer.js';
import type { ShowRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { operation: texts } }: ShowRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const { shown, missing, now } = await database.snapshot(async (session) => {
    const { uuids, missing } = sortReferences(await findOperations(session, description, texts));
    const now = context.now();
    const shown = await showOperations(session, description, uuids, options.events, now);
    return { shown, missing, now };
  });
  const all = [...missing, ...shown.gone.map(goneOperation)];
  const answer = showAnswer(shown, { now, traceback: options.traceback });
  return withMissing(answer, all, shown.operations.length, context);
}
