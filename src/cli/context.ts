import type { CommandContext } from '../commands/context.js';
import type { CommandDefinition } from '../commands/definition.js';
import { resolveConnection, type ConnectionSettings } from '../configuration/connection-settings.js';
import { readThisNode } from '../configuration/this-node.js';
import { formatDuration } from '../core/duration.js';
import type { Progress } from '../core/progress.js';
import type { Database } from '../database/database.js';
import { LiveTerminal } from '../render/live-terminal.js';
import { StatusProgress } from '../render/progress.js';
import { Status } from '../render/status.js';
import { connectionFlags, type GlobalOptions } from './global-options.js';
import { lookOf } from './look.js';
import { ask, inputBytes, inputLines, type Terminal } from './terminal.js';

/** Nothing that is decided depends on so few seconds. */
const CLOCKS_AGREE_WITHIN = 5;

/** A context together with what has to be put away when the command is over. */
export interface OpenContext {
  context: CommandContext;
  close: () => Promise<void>;
}

/**
 * Builds what a command is handed. The database is loaded and reached only when the command asks for it.
 *
 * @param input aborted by the signal, and by the deadline: ends the reading of standard input
 * @param readerLeft aborted when nobody reads stdout any more, or it cannot be written
 */
export function openContext(
  { needs }: CommandDefinition,
  options: GlobalOptions,
  terminal: Terminal,
  { signal, input, readerLeft }: { signal: AbortSignal; input: AbortSignal; readerLeft: AbortSignal },
): OpenContext {
  const timeoutSeconds = options.timeout ?? null;
  const status = new Status(terminal.stderr);
  const say = (text: string): void => status.say(text);
  const note = (text: string): void => (options.quiet ? undefined : say(text));
  const progress = new StatusProgress(status, {
    unicode: lookOf(terminal, options).unicode,
    isSilent: options.quiet === true,
    clock: () => Number(process.hrtime.bigint()) / 1e9,
  });
  let database: Promise<Database> | null = null;
  /** Seconds that the database's clock is ahead of this machine's. */
  let clockAhead = 0;
  const hearClock = (ahead: number): void => {
    const isNews = Math.abs(ahead - clockAhead) > CLOCKS_AGREE_WITHIN;
    clockAhead = ahead;
    if (!isNews || ahead === 0) return;
    const by = `${formatDuration(Math.abs(ahead))} ${ahead < 0 ? 'ahead of' : 'behind'}`;
    note(`This machine's clock is ${by} the database's, which is the one that counts.`);
  };
  const ownNow = (): number => Date.now() / 1000;

  const openDatabase = async (): Promise<Database> => {
    const [settings, { Database: Opened }, limits] = await Promise.all([
      needs === 'sandbox' || options.sandbox
        ? sandboxSettings(terminal, progress)
        : resolveConnection(connectionFlags(options), terminal.environment),
      import('../database/database.js'),
      import('../database/limits.js'),
    ]);
    return new Opened(settings, {
      limits: limits.DEFAULT_LIMITS,
      deadline: timeoutSeconds === null ? limits.NO_DEADLINE : limits.deadlineIn(timeoutSeconds),
      signal,
      trace: options.verbose
        ? (statement) => say(`sql: ${statement.replace(/\s+/g, ' ').trim()}`)
        : () => undefined,
      notice: note,
      clock: hearClock,
    });
  };

  /** What a question is about, so that nobody says yes to the wrong cluster. */
  const whereTo = async (): Promise<string> => {
    if (database === null || needs === 'sandbox' || options.sandbox) return '';
    const opened = await database;
    const { address, node } = await opened.identity();
    const profile = options.profile === undefined ? '' : `profile ${options.profile}, `;
    const server = address.startsWith(node) ? address : `${node} (${address})`;
    return `${profile}database ${opened.settings.database} on ${server}: `;
  };

  return {
    context: {
      environment: terminal.environment,
      timeoutSeconds,
      signal,
      verbose: options.verbose === true,
      now: () => ownNow() + clockAhead,
      ownNow,
      database: async () => (database ??= openDatabase()),
      thisNode: () => readThisNode(options.config, terminal.environment),
      note,
      warn: (text) => say(`warning: ${text}`),
      confirm: async (question) => {
        if (!options.yes) await ask(terminal, `${await whereTo()}${question}`, signal);
      },
      inputLines: () => inputLines(terminal, input),
      inputBytes: (enough) => inputBytes(terminal, input, enough),
      progress,
      readerLeft,
      live: liveTerminal(options, terminal),
    },
    close: async () => (await database?.catch(() => null))?.close(),
  };
}

async function sandboxSettings(terminal: Terminal, progress: Progress): Promise<ConnectionSettings> {
  const { sandboxConnection } = await import('../sandbox/connection.js');
  return sandboxConnection(terminal.environment, progress);
}

/** A view that redraws itself needs a terminal that can move its cursor. */
function liveTerminal(options: GlobalOptions, terminal: Terminal): LiveTerminal | null {
  const { stdout, environment } = terminal;
  const isAsked = options.json !== true && (options.format ?? 'table') === 'table';
  if (!isAsked || !stdout.isTTY || environment.TERM === 'dumb') return null;
  return new LiveTerminal(terminal.stdin, stdout, () => lookOf(terminal, options));
}
