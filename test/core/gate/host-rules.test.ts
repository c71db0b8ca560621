import { describe, expect, test } from '@jest/globals';
import { checkHost, type Check, type HostFacts } from '../../../src/core/gate/host-rules.js';
import { FLOATING_NETWORK, type NetworkFacts } from '../../../src/core/gate/network.js';

const ROW = { name: 'lan', namespace: 'system', vxid: 255, provideDhcp: true, provideDns: false };
const network = (row: NetworkFacts['row'] = ROW, uuid = 'n'): NetworkFacts => ({
  uuid,
  row,
  state: 'created',
});
const UP = { isUp: true };
const links = (...up: string[]): HostFacts['links'] => ({ value: new Map(up.map((name) => [name, UP])) });
const BRIDGE = 'br-vxlan-0000ff';
const VXLAN = 'vxlan-0000ff';
const FACTS: HostFacts = {
  network: network(),
  links: links(BRIDGE, VXLAN),
  isNetworkNode: { value: true },
  inspectDnsmasq: async () => ({ result: 'pass', title: 'it runs' }),
  mesh: {
    floods: { value: new Map([[VXLAN, new Set(['10.0.0.2', '10.0.0.1'])]]) },
    expected: { value: new Set(['10.0.0.1', '10.0.0.2']) },
  },
};

async function says(name: Check['name'], change: Partial<HostFacts> = {}): Promise<string | null> {
  const check = (await checkHost({ ...FACTS, ...change })).find((one) => one.name === name);
  return check === undefined ? null : `${check.result}: ${check.detail}`;
}

const UNKNOWN = { unknown: 'no ip' };
const SKIPPED = 'skip: the network provides neither DHCP nor DNS';

describe('bridge', () => {
  test.each<[string, Partial<HostFacts>, string]>([
    ['is up', {}, `pass: bridge ${BRIDGE} is up`],
    ['is missing', { links: links('br-vxlan-0000fe') }, `fail: bridge ${BRIDGE} does not exist`],
    ['is down', { links: { value: new Map([[BRIDGE, { isUp: false }]]) } }, `fail: bridge ${BRIDGE} is down`],
    ['cannot be seen', { links: UNKNOWN }, 'unknown: no ip'],
    [
      'without its row',
      { network: network(null) },
      'unknown: its row in networks, which holds the vxid, is gone',
    ],
    [
      'of the floating network',
      { network: network(null, FLOATING_NETWORK), links: UNKNOWN },
      'pass: the floating network is always created',
    ],
  ])('%s', async (_, change, said) => {
    expect(await says('bridge', change)).toBe(said);
  });
});

describe('dnsmasq', () => {
  test.each<[string, Partial<HostFacts>, string]>([
    ['runs', {}, 'pass: it runs'],
    [
      'for DNS alone',
      { network: network({ ...ROW, provideDhcp: false, provideDns: true }) },
      'pass: it runs',
    ],
    ['for neither', { network: network({ ...ROW, provideDhcp: false }) }, SKIPPED],
    ['elsewhere', { isNetworkNode: { value: false } }, 'skip: this is not the network node'],
    ['nobody knows where', { isNetworkNode: UNKNOWN }, 'unknown: no ip'],
    ['without its row', { network: network(null) }, 'unknown: its row in networks is gone'],
  ])('%s', async (_, change, said) => {
    expect(await says('dnsmasq', change)).toBe(said);
  });

  test('the process is looked at only where it has to run', async () => {
    const inspectDnsmasq = async (): Promise<never> => Promise.reject(new Error('looked'));
    expect(await says('dnsmasq', { isNetworkNode: { value: false }, inspectDnsmasq })).toMatch(/^skip/);
    await expect(says('dnsmasq', { inspectDnsmasq })).rejects.toThrow('looked');
  });
});

describe('mesh', () => {
  const mesh = FACTS.mesh!;
  test.each<[string, Partial<HostFacts>, string | null]>([
    ['as it should be', {}, `pass: ${VXLAN} floods to 10.0.0.1, 10.0.0.2, as it should`],
    [
      'that differs both ways',
      { mesh: { ...mesh, expected: { value: new Set(['10.0.0.1', '10.0.0.3']) } } },
      `fail: ${VXLAN}: missing 10.0.0.3; extra 10.0.0.2`,
    ],
    [
      'of nobody',
      { mesh: { floods: { value: new Map() }, expected: { value: new Set() } } },
      `pass: ${VXLAN} floods to nobody, as it should`,
    ],
    ['without the interface', { links: links(BRIDGE) }, `skip: ${VXLAN} does not exist`],
    ['whose interfaces cannot be seen', { links: UNKNOWN }, 'unknown: no ip'],
    ['whose entries cannot be seen', { mesh: { ...mesh, floods: UNKNOWN } }, 'unknown: no ip'],
    ['whose nodes are not known', { mesh: { ...mesh, expected: UNKNOWN } }, 'unknown: no ip'],
    [
      'without its row',
      { network: network(null) },
      'unknown: its row in networks, which holds the vxid, is gone',
    ],
    ['that was not asked for', { mesh: null }, null],
  ])('%s', async (_, change, said) => {
    expect(await says('mesh', change)).toBe(said);
  });
});
