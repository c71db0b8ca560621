import { findOperations } from '../../database/queries/operation-references.js';
import { showOperations } from '../../operations/show.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { goneOperation, reportUnanswered, sortReferences } from '../found-operations.js';
import { showAnswer } from './answer.js';
import type { ShowRequest } from './definition.js';

export async function run(
  context: CommandContext,
  { options, arguments: { operation: texts } }: ShowRequest,
): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const { shown, unanswered, now } = await database.snapshot(async (session) => {
    const { uuids, unanswered } = sortReferences(await findOperations(session, description, texts));
    const now = context.now();
    const shown = await showOperations(session, description, uuids, options.events, now);
    return { shown, unanswered, now };
  });
  const all = [...unanswered, ...shown.gone.map((uuid) => ({ text: uuid, problem: goneOperation(uuid) }))];
  reportUnanswered(context, all, shown.operations.length);
  return showAnswer(shown, all, { now, traceback: options.traceback });
}
