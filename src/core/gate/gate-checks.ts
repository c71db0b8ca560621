import { compareMesh, type MeshAddresses } from './mesh.js';
import { bridgeName, FLOATING_NETWORK, vxlanName, type NetworkFacts } from './network.js';
import type { Observed } from '../observed.js';

/** The outcome of one look at this machine. `skip`: it does not apply here. */
export interface Check {
  name: 'bridge' | 'dnsmasq' | 'mesh';
  result: 'pass' | 'fail' | 'skip' | 'unknown';
  detail: string;
}

/** Interfaces of this machine: name → whether the administrative flag UP is set. */
export type Links = ReadonlyMap<string, { isUp: boolean }>;

/** Interface → the addresses that it floods unknown traffic to. */
export type FloodEntries = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Whether the network is created on this machine: its bridge exists and is administratively up; the carrier does not
 * matter. The floating network always is (operations contract, section 5).
 */
export function checkBridge({ uuid, row }: NetworkFacts, links: Observed<Links>): Check {
  const name = 'bridge';
  if (uuid === FLOATING_NETWORK)
    return { name, result: 'pass', detail: 'the floating network is always created' };
  if (row === null)
    return { name, result: 'unknown', detail: 'its row in networks, which holds the vxid, is gone' };
  if ('unknown' in links) return { name, result: 'unknown', detail: links.unknown };
  const bridge = bridgeName(row.vxid);
  const link = links.value.get(bridge);
  if (link === undefined) return { name, result: 'fail', detail: `bridge ${bridge} does not exist` };
  return link.isUp
    ? { name, result: 'pass', detail: `bridge ${bridge} is up` }
    : { name, result: 'fail', detail: `bridge ${bridge} is down` };
}

/**
 * Whether dnsmasq has to run here, and if so does. Only the network node runs it, for networks with DHCP or DNS.
 *
 * @param look looks at the process; called only where it has to run
 */
export async function checkDnsmasq(
  { row }: NetworkFacts,
  isNetworkNode: Observed<boolean>,
  look: () => Promise<Pick<Check, 'result' | 'detail'>>,
): Promise<Check> {
  const name = 'dnsmasq';
  if (row === null) return { name, result: 'unknown', detail: 'its row in networks is gone' };
  if (!row.provideDhcp && !row.provideDns) {
    return { name, result: 'skip', detail: 'the network provides neither DHCP nor DNS' };
  }
  if ('unknown' in isNetworkNode) return { name, result: 'unknown', detail: isNetworkNode.unknown };
  if (!isNetworkNode.value) return { name, result: 'skip', detail: 'this is not the network node' };
  return { name, ...(await look()) };
}

/** Whether traffic floods to exactly the nodes that should be in the mesh. Without the interface it is not asked. */
export function checkMesh(
  { row }: NetworkFacts,
  links: Observed<Links>,
  floods: Observed<FloodEntries>,
  expected: Observed<MeshAddresses>,
): Check {
  const name = 'mesh';
  if (row === null)
    return { name, result: 'unknown', detail: 'its row in networks, which holds the vxid, is gone' };
  if ('unknown' in links) return { name, result: 'unknown', detail: links.unknown };
  const vxlan = vxlanName(row.vxid);
  if (!links.value.has(vxlan)) return { name, result: 'skip', detail: `${vxlan} does not exist` };
  if ('unknown' in floods) return { name, result: 'unknown', detail: floods.unknown };
  if ('unknown' in expected) return { name, result: 'unknown', detail: expected.unknown };
  const drift = compareMesh(expected.value, floods.value.get(vxlan) ?? new Set());
  if (drift === null) {
    const addresses = [...expected.value].sort().join(', ') || 'nobody';
    return { name, result: 'pass', detail: `${vxlan} floods to ${addresses}, as it should` };
  }
  return { name, result: 'fail', detail: `${vxlan}: ${drift}` };
}
