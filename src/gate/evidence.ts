import type { NetworkEvidence } from '../core/gate/gate-evidence.js';
import { targetedOperations } from '../core/operations/targeted-operation.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { readNetworks, type NetworkChoice } from '../database/queries/networks.js';
import type { Session } from '../database/session.js';
import { recordsAt } from '../database/queries/operation-records.js';
import { activeTargets } from '../database/queries/targets.js';

/**
 * What the gate goes by: the networks, and every operation that holds one of them. A handful of statements, however
 * many networks there are; to be run in one snapshot, so that a network and its operations are of the same moment.
 *
 * @param now unix seconds
 */
export async function readGateEvidence(
  session: Session,
  description: DatabaseDescription,
  choice: NetworkChoice,
  now: number,
): Promise<NetworkEvidence[]> {
  const networks = await readNetworks(session, description, choice);
  const evidence = new Map<Uuid, NetworkEvidence>();
  for (const network of networks) evidence.set(network.uuid, { network, pending: [], observational: 0 });

  const typeName = 'NETWORK';
  const of = 'uuids' in choice ? choice.uuids.map((uuid) => ({ typeName, uuid })) : { typeName };
  const targets = (await activeTargets(session, description, of)).filter(({ objectUuid }) =>
    evidence.has(objectUuid),
  );
  for (const { observational, objectUuid } of targets) {
    if (observational) evidence.get(objectUuid)!.observational += 1;
  }
  const holding = targets.filter(({ observational }) => !observational);
  const { recorded, cluster } = await recordsAt(session, description, holding, now);
  for (const operation of targetedOperations(recorded, cluster, now))
    evidence.get(operation.target.uuid)!.pending.push(operation);
  return [...evidence.values()];
}
