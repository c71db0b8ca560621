import { SfOpsError } from '../../core/errors.js';
import { watchRounds } from '../../operations/watch.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { LiveTerminal } from '../../render/live-terminal.js';
import type { CommandContext } from '../context.js';
import type { Watch } from './run.js';
import { WatchScreen } from './screen.js';

/** A change of size and a key are drawn at once, what a look has found when it has, and ages every second. */
const REDRAW_MS = 1000;

/**
 * Shows the view until `q`, a signal or the deadline ends it, and gives the terminal back as it was, whatever happens.
 *
 * @param ending ends the looks
 * @returns whether the deadline has ended it
 */
export async function showLive(
  context: CommandContext,
  terminal: LiveTerminal,
  { view, options, database }: Watch,
  ending: AbortController,
): Promise<boolean> {
  const { signal } = options;
  const screen = new WatchScreen(view, options.every, terminal.hasKeys);
  let failure: { error: unknown } | null = null;
  const fail = (error: unknown): void => {
    if (signal.aborted) return;
    failure = { error };
    ending.abort();
  };

  let isDrawing = false;
  let isOld = false;
  const drawAll = async (): Promise<void> => {
    for (isOld = true; isOld && !signal.aborted;) {
      isOld = false;
      const frame = await screen.frame(terminal.size, terminal.look, context.now());
      if (!signal.aborted) terminal.draw(frame);
    }
  };
  const draw = (): void => {
    isOld = true;
    if (isDrawing) return;
    isDrawing = true;
    void drawAll()
      .catch(fail)
      .finally(() => (isDrawing = false));
  };

  /** One at a time; an answer that nobody waits for any more is left out. */
  const cover = async (row: object): Promise<void> => {
    const asked = sentence(['Asking.']);
    screen.cover(asked);
    const answer = await explanation(context, { view, options, database }, row);
    if (screen.covering === asked) screen.cover(answer);
    draw();
  };

  terminal.open(draw, (key) => {
    const wish = screen.press(key, context.now());
    if (wish === 'quit') return ending.abort();
    if (wish !== null) void cover(wish.explain).catch(fail);
    draw();
  });
  const clock = setInterval(draw, REDRAW_MS);
  draw();
  try {
    for await (const watched of watchRounds(async () => view.read(screen.known), options)) {
      if ('look' in watched) screen.observe(watched.look, context.now());
      else screen.tellTrouble(watched.trouble);
      draw();
    }
  } finally {
    clearInterval(clock);
    terminal.close();
  }
  const isOver = !signal.aborted;
  ending.abort();
  if (failure !== null) throw (failure as { error: unknown }).error;
  return isOver;
}

/** What `explain` says of a row, by a connection of its own: the other one may be in the middle of a look. */
async function explanation(
  context: CommandContext,
  { view, database }: Watch,
  row: object,
): Promise<AnyAnswer> {
  const how = view.explanationOf(row);
  if ('lines' in how) return sentence(how.lines);
  const own = database.with({});
  // What it would say beside its answer has no place on the screen.
  const quiet: CommandContext = {
    ...context,
    database: async () => own,
    note: () => undefined,
    warn: () => undefined,
  };
  try {
    const { run: explain } = await import('../explain/run.js');
    return await explain(quiet, {
      options: { allPending: false, limit: 1 },
      arguments: { subject: how.words },
    });
  } catch (error) {
    if (error instanceof SfOpsError) return sentence([error.message]);
    throw error;
  } finally {
    await own.close();
  }
}

function sentence(lines: readonly string[]): AnyAnswer {
  return answerOf<object>({
    columns: [],
    rows: [],
    after: () => lines,
    json: { document: () => ({}) },
    exitCode: 0,
  });
}
