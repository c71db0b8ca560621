import { expect, test } from '@jest/globals';
import { galeraUnfitness, isSupportedVersion } from '../../src/core/server-fitness.js';

test.each([
  ['10.11.0-MariaDB', true],
  ['10.11.19-MariaDB-0+deb12u1', true],
  ['11.8.6-MariaDB-0+deb13u1 from Debian', true],
  ['11.0.0-MariaDB', true],
  ['12.0.1-mariadb-log', true],
  ['10.10.9-MariaDB', false],
  ['10.6.21-16-MariaDB-enterprise', false],
  ['9.12.1-MariaDB', false],
  ['8.0.36', false],
  ['11.0.0', false],
  ['MariaDB', false],
  ['11-MariaDB', false],
])('Shaken Fist starts on %s: %s', (version, isSupported) => {
  expect(isSupportedVersion(version)).toBe(isSupported);
});

test.each([
  ['Primary', 'Synced', null],
  ['Primary', 'Donor/Desynced', 'not_synced'],
  ['non-Primary', 'Synced', 'not_primary'],
  ['Disconnected', 'Initialized', 'not_primary'],
])('a node that is %s and %s: %s', (clusterStatus, localState, word) => {
  expect(galeraUnfitness({ clusterStatus, localState })).toBe(word);
});
