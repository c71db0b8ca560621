import { isExcused } from '../core/gate/gate.js';
import { answerFor, type NetworkAnswer } from '../core/gate/gate-answer.js';
import { isDying, type NetworkEvidence } from '../core/gate/gate-evidence.js';
import type { Database } from '../database/database.js';
import { readGateEvidence } from './evidence.js';
import type { GateContext } from './context.js';
import type { HostInspection } from './host-inspection.js';

export interface DecideOptions {
  strict: boolean;
  /** Whether the operator named these networks. Of all networks, those that are deleted meanwhile are left out. */
  named: boolean;
}

/**
 * Decides about networks by what the database said and, for those that no operation excuses, by what this machine shows.
 *
 * Time passes between the two looks. An operation that came in between takes a bridge down for a moment, which is not
 * a failure; so the database is asked again about every network whose checks failed.
 */
export async function decideNetworks(
  context: GateContext,
  database: Database,
  evidence: readonly NetworkEvidence[],
  look: HostInspection | null,
  { strict, named }: DecideOptions,
): Promise<NetworkAnswer[]> {
  if (look === null) return evidence.map((one) => answerFor(one, null, strict, context.now()));
  const unexcused = evidence.filter(({ pending }) => !isExcused(pending, strict));
  const checks = await look(unexcused.map(({ network }) => network));
  const failing = unexcused
    .map(({ network }) => network.uuid)
    .filter((uuid) => checks.get(uuid)?.some(({ result }) => result === 'fail'));
  const later = new Map((await readAgain(context, database, failing)).map((one) => [one.network.uuid, one]));
  return evidence
    .map((one) => later.get(one.network.uuid) ?? one)
    .filter((one) => named || !isDying(one))
    .map((one) => answerFor(one, checks.get(one.network.uuid) ?? [], strict, context.now()));
}

async function readAgain(
  context: GateContext,
  database: Database,
  uuids: readonly string[],
): Promise<NetworkEvidence[]> {
  if (uuids.length === 0) return [];
  const description = await database.describe();
  return database.snapshot(async (session) =>
    readGateEvidence(session, description, { uuids }, context.now()),
  );
}
