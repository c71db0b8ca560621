import { expect, test } from '@jest/globals';
import { floodEntries } from '../../../src/core/gate/flood-entries.js';

const ENTRY = {
  ...{ mac: '00:00:00:00:00:00', ifname: 'vxlan-000001', dst: '192.0.2.1' },
  ...{ flags: ['self'], state: 'permanent' },
};

test('are the addresses of each interface', () => {
  const printed = [ENTRY, { ...ENTRY, dst: '192.0.2.2' }, { ...ENTRY, ifname: 'vxlan-000002' }];
  expect(floodEntries(printed)).toEqual({
    value: new Map([
      ['vxlan-000001', new Set(['192.0.2.1', '192.0.2.2'])],
      ['vxlan-000002', new Set(['192.0.2.1'])],
    ]),
  });
});

test.each<[string, object]>([
  ['of one machine', { mac: '02:00:00:5e:10:7f' }],
  ['without an interface', { ifname: undefined }],
  ['without an address', { dst: undefined }],
  ['of the bridge', { flags: ['master'] }],
  ['without flags', { flags: undefined }],
  ['whose flags are a word', { flags: 'self' }],
  ['that was learned', { state: 'reachable' }],
])('an entry %s is none', (_, change) => {
  expect(floodEntries([{ ...ENTRY, ...change }])).toEqual({ value: new Map() });
});

test('what is no list cannot be told', () => {
  expect(floodEntries({})).toEqual({ unknown: '`bridge -json fdb show` did not print a list' });
});
