import type { Check } from '../core/gate/host-rules.js';
import type { NetworkFacts } from '../core/gate/network.js';
import { identifyThisNode, type ThisNode } from '../core/gate/this-node.js';
import type { Uuid } from '../core/uuid.js';
import { readClusterFacts } from '../database/queries/cluster-facts.js';
import type { Database } from '../database/database.js';
import { meshPlacements } from '../database/queries/mesh-placements.js';
import { inspectHost } from './host/inspect.js';
import type { GateContext } from './context.js';

export interface HostInspectionOptions {
  hostChecks: 'auto' | 'on' | 'off';
  mesh?: boolean;
  lenientDnsmasq?: boolean;
}

/** Looks at this machine for networks; network → its checks. */
export type HostInspection = (networks: readonly NetworkFacts[]) => Promise<Map<Uuid, Check[]>>;

/** Longer than `ip` and `bridge` take for tens of thousands of interfaces. */
const TOOL_SECONDS = 15;

/**
 * Decides whether this machine is to be looked at.
 *
 * @returns null where it is not
 */
export async function hostInspection(
  context: GateContext,
  database: Database,
  options: HostInspectionOptions,
): Promise<HostInspection | null> {
  if (options.hostChecks === 'off') return null;
  const description = await database.describe();
  const { nodes } = await database.read(async (session) => readClusterFacts(session, description));
  const node = identifyThisNode(context.thisNode(), nodes);
  if (!isToBeLookedAt(context, node, options)) return null;

  const tools = {
    environment: context.environment,
    signal: context.signal,
    seconds: Math.min(TOOL_SECONDS, context.timeoutSeconds ?? TOOL_SECONDS),
  };
  return async (networks) => {
    const uuids = networks.map(({ uuid }) => uuid);
    const placements = options.mesh
      ? await database.read(async (session) => meshPlacements(session, uuids.length > MANY ? null : uuids))
      : null;
    const mesh = placements === null ? null : { nodes, placements };
    return inspectHost(networks, { node, lenientDnsmasq: options.lenientDnsmasq === true, mesh }, tools);
  };
}

/** Above this many networks, all placements are read instead of naming each network. */
const MANY = 1000;

function isToBeLookedAt(context: GateContext, { isNode }: ThisNode, options: HostInspectionOptions): boolean {
  if ('value' in isNode && isNode.value) return true;
  const reason =
    'unknown' in isNode
      ? `Whether this machine is a node of this cluster is not known (${isNode.unknown})`
      : 'Nothing says that this machine is a node of this cluster';
  if (options.hostChecks === 'on') {
    context.warn(`${reason}; it is looked at because of --host-checks on.`);
    return true;
  }
  if (options.mesh || 'unknown' in isNode) context.warn(`${reason}: only the database is asked.`);
  return false;
}
