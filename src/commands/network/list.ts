import { isGone } from '../../core/gate/gate-evidence.js';
import { requireNamespace } from '../../gate/namespace.js';
import { listedNetwork, readListedNetworks } from './listed-networks.js';
import { networkListAnswer } from './network-list.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { ListRequest } from './definitions.js';

export async function listNetworks(context: CommandContext, { options }: ListRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const choice = { namespace: options.namespace ?? null };
  const now = context.now();
  const { evidence, firstStuck, names } = await database.snapshot(async (session) => {
    const found = await readListedNetworks(session, description, choice, now);
    if (found.evidence.length === 0 && options.namespace !== undefined)
      await requireNamespace(session, description, options.namespace);
    return found;
  });
  const shown = evidence.filter((one) => options.deleted || !isGone(one));
  return networkListAnswer({
    networks: shown.map((one) => listedNetwork(one, now)),
    firstStuck,
    names,
    consistency: await database.readConsistency(),
    now,
  });
}
