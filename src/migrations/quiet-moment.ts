import { ConflictError, DeadlineError } from '../core/errors.js';
import { interruption } from '../database/failure.js';
import type { Deadline } from '../database/limits.js';
import { isPrivilegeMissing } from '../database/server-errors.js';
import type { Alteration } from './alteration.js';
import type { Alterer } from './alterer.js';
import {
  describeTransaction,
  isOver,
  openTransactions,
  pause,
  untilNoneOpen,
  type OpenTransaction,
} from './open-transactions.js';
import type { Servers } from './servers.js';

/**
 * Standalone: a pause between two attempts. Galera: until no transaction is open on any node.
 *
 * @param attempts how often the statement has been sent
 * @throws ConflictError, DeadlineError when there was no such moment in time
 * @throws InterruptedError on a signal
 */
export async function waitForQuietMoment(
  alterer: Alterer,
  { phase }: Alteration,
  attempts: number,
): Promise<void> {
  const { servers, interaction, waitDeadline } = alterer;
  const { signal, deadline } = servers.database.options;
  if (signal.aborted) throw interruption(signal, `Interrupted while waiting for a quiet moment to ${phase}.`);
  if (attempts === 0 && isOver(deadline)) {
    // What is sent must have time to be answered: without an answer nobody knows what became of it.
    throw new DeadlineError(`--timeout leaves no time to ${phase}. The statement was not sent.`, {
      hint: 'Running the same command again is safe.',
    });
  }
  if (attempts > 0 && waitDeadline.remaining() === 0) throw waitedTooLong(await whoIsBusy(servers), deadline);
  if (attempts === 1) {
    const busy = await whoIsBusy(servers);
    interaction.note(`The table is in use${listed(busy)}; trying again until nobody is.`);
  }
  if (attempts > 0) await pause(attempts, waitDeadline);
  if (!servers.isGalera) return;
  const open = await lookUntilNoneOpen(alterer);
  if (open.length > 0) throw waitedTooLong(open, deadline);
}

async function lookUntilNoneOpen({
  servers,
  interaction,
  waitDeadline,
}: Alterer): Promise<OpenTransaction[]> {
  try {
    return await untilNoneOpen(servers, waitDeadline, servers.database.options.signal);
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    interaction.warn(
      'Without the PROCESS privilege nobody can see what is open: transactions on the table will be aborted.',
    );
    return [];
  }
}

async function whoIsBusy(servers: Servers): Promise<OpenTransaction[]> {
  try {
    return (await Promise.all(servers.nodes.map(openTransactions))).flat();
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    return [];
  }
}

function waitedTooLong(busy: OpenTransaction[], deadline: Deadline): Error {
  const sentence = `No quiet moment came in time${listed(busy)}. The statement did not take effect.`;
  const hint = 'Running the same command again is safe. --max-wait gives it longer.';
  if (isOver(deadline)) return new DeadlineError(sentence, { hint });
  return new ConflictError(sentence, { word: 'no_quiet_moment', hint });
}

function listed(busy: OpenTransaction[]): string {
  if (busy.length === 0) return '';
  const more = busy.length > 3 ? `; and ${busy.length - 3} more` : '';
  return ` (${busy.slice(0, 3).map(describeTransaction).join('; ')}${more})`;
}
