import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { MIGRATION_IDS } from '../../src/migrations/ids.js';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((name) => join('src', name))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('src/migrations/'));

function filesWith(text: string): string[] {
  return files.filter((path) => readFileSync(path, 'utf8').includes(text));
}

test.each(MIGRATION_IDS)('nothing outside the migrations spells %s', (id) => {
  expect(filesWith(id)).toEqual([]);
});

test('who names a migration takes its id from the list: the examples of migrate, and what the sandbox shows', () => {
  expect(filesWith("migrations/ids.js'").sort()).toEqual([
    'src/commands/migrate/definitions.ts',
    'src/sandbox/seed/networks.ts',
    'src/sandbox/seed/operations.ts',
  ]);
});
