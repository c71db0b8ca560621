import type { FindingResult, ProbingRule, Verdict } from '../finding.js';
import { findingsOf } from '../finding.js';
import type { Observed } from '../observed.js';
import { compareMesh, type MeshAddresses } from './mesh.js';
import { bridgeName, FLOATING_NETWORK, vxlanName, type NetworkFacts } from './network.js';

/** What one rule says of a network on this machine: a row of the API. `skip`: it does not apply here. */
export interface Check {
  name: 'bridge' | 'dnsmasq' | 'mesh';
  result: FindingResult;
  detail: string;
}

/** Interfaces of this machine: name → whether the administrative flag UP is set. */
export type Links = ReadonlyMap<string, { isUp: boolean }>;

/** Interface → the addresses that it floods unknown traffic to. */
export type FloodEntries = ReadonlyMap<string, ReadonlySet<string>>;

/** What this machine shows of one network. */
export interface HostFacts {
  network: NetworkFacts;
  links: Observed<Links>;
  isNetworkNode: Observed<boolean>;
  /** Looks at the process; called only where it has to run. */
  inspectDnsmasq: () => Promise<HostVerdict>;
  /** Null where the mesh is not to be checked. */
  mesh: { floods: Observed<FloodEntries>; expected: Observed<MeshAddresses> } | null;
}

export type HostVerdict = Pick<Verdict, 'result' | 'title'>;
type HostRule = ProbingRule<HostFacts> & { readonly id: Check['name'] };

const found = (result: FindingResult, title: string): Verdict => ({ result, title, detail: null });
const ROW_GONE = 'its row in networks is gone';
const VXID_GONE = 'its row in networks, which holds the vxid, is gone';

/**
 * Whether the network is created on this machine: its bridge exists and is administratively up; the carrier does not
 * matter. The floating network always is (operations contract, section 5).
 */
const bridge: HostRule = {
  id: 'bridge',
  severity: 'error',
  title: 'the bridge of the network exists and is up',
  why: 'Without it no instance on this machine reaches the network.',
  remedy: 'sf-ops enqueue net_op --network-uuid NETWORK --task network_deploy',
  check: ({ network: { uuid, row }, links }) => {
    if (uuid === FLOATING_NETWORK) return found('pass', 'the floating network is always created');
    if (row === null) return found('unknown', VXID_GONE);
    if ('unknown' in links) return found('unknown', links.unknown);
    const name = bridgeName(row.vxid);
    const link = links.value.get(name);
    if (link === undefined) return found('fail', `bridge ${name} does not exist`);
    return link.isUp ? found('pass', `bridge ${name} is up`) : found('fail', `bridge ${name} is down`);
  },
};

/** Whether dnsmasq has to run here, and if so does. Only the network node runs it, for networks with DHCP or DNS. */
const dnsmasq: HostRule = {
  id: 'dnsmasq',
  severity: 'error',
  title: 'dnsmasq runs where it has to',
  why: 'Without it instances get no address and no names.',
  remedy: 'sf-ops enqueue net_op --network-uuid NETWORK --task network_apply_update_dnsmasq',
  check: async ({ network: { row }, isNetworkNode, inspectDnsmasq }) => {
    if (row === null) return found('unknown', ROW_GONE);
    if (!row.provideDhcp && !row.provideDns)
      return found('skip', 'the network provides neither DHCP nor DNS');
    if ('unknown' in isNetworkNode) return found('unknown', isNetworkNode.unknown);
    if (!isNetworkNode.value) return found('skip', 'this is not the network node');
    const { result, title } = await inspectDnsmasq();
    return found(result, title);
  },
};

/** Whether traffic floods to exactly the nodes that should be in the mesh. Without the interface it is not asked. */
const mesh: HostRule = {
  id: 'mesh',
  severity: 'error',
  title: 'traffic floods to the nodes that should be in the mesh',
  why: 'A node that is missing is cut off; one too many gets traffic that is not for it.',
  remedy: 'sf-ops enqueue net_op --network-uuid NETWORK --task network_ensure_mesh',
  check: ({ network: { row }, links, mesh: asked }) => {
    if (asked === null) return null;
    if (row === null) return found('unknown', VXID_GONE);
    if ('unknown' in links) return found('unknown', links.unknown);
    const vxlan = vxlanName(row.vxid);
    if (!links.value.has(vxlan)) return found('skip', `${vxlan} does not exist`);
    const { floods, expected } = asked;
    if ('unknown' in floods) return found('unknown', floods.unknown);
    if ('unknown' in expected) return found('unknown', expected.unknown);
    const drift = compareMesh(expected.value, floods.value.get(vxlan) ?? new Set());
    if (drift !== null) return found('fail', `${vxlan}: ${drift}`);
    const addresses = [...expected.value].sort().join(', ') || 'nobody';
    return found('pass', `${vxlan} floods to ${addresses}, as it should`);
  },
};

/** In Shaken Fist's order (operations contract, section 5). */
const HOST_RULES: readonly HostRule[] = [bridge, dnsmasq, mesh];

/** What every rule says of a network on this machine. */
export async function checkHost(facts: HostFacts): Promise<Check[]> {
  const checks: Check[] = [];
  for (const rule of HOST_RULES) {
    for (const { result, title } of findingsOf(rule, await rule.check(facts)))
      checks.push({ name: rule.id, result, detail: title });
  }
  return checks;
}
