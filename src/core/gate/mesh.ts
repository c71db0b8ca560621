import type { NodeFacts } from '../cluster-facts.js';
import type { Observed } from '../observed.js';

/** Addresses of nodes on the mesh. */
export type MeshAddresses = ReadonlySet<string>;

/** Where the instances of a network run. */
export interface Placement {
  /** Nodes as `instance_attributes.placement` names them: by fqdn, or by uuid. */
  nodes: ReadonlySet<string>;
  /** Instances whose placement could not be read. */
  unreadable: readonly string[];
}

export interface MeshPosition {
  nodes: readonly NodeFacts[];
  /** Of the network node. */
  networkNodeAddresses: Observed<readonly string[]>;
  /** This node's own. */
  ownAddress: Observed<string>;
}

/**
 * The nodes that this one should flood to: the network node, and every node that runs an instance with an active
 * interface on the network, without this node itself (operations contract, section 5).
 */
export function expectedMesh(
  placement: Placement | undefined,
  position: MeshPosition,
): Observed<MeshAddresses> {
  const { nodes, networkNodeAddresses, ownAddress } = position;
  if ('unknown' in networkNodeAddresses) return networkNodeAddresses;
  if ('unknown' in ownAddress) return ownAddress;
  const [unreadable] = placement?.unreadable ?? [];
  if (unreadable !== undefined) return { unknown: `the placement of instance ${unreadable} cannot be read` };
  const addresses = new Set(networkNodeAddresses.value);
  for (const name of placement?.nodes ?? []) {
    const node = nodes.find(({ uuid, fqdn }) => uuid === name.toLowerCase() || fqdn === name);
    if (node === undefined)
      return { unknown: `an instance is placed on node ${name}, which is not on record` };
    addresses.add(node.ip);
  }
  addresses.delete(ownAddress.value);
  return { value: addresses };
}

/** What differs, or null where nothing does. */
export function compareMesh(expected: MeshAddresses, found: MeshAddresses): string | null {
  const missing = [...expected].filter((address) => !found.has(address)).sort();
  const extra = [...found].filter((address) => !expected.has(address)).sort();
  const parts = [
    ...(missing.length === 0 ? [] : [`missing ${missing.join(', ')}`]),
    ...(extra.length === 0 ? [] : [`extra ${extra.join(', ')}`]),
  ];
  return parts.length === 0 ? null : parts.join('; ');
}
