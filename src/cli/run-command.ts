import { setTimeout as delay } from 'node:timers/promises';
import type { CommandDefinition } from '../commands/definition.js';
import { timerMilliseconds } from '../core/duration.js';
import { InterruptedError, UsageError } from '../core/errors.js';
import type { ExitCode } from '../core/exit-codes.js';
import type { AnyAnswer } from '../render/answer.js';
import { deliver, type Delivery } from '../render/deliver.js';
import { loadFormat } from '../render/formats.js';
import { PLAIN_LOOK } from '../render/look.js';
import type { Output } from '../render/output.js';
import { unlessDone } from '../render/unless-done.js';
import type { Format } from '../render/writer.js';
import type { CommandLine } from './command-line.js';
import { failureOf, failureText } from './failure.js';
import { readGlobalOptions } from './global-options.js';
import { exitCodeOf } from './interruption.js';
import { underLock } from './lock.js';
import { formatOf, lookOf } from './look.js';
import { errorWidth, inputLines, write, type Terminal } from './terminal.js';
import { argumentValues, optionValues } from './typed-values.js';

/** Runs the command of a command line and writes its answer. What it throws has not been told yet. */
export async function runCommand(
  { definition, group, typed, words }: CommandLine,
  terminal: Terminal,
  stdout: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (definition === null) {
    const program = group === null ? 'sf-ops' : `sf-ops ${group}`;
    throw new UsageError('Which command?', { hint: `${program} --help lists them.` });
  }
  const options = readGlobalOptions(definition, typed, terminal.environment);
  // A pipe that nobody writes to must not outlast the deadline.
  const input =
    options.timeout === undefined || options.timeout === 0 ? signal : endedAfter(options.timeout, signal);
  const lines = (): AsyncIterable<string> => inputLines(terminal, input);
  const request = {
    options: optionValues(definition.options, typed, terminal.environment),
    arguments: argumentValues(definition, await withStandardInput(words, definition, lines)),
  };
  const [{ openContext }, run, format] = await Promise.all([
    import('./context.js'),
    definition.load(),
    loadFormat(formatOf(options, definition, terminal), definition.service),
  ]);
  if (options.jitter !== undefined) await pause(Math.random() * options.jitter, signal);
  const { context, close } = openContext(definition, options, terminal, {
    ...{ signal, input, readerLeft: stdout.closed },
  });
  try {
    return await underLock(options.lock, definition.name, context, async () => {
      const answer = await run(context, request);
      const isAskedFor =
        options.json === true || options.format !== undefined || options.output !== undefined;
      const told =
        options.quiet === true && answer.isReport === true && !isAskedFor
          ? unlessDone(format, () => signal.aborted)
          : format;
      const { exitCode, error, undelivered } =
        options.output === undefined
          ? await deliver(answer, told.open(answer, stdout, lookOf(terminal, options)), stdout, {
              signal,
              failureOf,
            })
          : await deliverToFile(answer, format, options.output, signal);
      if (undelivered !== null) context.warn(undelivered);
      // What is printed was done, and tells what; the exit code tells that the signal was heard.
      if (error === null) return signal.aborted ? exitCodeOf(signal) : exitCode;
      if (format.tellsFailures !== true)
        await write(terminal.stderr, failureText(error, options.verbose === true, errorWidth(terminal)));
      return exitCode;
    });
  } finally {
    await close();
  }
}

/** @throws what broke the answer off: the file is then as it was */
async function deliverToFile(
  answer: AnyAnswer,
  format: Format,
  path: string,
  signal: AbortSignal,
): Promise<Delivery> {
  const { createAnswerFile } = await import('./answer-file.js');
  const file = await createAnswerFile(path);
  try {
    const { output } = file;
    const delivery = await deliver(answer, format.open(answer, output, PLAIN_LOOK), output, {
      signal,
      failureOf,
    });
    if (delivery.error !== null) throw delivery.error as Error;
    await file.finish();
    return delivery;
  } finally {
    await file.discard();
  }
}

/**
 * The words of the command line, with a `-` where ids stand replaced by the lines of standard input.
 *
 * @throws UsageError when standard input names nothing: what fed it has failed, and no answer would be about anything
 */
async function withStandardInput(
  words: readonly string[],
  definition: CommandDefinition,
  lines: () => AsyncIterable<string>,
): Promise<readonly string[]> {
  const known = Object.values(definition.arguments);
  const first = known.findIndex(({ stdin }) => stdin);
  if (first < 0 || !words.slice(first).includes('-')) return words;
  const ids: string[] = [];
  for await (const line of lines()) if (line !== '') ids.push(line);
  if (ids.length === 0) throw new UsageError('Standard input is empty: it should hold ids, one a line.');
  if (ids.length > 1 && known.every(({ variadic }) => !variadic))
    throw new UsageError(`Standard input holds ${ids.length} lines: sf-ops ${definition.name} takes one id.`);
  return words.flatMap((word, index) => (index >= first && word === '-' ? ids : [word]));
}

/** Aborted with the signal, or when so many seconds have passed. `AbortSignal.any` is not in every Node 20. */
function endedAfter(seconds: number, signal: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort(signal.reason);
  setTimeout(end, timerMilliseconds(seconds)).unref();
  if (signal.aborted) end();
  else signal.addEventListener('abort', end, { once: true });
  return controller.signal;
}

/** @throws InterruptedError when a signal comes first */
async function pause(seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(timerMilliseconds(seconds), undefined, { signal });
  } catch {
    const name = signal.reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT';
    throw new InterruptedError(name, 'Interrupted before anything was done.');
  }
}
