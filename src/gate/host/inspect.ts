import { floodEntries } from '../../core/gate/flood-entries.js';
import { checkHost, type Check, type FloodEntries } from '../../core/gate/host-rules.js';
import type { NodeFacts } from '../../core/cluster-facts.js';
import { expectedMesh, type Placement } from '../../core/gate/mesh.js';
import type { NetworkFacts } from '../../core/gate/network.js';
import type { Observed } from '../../core/observed.js';
import type { ThisNode } from '../../core/gate/this-node.js';
import type { Uuid } from '../../core/uuid.js';
import { inspectDnsmasq } from './dnsmasq.js';
import { readLinks } from './links.js';
import { readJson, type ToolOptions } from './tool.js';

export interface HostChecks {
  node: ThisNode;
  /** A live process is enough, whatever it is. */
  lenientDnsmasq: boolean;
  /** Where the instances of each network run; null where the mesh is not to be checked. */
  mesh: { nodes: readonly NodeFacts[]; placements: ReadonlyMap<Uuid, Placement> } | null;
}

/**
 * Looks at what this machine shows of each network, in Shaken Fist's order. Writes nothing anywhere. The tools run once
 * for all networks.
 *
 * @returns network → its checks
 */
export async function inspectHost(
  networks: readonly NetworkFacts[],
  { node, lenientDnsmasq, mesh }: HostChecks,
  options: ToolOptions,
): Promise<Map<Uuid, Check[]>> {
  const links = await readLinks(options);
  const floods: Observed<FloodEntries> =
    mesh === null ? { value: new Map() } : await readFloodEntries(options);
  const checks = new Map<Uuid, Check[]>();
  for (const network of networks) {
    const expected =
      mesh === null ? null : expectedMesh(mesh.placements.get(network.uuid), { ...node, nodes: mesh.nodes });
    checks.set(
      network.uuid,
      await checkHost({
        network,
        links,
        isNetworkNode: node.isNetworkNode,
        inspectDnsmasq: async () => inspectDnsmasq(node.storagePath, network.uuid, lenientDnsmasq),
        mesh: expected === null ? null : { floods, expected },
      }),
    );
  }
  return checks;
}

/** Asked once for all networks. */
async function readFloodEntries(options: ToolOptions): Promise<Observed<FloodEntries>> {
  const json = await readJson('bridge', ['-json', 'fdb', 'show'], options);
  return 'unknown' in json ? json : floodEntries(json.value);
}
