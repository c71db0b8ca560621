import { describe, expect, test } from '@jest/globals';
import { parseSfConfig } from '../../src/configuration/sf-config.js';

const read = (text: string): Record<string, string> => Object.fromEntries(parseSfConfig(text));

describe('/etc/sf/config', () => {
  test.each([
    ['a plain value', 'A=b', { A: 'b' }],
    ['a value that holds =', 'A=b=c==', { A: 'b=c==' }],
    ['a value that holds #', 'A=b#c # d', { A: 'b#c # d' }],
    ['spaces inside a value', 'A=b c  d', { A: 'b c  d' }],
    ['double quotes', 'A="b c"', { A: 'b c' }],
    ['single quotes', "A='b c'", { A: 'b c' }],
    ['quotes inside a value', `A=b"c'd`, { A: `b"c'd` }],
    ['several and unlike quotes at the ends', `A='"b"'`, { A: 'b' }],
    ['an empty value', 'A=', { A: '' }],
    ['an empty value in quotes', 'A=""', { A: '' }],
    ['a dollar, which is no interpolation', 'A=$B ${C}', { A: '$B ${C}' }],
    ['a backslash, which is no escape', 'A=b\\n', { A: 'b\\n' }],
    ['lines that end as on Windows', 'A=b\r\nC=d\r\n', { A: 'b', C: 'd' }],
    ['the later of two lines', 'A=b\nA=c', { A: 'c' }],
    ['a # that is not at the start of the line', ' #A=b', { '#A': 'b' }],
    ['the word export, which is part of the name', 'export A=b', { 'export A': 'b' }],
  ])('%s', (_, text, values) => {
    expect(read(text)).toEqual(values);
  });

  test.each([
    ['comments', '#A=b\n# A=b\n#'],
    ['empty lines', '\n\n\r\n'],
    ['a line without =', 'garbage\n%%%\n\u0000\u0001\u0002'],
    ['a line without a name', '=b'],
    ['nothing at all', ''],
  ])('%s set nothing, and do no harm', (_, text) => {
    expect(read(`${text}\nSHAKENFIST_MARIADB_HOST=db1`)).toEqual({ SHAKENFIST_MARIADB_HOST: 'db1' });
  });
});
