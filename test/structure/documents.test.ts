import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const tracked = execFileSync('git', ['ls-files'], { encoding: 'utf8' }).split('\n').filter(Boolean);
const folders = new Set(
  tracked.flatMap((path) => [...path.matchAll(/\//g)].map(({ index }) => path.slice(0, index + 1))),
);

/** Those that say where things are in this repository. */
const DOCUMENTS = tracked.filter((path) =>
  /^(CONTRIBUTING\.md|docs\/(architecture\.md|reliability\.md|performance\.md|decisions\/.*\.md))$/.test(
    path,
  ),
);

/** Files and folders as they are named in text: `src/main.ts`, `failure.ts`, `core/gate/`. Not in blocks of code. */
function named(document: string): string[] {
  const text = readFileSync(document, 'utf8').replaceAll(/^```[\s\S]*?^```$/gm, '');
  const paths = [...text.matchAll(/`([\w.*-]+(?:\/[\w.*-]+)*\/?)`/g)].map(([, path]) => path!);
  return paths.filter((path) => /\.(ts|mjs|cjs|sql)$/.test(path) || /^[a-z][\w/-]*\/$/.test(path));
}

/** A name may leave out the folders that the text has just spoken of. */
function exists(path: string): boolean {
  // Built, and not kept.
  if (path.startsWith('dist/')) return true;
  const among = path.endsWith('/') ? [...folders] : tracked;
  return among.some((one) => one === path || one.endsWith(`/${path}`));
}

test('documents that name files are found', () => {
  expect(named('docs/architecture.md').length).toBeGreaterThan(40);
});

test.each(DOCUMENTS)('%s names only files and folders that exist', (document) => {
  expect(named(document).filter((path) => !exists(path))).toEqual([]);
});

test('the table of rooms has every folder of src', () => {
  const rooms = [...folders].filter((path) => /^src\/[^/]+\/$/.test(path));
  expect(named('docs/architecture.md')).toEqual(expect.arrayContaining(rooms));
});
