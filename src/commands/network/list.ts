import { ExitCode } from '../../core/exit-codes.js';
import { answerFor } from '../../core/gate/gate-answer.js';
import { isGone, type NetworkEvidence } from '../../core/gate/gate-evidence.js';
import { readGateEvidence } from '../../gate/gate.js';
import { requireNamespace } from '../../gate/namespace.js';
import { networkListReport, type ListedNetwork } from './network-list.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';
import type { ListRequest } from './definitions.js';

export async function listNetworks(context: CommandContext, { options }: ListRequest): Promise<AnyAnswer> {
  const database = await context.database();
  const description = await database.describe();
  const choice = { namespace: options.namespace ?? null };
  const now = context.now();
  const evidence = await database.snapshot(async (session) => {
    const found = await readGateEvidence(session, description, choice, now);
    if (found.length === 0 && options.namespace !== undefined)
      await requireNamespace(session, description, options.namespace);
    return found;
  });
  const shown = evidence.filter((one) => options.deleted || !isGone(one));
  const networks = shown.map((one) => listed(one, now));
  return answerFrom(networkListReport(networks, await database.readConsistency()), ExitCode.OK);
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
    oldest_pending_age_seconds: answer.oldest_pending_age_seconds,
    okay: answer.okay,
    verdict: answer.verdict,
  };
}
