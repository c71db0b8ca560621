import type { CommandContext } from '../commands/context.js';

/**
 * Does work while this process holds a lock of the cluster, as `--lock` asks.
 *
 * @throws LeaseTakenError naming whoever holds it
 */
export async function underLock<T>(
  name: string | undefined,
  command: string,
  context: CommandContext,
  work: () => Promise<T>,
): Promise<T> {
  if (name === undefined) return work();
  const [database, { Lease }] = await Promise.all([context.database(), import('../database/lease.js')]);
  const lease = await Lease.acquire(database, {
    key: `sf-ops/lock/${name}`,
    purpose: `sf-ops ${command}`,
    inquiry: `sf-ops ${command} --lock ${name}`,
  });
  lease.lost.addEventListener('abort', () => {
    context.warn(`The lock ${name} could not be kept: somebody else may hold it by now.`);
  });
  try {
    return await work();
  } finally {
    await lease.release((text) => context.warn(text));
  }
}
