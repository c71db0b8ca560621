import type { NetworkEvidence } from '../core/gate/gate-evidence.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { readNetworks, type NetworkChoice } from '../database/queries/networks.js';
import type { Session } from '../database/session.js';
import { targetRows } from '../database/queries/target-rows.js';
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
  for (const row of await targetRows(session, description, holding, now))
    evidence.get(row.target_uuid)!.pending.push(row);
  return [...evidence.values()];
}
