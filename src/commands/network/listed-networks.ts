import { answerFor } from '../../core/gate/gate-answer.js';
import type { NetworkEvidence } from '../../core/gate/gate-evidence.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import type { Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../../database/description.js';
import { readNames } from '../../database/queries/names.js';
import type { NetworkChoice } from '../../database/queries/networks.js';
import type { Session } from '../../database/session.js';
import { readGateEvidence } from '../../gate/evidence.js';
import { toName } from '../operation-columns.js';
import type { ListedNetwork, NetworkListReport } from './network-list.js';

/**
 * What a list of networks is made from. To be run in a snapshot.
 *
 * @param now unix seconds
 */
export async function readListedNetworks(
  session: Session,
  description: DatabaseDescription,
  choice: NetworkChoice,
  now: number,
): Promise<{ evidence: NetworkEvidence[] } & Pick<NetworkListReport, 'firstStuck' | 'names'>> {
  const evidence = await readGateEvidence(session, description, choice, now);
  const firstStuck = firstStuckOf(evidence);
  // The names of the networks are in their rows, and only operations that are told of need a short form.
  const { operations } = toName([...firstStuck.values()]);
  const names = await readNames(session, description, { objects: [], operations }, []);
  return { evidence, firstStuck, names };
}

export function listedNetwork(evidence: NetworkEvidence, now: number): ListedNetwork {
  const answer = answerFor(evidence, null, false, now);
  return {
    network_uuid: answer.network_uuid,
    name: answer.name,
    namespace: answer.namespace,
    vxid: evidence.network.row?.vxid ?? null,
    state: answer.state,
    pending: answer.pending.length,
    stuck: answer.pending.filter(({ blocker }) => isStuck(blocker)).length,
    oldest_pending_age_seconds: answer.oldest_pending_age_seconds,
    okay: answer.okay,
    verdict: answer.verdict,
  };
}

function firstStuckOf(evidence: readonly NetworkEvidence[]): Map<Uuid, TargetedOperation> {
  return new Map(
    evidence.flatMap(({ network, pending }) => {
      const first = pending.find(({ blocker }) => isStuck(blocker));
      return first === undefined ? [] : [[network.uuid, first]];
    }),
  );
}
