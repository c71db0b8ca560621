import { UsageError } from '../../core/errors.js';
import { typeAndObjects } from '../../core/object-reference.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { Database } from '../../database/database.js';
import { readObjectType } from '../../database/known-types.js';
import { deadlineIn, NO_DEADLINE } from '../../database/limits.js';
import { resolveObjects } from '../../database/queries/references.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import { databaseForWaiting } from '../../operations/wait.js';
import type { WatchOptions } from '../../operations/watch.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { changesAnswer } from './changes.js';
import type { WatchRequest } from './definition.js';
import { showLive } from './live.js';
import { networksView } from './networks-view.js';
import { pendingView } from './pending-view.js';
import { queuesView } from './queues-view.js';
import type { View } from './view.js';

/** What is watched, and for how long. */
export interface Watch {
  view: View<object>;
  options: WatchOptions;
  /** From which the view reads. */
  database: Database;
}

export async function run(context: CommandContext, request: WatchRequest): Promise<AnyAnswer> {
  const { interval, retryFor } = request.options;
  if (interval <= 0) throw new UsageError('--interval must be longer than 0.');
  const { timeoutSeconds, live } = context;
  const once = timeoutSeconds === 0;
  const deadline = timeoutSeconds === null || once ? NO_DEADLINE : deadlineIn(timeoutSeconds);
  // Ends the looks as well: a server that is frozen must not keep the terminal.
  const ending = new AbortController();
  const signal = AbortSignal.any([context.signal, context.readerLeft, ending.signal]);
  const isLive = live !== null && !once;
  const database = databaseForWaiting(await context.database(), { once, deadline }).with({
    signal,
    // Nothing is said beside a view that has the terminal to itself.
    ...(isLive ? { trace: () => undefined, notice: () => undefined } : {}),
  });
  try {
    const view = await viewOf(context, database, request);
    const options = { every: interval, once, deadline, retrySeconds: retryFor, signal };
    const watch = { view, options, database };
    if (!isLive) return changesAnswer(context, watch);
    const isOver = await showLive(context, live, watch, ending);
    await database.close();
    return answerOf<object>({
      columns: [],
      rows: [],
      json: { document: () => ({}) },
      exitCode: isOver ? ExitCode.DEADLINE : ExitCode.OK,
    });
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function viewOf(
  context: CommandContext,
  database: Database,
  { arguments: { view: name = 'pending', id: ids } }: WatchRequest,
): Promise<View<object>> {
  const now = (): number => context.now();
  if (name === 'queues') {
    if (ids.length > 0) throw new UsageError('watch queues takes no ids.');
    return anyView(queuesView(database, now));
  }
  const [type, ...objects] = name === 'network' ? ['network', ...ids] : typeAndObjects(ids);
  const description = await database.describe();
  const typeName = type === undefined ? null : readObjectType(type, description);
  const { found, isOneOnly } = await database.read(async (session) => ({
    found: objects.length === 0 ? null : await resolveObjects(session, description, typeName!, objects),
    isOneOnly: await recordsOneTargetOnly(session),
  }));
  if (isOneOnly) context.warn(ONE_TARGET_ONLY);
  return name === 'network'
    ? anyView(networksView(database, found?.map(({ uuid }) => uuid) ?? null, now))
    : anyView(pendingView(database, found ?? { typeName }, now));
}

/** Hides the type of the rows, which only the view itself needs to know. */
function anyView<Row extends object>(view: View<Row>): View<object> {
  return view as unknown as View<object>;
}
