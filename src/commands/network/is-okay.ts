import { NotFoundError, UsageError } from '../../core/errors.js';
import { answerForAll } from '../../core/gate/gate-answer.js';
import { isDying, isGoingAway, isUnheardOf } from '../../core/gate/gate-evidence.js';
import type { Database } from '../../database/database.js';
import { readGateEvidence } from '../../gate/evidence.js';
import { requireNamespace } from '../../gate/namespace.js';
import type { NetworkChoice } from '../../database/queries/networks.js';
import { findObjects } from '../../database/queries/references.js';
import { ONE_TARGET_ONLY, recordsOneTargetOnly } from '../../database/queries/target-key.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { IsOkayRequest } from './definitions.js';
import { withMissing } from '../missing.js';
import { toName } from '../operation-columns.js';
import { gateAnswer } from './gate-answer.js';
import { readNames } from '../../database/queries/names.js';
import type { CommandContext } from '../context.js';
import { decideNetworks } from '../../gate/decide.js';
import { hostInspection } from '../../gate/host-inspection.js';

export async function isOkay(
  context: CommandContext,
  { options, arguments: { network: ids } }: IsOkayRequest,
): Promise<AnyAnswer> {
  checkUsage(options, ids);
  const database = await context.database();
  const description = await database.describe();
  const named = ids.length > 0;
  const now = context.now();
  const { evidence, missing, names, warnings } = await database.snapshot(async (session) => {
    const { found, missing } = await findObjects(session, description, 'NETWORK', ids);
    const choice: NetworkChoice = named ? { uuids: unique(found) } : { namespace: options.namespace ?? null };
    const evidence = await readGateEvidence(session, description, choice, now);
    if (evidence.length === 0 && options.namespace !== undefined)
      await requireNamespace(session, description, options.namespace);
    // Where something is pending, the answer is right whatever else is missing.
    const doubtful =
      evidence.some(({ pending }) => pending.length === 0) && (await recordsOneTargetOnly(session));
    const told = toName(evidence.flatMap(({ pending }) => pending));
    const names = await readNames(session, description, { objects: [], operations: told.operations }, []);
    return { evidence, missing, names, warnings: doubtful ? [ONE_TARGET_ONLY] : [] };
  });
  const heardOf = evidence.filter((one) => !isUnheardOf(one));
  const unheardOf = evidence
    .filter(isUnheardOf)
    .map(({ network }) => new NotFoundError(`There is no network ${network.uuid}.`));
  const unknown = [...missing, ...unheardOf];
  if (named && heardOf.length === 0) throw unknown[0]!;

  for (const warning of warnings) context.warn(warning);
  const living = named ? heardOf : evidence.filter((one) => !isDying(one));
  const goingAway = named ? [] : evidence.filter(isGoingAway);
  if (goingAway.length > 0) {
    context.note(
      `Going away: ${goingAway.map(({ network }) => network.row?.name ?? network.uuid).join(', ')}.`,
    );
  }
  const look = await hostInspection(context, database, options);
  const answers = await decideNetworks(context, database, living, look, {
    strict: options.strict,
    named,
  });
  const answer = answerForAll(answers, goingAway, await consistency(context, database), warnings);
  const told = gateAnswer({ answer, names, named, limit: options.limit ?? Infinity, now: context.now() });
  // Some that are okay are no yes to the question about all.
  return withMissing(told, unknown, heardOf.length, context, answer.okay === true ? { okay: null } : {});
}

function checkUsage(options: IsOkayRequest['options'], ids: readonly string[]): void {
  const all = options.all || options.namespace !== undefined;
  if (all && ids.length > 0) throw new UsageError('Give either networks or --all (or --namespace).');
  if (!all && ids.length === 0) {
    throw new UsageError('Give a network, or --all.', {
      hint: 'For example: sf-ops network is-okay my-network',
    });
  }
  if (options.mesh && options.hostChecks === 'off') {
    throw new UsageError('--mesh looks at this machine, which --host-checks off forbids.');
  }
}

function unique(references: readonly { uuid: string }[]): string[] {
  return [...new Set(references.map(({ uuid }) => uuid))];
}

async function consistency(
  context: CommandContext,
  database: Database,
): Promise<{ node: string; causal: boolean }> {
  const found = await database.readConsistency();
  if (!found.causal)
    context.warn(`${found.node} is read-only, most likely a replica: its answer may be late.`);
  return found;
}
