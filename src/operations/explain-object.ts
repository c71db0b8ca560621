import { maintenanceOf, type EndedOperation, type Maintenance } from '../core/gate/maintenance.js';
import type { NetworkFacts } from '../core/gate/network.js';
import type { Names } from '../core/names.js';
import { isTerminal } from '../core/operations/state.js';
import {
  targetedOperations,
  worstFirst,
  type TargetedOperation,
} from '../core/operations/targeted-operation.js';
import type { StateRow } from '../core/operations/operation-record.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { readClusterFacts } from '../database/queries/cluster-facts.js';
import { readNames } from '../database/queries/names.js';
import { readNetworks } from '../database/queries/networks.js';
import { objectState } from '../database/queries/object-state.js';
import { recordsAt } from '../database/queries/operation-records.js';
import {
  activeTargets,
  newestTargets,
  type ObjectReference,
  type Target,
} from '../database/queries/targets.js';
import type { Session } from '../database/session.js';
import { explainOperations, type ExplainedOperations } from './explain.js';

/** Why nothing happens to an object, or nobody repairs a network. */
export interface ObjectExplanation {
  readonly objectType: string;
  readonly uuid: Uuid;
  readonly reason: Maintenance | ObjectReason;
  /** Of the operations that are pending on it. */
  readonly operations: ExplainedOperations;
  readonly names: Names;
  /** Whether any row says that there is or was such an object. */
  readonly isKnown: boolean;
}

/** For objects that no maintainer looks after. */
export type ObjectReason =
  | { reason: 'failed'; state: string | null; operation: EndedOperation | null }
  | { reason: 'gone'; state: string | null };

/** Pending operations that are explained; the others are counted. */
const EXPLAINED_AT_MOST = 20;
/** Recorded operations among which the last ones that ended are looked for. */
const RECENT = 200;

/**
 * Explains an object. A handful of statements, however much was recorded about it; to be run in a snapshot.
 *
 * @param now unix seconds
 */
export async function explainObject(
  session: Session,
  description: DatabaseDescription,
  object: ObjectReference,
  objectType: string,
  now: number,
): Promise<ObjectExplanation> {
  const { uuid } = object;
  const isNetwork = object.typeName === 'NETWORK';
  const [network] = isNetwork ? await readNetworks(session, description, { uuids: [uuid] }) : [];
  const state = await objectState(session, object);
  const holding = (await activeTargets(session, description, [object])).filter(
    ({ observational }) => !observational,
  );
  const { recorded, ...facts } = await recordsAt(session, description, holding, now);
  const cluster = holding.length === 0 ? await readClusterFacts(session, description) : facts.cluster;
  const pending = targetedOperations(recorded, cluster, now);
  const recent = await newestTargets(session, description, object, RECENT);
  const ended = recent.flatMap(endedOperation).filter(({ type }) => !isNetwork || type === 'net_op');
  const operations = await explainOperations(
    session,
    description,
    worstFirst(pending)
      .slice(0, EXPLAINED_AT_MOST)
      .map(({ record }) => record.uuid),
    now,
  );
  const toName = {
    objects: [{ objectType, uuid }],
    operations: ended.slice(0, 5).map((operation) => operation.uuid),
  };
  const names = operations.names.with(await readNames(session, description, toName, cluster.nodes));
  const reason =
    network === undefined
      ? reasonOf(pending, state, ended)
      : maintenanceOf(
          { network: withState(network, state), stateSince: state?.since ?? null, pending, ended, cluster },
          now,
        );
  const isKnown = state !== null || (network?.row ?? null) !== null || recent.length > 0;
  return { objectType, uuid, reason, operations, names, isKnown };
}

function withState(network: NetworkFacts, state: StateRow | null): NetworkFacts {
  return { ...network, state: state?.value ?? network.state };
}

function endedOperation(target: Target): (EndedOperation & { type: string })[] {
  const { operationUuid: uuid, operationType: type, stateRow } = target;
  const state = stateRow?.value ?? null;
  if (!isTerminal(state) || stateRow === null) return [];
  return [{ uuid, type, state, endedAt: stateRow.since, message: stateRow.message }];
}

function reasonOf(
  pending: readonly TargetedOperation[],
  state: StateRow | null,
  ended: readonly EndedOperation[],
): Maintenance | ObjectReason {
  if (pending.length > 0) return { reason: 'pending', operations: worstFirst(pending) };
  const [last] = ended;
  const value = state?.value ?? null;
  if (value === null && last === undefined) return { reason: 'gone', state: null };
  if (value === 'deleted' || value === 'hard-deleted') return { reason: 'gone', state: value };
  if (value === 'error' || last?.state === 'error')
    return { reason: 'failed', state: value, operation: last ?? null };
  return { reason: 'healthy', state: value };
}
