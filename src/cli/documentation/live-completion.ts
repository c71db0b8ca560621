import { connectionFlags, allOptions, readGlobalOptions, type GlobalOptions } from '../global-options.js';
import type { CommandContext } from '../../commands/context.js';
import { resolveConnection, type ConnectionSettings } from '../../configuration/connection-settings.js';
import { SfOpsError, UsageError } from '../../core/errors.js';
import { ExitCode } from '../../core/exit-codes.js';
import { nameOfObjectType } from '../../core/object-types.js';
import type { Database } from '../../database/database.js';
import {
  offeredNamespaces,
  offeredObjects,
  offeredOperations,
  type Offered,
} from '../../database/queries/offers.js';
import { printable } from '../../render/printable.js';
import type { AnyAnswer } from '../../render/answer.js';
import { parseCommandLine, type CommandLine } from '../command-line.js';
import { PROGRAM } from '../program.js';
import type { LiveCompletionRequest } from './definitions.js';
import { textAnswer } from './text-answer.js';

/** Milliseconds for the database: a shell that waits longer feels broken. */
const DEADLINE = 300;

/**
 * Names and ids for a completion script: a line each, a description after a tab. Nothing where the database does not
 * answer in time, or the command line is wrong so far.
 */
export async function runLiveCompletion(
  context: CommandContext,
  { arguments: { words } }: LiveCompletionRequest,
): Promise<AnyAnswer> {
  const deadline = setTimeout(() => process.exit(ExitCode.OK), DEADLINE);
  try {
    const [kind = '', current = '', ...line] = words;
    const offers = await offersFor(context, kind, current, line);
    return textAnswer(offers.map(lineOf).join(''));
  } catch (error) {
    if (error instanceof SfOpsError) return textAnswer('');
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

function lineOf({ word, meaning }: Offered): string {
  return printable(word) === word ? `${word}\t${printable(meaning)}\n` : '';
}

/** @param line what has been typed before the current word, without the program's name */
async function offersFor(
  context: CommandContext,
  kind: string,
  current: string,
  line: readonly string[],
): Promise<Offered[]> {
  const { definition, typed, words } = parsed(line);
  if (definition === null) return [];
  const options = readGlobalOptions(definition, typed, context.environment);
  const settings = await settingsFor(options, context, definition.needs === 'sandbox');
  if (settings === null) return [];
  const database = await openDatabase(settings, context);
  try {
    return await askFor(database, kind, current, words);
  } finally {
    await database.close();
  }
}

/** The last word may be an option whose value is being typed. */
function parsed(line: readonly string[]): CommandLine {
  try {
    return parseCommandLine(line, PROGRAM, allOptions);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return parseCommandLine(line.slice(0, -1), PROGRAM, allOptions);
  }
}

/** Null where the sandbox is meant and does not run: completion starts no server. */
async function settingsFor(
  options: GlobalOptions,
  { environment }: CommandContext,
  isSandbox: boolean,
): Promise<ConnectionSettings | null> {
  if (!isSandbox && options.sandbox !== true) return resolveConnection(connectionFlags(options), environment);
  const [{ sandboxStatus }, { sandboxPaths }, { sandboxConnection }] = await Promise.all([
    import('../../sandbox/sandbox.js'),
    import('../../sandbox/paths.js'),
    import('../../sandbox/connection.js'),
  ]);
  const { state } = await sandboxStatus(sandboxPaths(environment));
  return state === 'running' ? sandboxConnection(environment) : null;
}

async function openDatabase(settings: ConnectionSettings, { signal }: CommandContext): Promise<Database> {
  const [{ Database: Opened }, { DEFAULT_LIMITS, deadlineIn }] = await Promise.all([
    import('../../database/database.js'),
    import('../../database/limits.js'),
  ]);
  return new Opened(settings, {
    limits: DEFAULT_LIMITS,
    deadline: deadlineIn(DEADLINE / 1000),
    signal,
    trace: () => undefined,
    notice: () => undefined,
  });
}

async function askFor(
  database: Database,
  kind: string,
  current: string,
  words: readonly string[],
): Promise<Offered[]> {
  const description = await database.describe();
  return database.read(async (session) => {
    if (kind === 'namespace') return offeredNamespaces(session, current);
    if (kind === 'operation') return offeredOperations(session, description, current);
    if (kind === 'typed-operation') {
      const [type = '', uuid] = current.split(':') as [string, string | undefined];
      const found = await offeredOperations(session, description, uuid ?? '');
      return found
        .map((offer) => ({ ...offer, word: `${offer.type}:${offer.word}` }))
        .filter(({ word }) => word.startsWith(uuid === undefined ? type : `${type}:`));
    }
    const typeName = nameOfObjectType(kind === 'object' ? (words[0] ?? '') : kind);
    return typeName === null ? [] : offeredObjects(session, description, typeName, current);
  });
}
