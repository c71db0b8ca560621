import type { CommandContext } from '../commands/command.js';
import { resolveConnection, type ConnectionSettings } from '../configuration/connection-settings.js';
import type { Database } from '../database/database.js';
import { parseDuration } from '../core/duration.js';
import { outputFormat, type GlobalOptions } from './global-options.js';
import { printable } from '../render/printable.js';
import { render } from '../render/renderer.js';
import { ask, colorLevel, inputLines, write, type Terminal } from './terminal.js';

/** A context together with what has to be put away when the command is over. */
export interface OpenContext {
  context: CommandContext;
  close: () => Promise<void>;
}

/** Builds what a command is handed. The database is loaded and reached only when the command asks for it. */
export function openContext(options: GlobalOptions, terminal: Terminal, signal: AbortSignal): OpenContext {
  const format = outputFormat(options, terminal);
  const timeoutSeconds = options.timeout === undefined ? null : parseDuration(options.timeout);
  const say = (text: string): void => void terminal.stderr.write(`${printable(text)}\n`);
  let database: Promise<Database> | null = null;

  const openDatabase = async (): Promise<Database> => {
    const [settings, { Database: Opened }, limits] = await Promise.all([
      connectionSettings(options, terminal),
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
      notice: (text) => (options.quiet ? undefined : say(text)),
    });
  };

  return {
    context: {
      format,
      environment: terminal.environment,
      timeoutSeconds,
      signal,
      now: () => Date.now() / 1000,
      database: async () => (database ??= openDatabase()),
      note: (text) => (options.quiet ? undefined : say(text)),
      warn: (text) => say(`warning: ${text}`),
      confirm: async (question) => (options.yes ? undefined : ask(terminal, question, signal)),
      inputLines: () => inputLines(terminal, signal),
      print: async (report) =>
        write(
          terminal.stdout,
          await render(report, format, { colorLevel: colorLevel(terminal, options.color) }),
        ),
    },
    close: async () => (await database?.catch(() => null))?.close(),
  };
}

async function connectionSettings(options: GlobalOptions, terminal: Terminal): Promise<ConnectionSettings> {
  if (!options.sandbox) return resolveConnection(options, terminal.environment);
  const { sandboxConnection } = await import('../sandbox/connection.js');
  return sandboxConnection(terminal.environment);
}
