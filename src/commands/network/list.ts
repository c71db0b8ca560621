import { answerFor } from '../../core/gate/gate-answer.js';
import { isGone, type NetworkEvidence } from '../../core/gate/gate-evidence.js';
import { readGateEvidence } from '../../gate/evidence.js';
import { requireNamespace } from '../../gate/namespace.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import type { Uuid } from '../../core/uuid.js';
import { readNames } from '../../database/queries/names.js';
import { toName } from '../operation-columns.js';
import { networkListAnswer, type ListedNetwork } from './network-list.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { ListRequest } from './definitions.js';

export async function listNetworks(context: CommandContext, { options }: ListRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const choice = { namespace: options.namespace ?? null };
  const now = context.now();
  const { evidence, firstStuck, names } = await database.snapshot(async (session) => {
    const found = await readGateEvidence(session, description, choice, now);
    if (found.length === 0 && options.namespace !== undefined)
      await requireNamespace(session, description, options.namespace);
    const stuck = firstStuckOf(found);
    // The names of the networks are in their rows, and only operations that are told of need a short form.
    const { operations } = toName([...stuck.values()]);
    const names = await readNames(session, description, { objects: [], operations }, []);
    return { evidence: found, firstStuck: stuck, names };
  });
  const shown = evidence.filter((one) => options.deleted || !isGone(one));
  return networkListAnswer({
    networks: shown.map((one) => listed(one, now)),
    firstStuck,
    names,
    consistency: await database.readConsistency(),
    now,
  });
}

function listed(evidence: NetworkEvidence, now: number): ListedNetwork {
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
