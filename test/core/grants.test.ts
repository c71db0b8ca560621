import { expect, test } from '@jest/globals';
import { isGranted } from '../../src/core/grants.js';

const TO = 'TO `sf`@`%`';

test.each<[string, string[], boolean]>([
  ['globally', [`GRANT SELECT, ALTER ON *.* ${TO} WITH GRANT OPTION`], true],
  ['as everything on the database', [`GRANT ALL PRIVILEGES ON \`shakenfist\`.* ${TO}`], true],
  ['on the table', [`GRANT ALTER ON \`shakenfist\`.\`work_queue\` ${TO}`], true],
  ['on another table', [`GRANT ALTER ON \`shakenfist\`.\`events\` ${TO}`], false],
  ['on a table of another database', [`GRANT ALTER ON \`other\`.\`work_queue\` ${TO}`], false],
  ['on another database', [`GRANT ALTER ON \`other\`.* ${TO}`], false],
  ['by a pattern', [`GRANT ALTER ON \`shaken%\`.* ${TO}`], true],
  ['by a pattern for one character', [`GRANT ALTER ON \`shakenfis_\`.* ${TO}`], true],
  ['by an escaped underscore, which is no pattern', [`GRANT ALTER ON \`shakenfis\\_\`.* ${TO}`], false],
  ['by a pattern that looks like a regular expression', [`GRANT ALTER ON \`s.*\`.* ${TO}`], false],
  ['through a role', ['GRANT `admin` TO `sf`@`%`', 'GRANT ALTER ON `shakenfist`.* TO `admin`'], true],
  ['to everybody', ['GRANT ALTER ON `shakenfist`.* TO PUBLIC'], true],
  [
    'on single columns, for another privilege',
    [`GRANT SELECT (\`a\`, \`b\`), UPDATE (\`a\`) ON \`shakenfist\`.\`work_queue\` ${TO}`],
    false,
  ],
  [
    'on single columns only',
    [`GRANT ALTER (\`a\`, \`b\`), SELECT ON \`shakenfist\`.\`work_queue\` ${TO}`],
    false,
  ],
  [
    'beside a privilege on single columns',
    [`GRANT SELECT (\`a\`, \`b\`), ALTER ON \`shakenfist\`.\`work_queue\` ${TO}`],
    true,
  ],
  ['by a pattern whose dot is a dot', [`GRANT ALTER ON \`shaken.ist\`.* ${TO}`], false],
  ['in a line that is no grant', ['Access denied', `GRANT ALTER ON ${TO}`], false],
  ['not at all', [`GRANT USAGE ON *.* ${TO}`], false],
  [
    'by a pattern that a grant by name hides',
    [`GRANT SELECT ON \`shakenfist\`.* ${TO}`, `GRANT ALL PRIVILEGES ON \`shaken%\`.* ${TO}`],
    false,
  ],
  [
    'by a pattern, beside a role whose grant is by name',
    [`GRANT ALL PRIVILEGES ON \`shaken%\`.* ${TO}`, 'GRANT SELECT ON `shakenfist`.* TO `admin`'],
    true,
  ],
])('ALTER %s', (_, lines, known) => {
  expect(isGranted(lines, 'shakenfist', 'work_queue', 'ALTER')).toEqual({ value: known });
});

test('which of two matching patterns applies cannot be told', () => {
  const lines = [`GRANT ALTER ON \`shaken%\`.* ${TO}`, `GRANT SELECT ON \`%fist\`.* ${TO}`];
  expect(isGranted(lines, 'shakenfist', 'work_queue', 'ALTER')).toEqual({
    unknown: 'several grants of `sf`@`%` match the database shakenfist',
  });
});

test('an escaped underscore is an underscore, and hides no grant by name', () => {
  const lines = [`GRANT ALTER ON \`shaken\\_fist\`.* ${TO}`, `GRANT SELECT ON \`shaken%\`.* ${TO}`];
  expect(isGranted(lines, 'shaken_fist', 'work_queue', 'ALTER')).toEqual({ value: true });
  expect(isGranted(lines, 'shaken_fist', 'work_queue', 'SELECT')).toEqual({ value: false });
  const broken = [`GRANT ALTER ON \`a%z\`.* ${TO}`];
  expect(isGranted(broken, 'a\nz', 'work_queue', 'ALTER')).toEqual({ value: true });
});

test('a privilege on a table is none on the whole database', () => {
  const lines = [`GRANT ALTER ON \`shakenfist\`.\`work_queue\` ${TO}`];
  expect(isGranted(lines, 'shakenfist', null, 'ALTER')).toEqual({ value: false });
});

test('a name may hold any character', () => {
  const line = 'GRANT ALTER ON `a``b TO c`.`d.e` TO `sf`@`%` REQUIRE SSL';
  expect(isGranted([line], 'a`b TO c', 'd.e', 'ALTER')).toEqual({ value: true });
});
