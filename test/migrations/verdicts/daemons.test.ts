import { expect, test } from '@jest/globals';
import { daemonVerdicts } from '../../../src/migrations/preflight/verdicts/daemons.js';
import { cluster, node, NOW } from '../../core/operations/records.js';

const said = (nodes: Parameters<typeof cluster>[0], areSaidToBeStopped = false): string[] =>
  daemonVerdicts(cluster(nodes), NOW, areSaidToBeStopped).map(
    ({ severity, title }) => `${severity ?? 'error'}: ${title}`,
  );

test('a node that checks in is alive, with its release and its age', () => {
  expect(said([node(), node({ fqdn: 'sf-2', installedVersion: null, lastSeen: NOW - 119.6 })])).toEqual([
    'error: sf-1 (Shaken Fist 0.8.0) checked in 10s ago.',
    'error: sf-2 (Shaken Fist of unknown version) checked in 1m59s ago.',
  ]);
  // Its clock is ahead of the server's.
  expect(said([node({ lastSeen: NOW + 5 })])).toEqual(['error: sf-1 (Shaken Fist 0.8.0) checked in 0s ago.']);
});

test('it is only a warning where the operator vouches for the end of all daemons', () => {
  expect(said([node()], true)).toEqual(['warning: sf-1 (Shaken Fist 0.8.0) checked in 10s ago.']);
});

test.each<[string, Parameters<typeof node>[0], number]>([
  ['has not checked in for long', { lastSeen: NOW - 121 }, 0],
  ['never checked in', { lastSeen: null }, 0],
  ['has stopped all its daemons', { daemons: new Map([['net', 'daemon-stopped']]) }, 0],
  ['is stopping them', { daemons: new Map([['net', 'daemon-stopping']]) }, 0],
  [
    'has stopped some',
    {
      daemons: new Map([
        ['net', 'daemon-stopped'],
        ['queues', 'daemon-running'],
      ]),
    },
    1,
  ],
  ['reports on none', { daemons: new Map() }, 1],
])('a node that %s', (_, more, alive) => {
  expect(said([node(more)])).toHaveLength(alive);
});
