import { describe, expect, test } from '@jest/globals';
import type { ServerProbe } from '../../../src/audit/doctor/facts.js';
import { galeraServer, remedyOf, says, server, silent, subjectsOf } from './site.js';

const of = (...servers: ServerProbe[]): { servers: ServerProbe[] } => ({ servers });

describe('addresses', () => {
  test('one that was named and is silent fails; one that the cluster announced does not', () => {
    expect(says('addresses', of(server('db1'), silent('db2', true), silent('db3', false)))).toBe(
      'error: 1 of 2 addresses do not answer. db2:3306: timed out.',
    );
    const both = of(silent('db1', true), silent('db2', true));
    expect(says('addresses', both)).toMatch(/ db1:3306: timed out\. db2:3306: timed out\.$/);
    expect(subjectsOf('addresses', both)).toEqual(['server db1:3306', 'server db2:3306']);
    expect(remedyOf('addresses', of(silent('db1', true)))).toContain('list of hosts');
    expect(says('addresses', of(server('db1'), server('db2')))).toBe(
      'pass: Every address answers: db1:3306, db2:3306.',
    );
  });

  test('two servers, or two clusters, are not one database', () => {
    expect(says('one-database', of(server('db1'), server('db2')))).toBe(
      'error: The addresses lead to 2 databases. db1:3306 is db1, db2:3306 is db2.',
    );
    expect(says('one-database', of(galeraServer('db1'), galeraServer('db2', { clusterUuid: 'c2' })))).toBe(
      'error: The addresses lead to 2 databases. db1:3306 is db1 of cluster c1, db2:3306 is db2 of cluster c2.',
    );
    expect(says('one-database', of(galeraServer('db1'), galeraServer('db2')))).toBe(
      'pass: The addresses lead to one database. db1:3306 is db1 of cluster c1, db2:3306 is db2 of cluster c1.',
    );
    expect(remedyOf('one-database', of(server('db1'), server('db2')))).toContain('one Galera cluster');
  });

  test('a node that has lost its cluster does not count as another one, and one server is no comparison', () => {
    const lost = galeraServer('db2', { clusterUuid: '00000000', clusterStatus: 'Disconnected' });
    expect(says('one-database', of(galeraServer('db1'), lost))).toBeNull();
    expect(says('one-database', of(server('db1')))).toBeNull();
  });
});

const clock = (name: string, skewSeconds: number, uncertaintySeconds = 0.001): ServerProbe =>
  server(name, { clock: { skewSeconds, uncertaintySeconds } });

describe('clocks', () => {
  test.each<[number, number, string]>([
    [4.9, 0.1, 'pass: db1 is 4.90 s ahead (± 0.10 s).'],
    [-4.9, 0.1, 'pass: db1 is 4.90 s behind (± 0.10 s).'],
    [5.2, 0.1, 'error: db1 is 5.20 s ahead (± 0.10 s).'],
    [-5.2, 0.1, 'error: db1 is 5.20 s behind (± 0.10 s).'],
    [4.9, 0.2, 'unknown: Cannot tell: the round trip takes too long. db1 is 4.90 s ahead (± 0.20 s).'],
    [5.1, 0.2, 'unknown: Cannot tell: the round trip takes too long. db1 is 5.10 s ahead (± 0.20 s).'],
    [0, 0.1, 'pass: db1 is 0.00 s ahead (± 0.10 s).'],
    [4.5, 0.5, 'pass: db1 is 4.50 s ahead (± 0.50 s).'],
    [5.5, 0.5, 'unknown: Cannot tell: the round trip takes too long. db1 is 5.50 s ahead (± 0.50 s).'],
  ])('%d s from ours, measured to %d s', (skew, uncertainty, said) => {
    expect(says('clock', of(clock('db1', skew, uncertainty)))).toBe(said);
  });

  test('one wrong clock of several is enough, and nobody who answers is no answer', () => {
    expect(says('clock', of(clock('db1', 0), clock('db2', 60)))).toBe(
      'error: db1 is 0.00 s ahead (± 0.00 s), db2 is 60.00 s ahead (± 0.00 s).',
    );
    expect(says('clock', of(clock('db1', 0), clock('db2', 4, 10)))).toMatch(/^unknown: /);
    expect(says('clock', of(silent('db1', true)))).toBeNull();
    expect(remedyOf('clock', of(clock('db1', 60)))).toContain('chrony');
  });

  test.each<[number, number, number, string]>([
    [0, 4.9, 0.01, 'pass: db2 is 4.90 s ahead of db1 (± 0.02 s).'],
    [3, -3, 0.01, 'error: db1 is 6.00 s ahead of db2 (± 0.02 s).'],
    [
      0,
      5.1,
      1,
      'unknown: Cannot tell: the round trip takes too long. db2 is 5.10 s ahead of db1 (± 2.00 s).',
    ],
    [
      0,
      4.9,
      1,
      'unknown: Cannot tell: the round trip takes too long. db2 is 4.90 s ahead of db1 (± 2.00 s).',
    ],
    [0, 4.5, 0.25, 'pass: db2 is 4.50 s ahead of db1 (± 0.50 s).'],
    [
      ...([0, 5.5, 0.25] as const),
      'unknown: Cannot tell: the round trip takes too long. db2 is 5.50 s ahead of db1 (± 0.50 s).',
    ],
  ])('servers that are %d s and %d s from ours', (first, second, uncertainty, said) => {
    expect(
      says('server-clocks', of(clock('db1', first, uncertainty), clock('db2', second, uncertainty))),
    ).toBe(said);
  });

  test('one server has nobody to disagree with, and the remedy names both', () => {
    expect(says('server-clocks', of(clock('db1', 60)))).toBeNull();
    expect(says('server-clocks', of(clock('db1', 9), clock('db2', 0), clock('db3', 3)))).toBe(
      'error: db1 is 9.00 s ahead of db2 (± 0.00 s).',
    );
    expect(remedyOf('server-clocks', of(clock('db1', 0), clock('db2', 60)))).toBe(
      'Synchronise the clocks of db1 and db2.',
    );
  });
});
