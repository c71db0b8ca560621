import { describe, expect, test } from '@jest/globals';
import { describeAddress, parseHosts } from '../../src/configuration/connection-settings.js';
import { ConfigurationError } from '../../src/core/errors.js';

describe('lists of hosts', () => {
  test.each([
    ['db1', ['db1:9']],
    ['db1,db2:3307 , db3', ['db1:9', 'db2:3307', 'db3:9']],
    ['10.0.0.1:1,[fd00::1]:2,[fd00::2],fd00::3', ['10.0.0.1:1', '[fd00::1]:2', '[fd00::2]:9', '[fd00::3]:9']],
    [',db1,', ['db1:9']],
  ])('%s', (list, addresses) => {
    expect(parseHosts(list, 9).map(describeAddress)).toEqual(addresses);
  });

  test.each([
    '',
    ' , ',
    'db1:',
    'db1:0',
    'db1:65536',
    'db1:33o6',
    'abc:def',
    'u:secret@db1',
    'secret@db1',
    'mysql://u:secret@db1/x',
    '[fd00::1',
    'db1:1:2',
  ])('%j is none', (list) => {
    expect(() => parseHosts(list, 9)).toThrow(ConfigurationError);
    expect(() => parseHosts(list, 9)).not.toThrow(/secret/);
  });
});
