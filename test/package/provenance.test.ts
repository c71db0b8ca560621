import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { built, runCli } from '../cli/run.js';
import { buildRelease, CANNOT_BUILD, release } from './release.js';
import { join } from 'node:path';
import { runFolder } from '../servers/run-folder.js';

interface Metafile {
  outputs: Record<string, { inputs: Record<string, { bytesInOutput: number }> }>;
}

interface Bill {
  components: { name: string; version: string }[];
}

/** What the bundler says that it put in, read here in a way of its own. */
let inside: string[];
beforeAll(async () => {
  await built();
  const { outputs } = JSON.parse(readFileSync('dist/meta.json', 'utf8')) as Metafile;
  const names = Object.values(outputs).flatMap(({ inputs }) =>
    Object.keys(inputs)
      .filter((path) => inputs[path]!.bytesInOutput > 0 && path.includes('node_modules/'))
      .map((path) => path.split('node_modules/').at(-1)!)
      .map((path) =>
        path
          .split('/')
          .slice(0, path.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
  );
  inside = [...new Set(names)].sort();
});

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(join('node_modules', name, 'package.json'), 'utf8')) as { version: string })
    .version;
}

describe('what is inside', () => {
  test('is named by --version --verbose, with versions, commit and Node', async () => {
    const { stdout } = await runCli(['--version', '--verbose']);
    const named = new Map(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/ {2,}/) as [string, string]),
    );
    expect([...named.keys()]).toEqual(['sf-ops', 'commit', 'node', ...inside]);
    expect(named.get('commit')).toMatch(/^([0-9a-f]{40}( with changes)?|unknown)$/);
    expect(named.get('node')).toBe(process.versions.node);
    for (const name of inside) expect([name, named.get(name)]).toEqual([name, versionOf(name)]);
  });

  test('has its notices', () => {
    const notices = readFileSync('dist/NOTICES.txt', 'utf8');
    for (const name of inside) {
      const begin = notices.indexOf(`\n${name} ${versionOf(name)} (`);
      expect([name, begin > 0]).toEqual([name, true]);
      // Every licence that is inside speaks of copying, in one way or the other, within its first lines.
      expect(notices.slice(begin, begin + 1_000)).toMatch(/permission|licen[cs]e/i);
    }
  });
});

(CANNOT_BUILD === null ? describe : describe.skip)(`a release ${CANNOT_BUILD ?? ''}`, () => {
  test('has a bill of materials that lists what is inside, and Node', async () => {
    const { bill } = await release();
    const { components } = JSON.parse(readFileSync(bill, 'utf8')) as Bill;
    const { version } = JSON.parse(readFileSync('packaging/node.json', 'utf8')) as { version: string };
    expect(components.map(({ name, version }) => [name, version])).toEqual([
      ...inside.map((name) => [name, versionOf(name)]),
      ['node', version],
    ]);
  }, 180_000);

  test('is the same, byte for byte, when it is built again', async () => {
    const first = readFileSync(join((await release()).bill, '..', 'SHA256SUMS'), 'utf8');
    expect(first.trim().split('\n').length).toBeGreaterThanOrEqual(4);
    expect(await buildRelease(join(runFolder(), 'release-again'))).toBe(first);
  }, 180_000);
});
