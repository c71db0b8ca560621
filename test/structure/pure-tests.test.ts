import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** In a process of its own, as the mutation tests load them: not in jest. */
const LOADED = `
  import { bundlePureTests } from './scripts/mutate/pure-tests.mjs';
  const loaded = (await bundlePureTests()).map(({ file, load }) => [file, load().length]);
  console.log(JSON.stringify(loaded));`;

test('pure tests can be loaded without jest: they have no hooks and no mocks', () => {
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', LOADED], { encoding: 'utf8' });
  const loaded = JSON.parse(printed) as [string, number][];
  expect(loaded.length).toBeGreaterThan(50);
  expect(loaded.filter(([, tests]) => tests === 0)).toEqual([]);
  expect(loaded.map(([file]) => file)).toContain('test/core/finding.test.ts');
});
