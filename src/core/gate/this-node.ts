import type { NodeFacts } from '../cluster-facts.js';
import type { Observed } from '../observed.js';
import type { Uuid } from '../uuid.js';

/** What this machine's own configuration says about the node that it is. Null: nothing. */
export interface ThisNodeSettings {
  /** From `SHAKENFIST_NODE_UUID`, or the file that Shaken Fist keeps it in. */
  uuid: Observed<Uuid | null>;
  /** Names under which the node may be on record, most telling first. */
  names: readonly string[];
  isNetworkNode: boolean | null;
  meshAddress: string | null;
  networkNodeAddress: string | null;
  storagePath: string;
}

/** The node that this machine is, as far as that is known. */
export interface ThisNode {
  /** Whether it is a node of this cluster; unknown where what would say so cannot be read, or contradicts itself. */
  isNode: Observed<boolean>;
  isNetworkNode: Observed<boolean>;
  /** Its address on the mesh. */
  ownAddress: Observed<string>;
  networkNodeAddresses: Observed<readonly string[]>;
  storagePath: string;
}

/**
 * Finds out which node this machine is: by its own uuid, else by its name among the nodes on record; what its
 * configuration leaves open comes from there too (operations contract, section 5).
 */
export function identifyThisNode(settings: ThisNodeSettings, nodes: readonly NodeFacts[]): ThisNode {
  const uuid = 'value' in settings.uuid ? settings.uuid.value : null;
  const onRecord =
    uuid === null ? nodeNamed(settings.names, nodes) : nodes.find((node) => node.uuid === uuid);
  const who = uuid === null ? 'this machine' : `node ${uuid}`;
  const known = <T>(configured: T | null, recorded: T | undefined, what: string): Observed<T> => {
    const value = configured ?? recorded;
    return value === undefined ? { unknown: `${who} is not on record: ${what} is not known` } : { value };
  };
  return {
    isNode: isNode(settings.uuid, onRecord, nodes),
    isNetworkNode: known(settings.isNetworkNode, onRecord?.isNetworkNode, 'whether it is the network node'),
    ownAddress: known(settings.meshAddress, onRecord?.ip, 'its address on the mesh'),
    networkNodeAddresses: networkNodeAddresses(settings, nodes),
    storagePath: settings.storagePath,
  };
}

/** A uuid that is not on record where others are belongs to another cluster than the one that was asked: a sandbox's, say. */
function isNode(
  uuid: ThisNodeSettings['uuid'],
  onRecord: NodeFacts | undefined,
  nodes: readonly NodeFacts[],
): Observed<boolean> {
  if (onRecord !== undefined) return { value: true };
  if ('unknown' in uuid) return uuid;
  if (uuid.value === null) return { value: false };
  return nodes.length === 0 ? { value: true } : { unknown: `node ${uuid.value} is not on record` };
}

/** By the full name; where the machine only knows a short one, by the one node that begins with it. */
function nodeNamed(names: readonly string[], nodes: readonly NodeFacts[]): NodeFacts | undefined {
  for (const name of names) {
    const exact = nodes.find(({ fqdn }) => fqdn === name);
    if (exact !== undefined) return exact;
  }
  const short = nodes.filter(({ fqdn }) =>
    names.some((name) => !name.includes('.') && fqdn.startsWith(`${name}.`)),
  );
  return short.length === 1 ? short[0] : undefined;
}

function networkNodeAddresses(
  settings: ThisNodeSettings,
  nodes: readonly NodeFacts[],
): Observed<readonly string[]> {
  if (settings.networkNodeAddress !== null) return { value: [settings.networkNodeAddress] };
  const elected = nodes.filter(({ isNetworkNode }) => isNetworkNode).map(({ ip }) => ip);
  return elected.length > 0 ? { value: elected } : { unknown: 'no node on record is the network node' };
}
