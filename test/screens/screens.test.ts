import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { displayWidth } from '../../src/render/width.js';
import { seed } from '../../src/sandbox/seed.js';
import { built, PROGRAM } from '../cli/run.js';
import { insertNetwork, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { svgOf } from './svg.js';
import { Terminals, type Screen } from './terminal.js';

/** 22 November 2026, 03:41:17 UTC. */
const NOW = 1_795_318_877;
const HERE = import.meta.dirname;
/** `npm run screens` writes what is otherwise compared. */
const isUpdate = process.env.SF_OPS_UPDATE_SCREENS === '1';

const COMMANDS = [
  'pending --all',
  'history network web',
  'network list',
  'network is-okay --all --strict',
  'network is-okay edge',
  'network is-okay web',
  'migrate status',
];
const WIDTHS = [40, 80, 120, 200];

let site: Site;
let strange: Site;
let terminals: Terminals;
beforeAll(async () => {
  await built();
  [site, strange] = await Promise.all([Site.create({ version: 'baseline' }), Site.create()]);
  await seed(site.database(), 'current', NOW);
  await insertStrangeNames(strange);
  const folder = mkdtempSync(join(runFolder(), 'screens-'));
  const config = join(folder, 'config');
  writeFileSync(config, '');
  terminals = await Terminals.open(folder, {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    TERM: 'tmux-256color',
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    SF_OPS_CONFIG: config,
    NODE_OPTIONS: `--require=${join(HERE, 'fixed-clock.cjs')}`,
    SF_OPS_TEST_NOW: String(NOW),
  });
});
afterAll(async () => {
  await terminals.close();
  await Promise.all([site.close(), strange.close()]);
});

async function show(
  command: string,
  columns: number,
  { at = site, ...environment }: { at?: Site } & Record<string, unknown> = {},
): Promise<Screen> {
  const { socketPath, user, database } = at.settings;
  return terminals.run(`${PROGRAM} ${command}`, columns, {
    SF_OPS_SOCKET: socketPath,
    SF_OPS_USER: user,
    SF_OPS_DATABASE: database,
    ...(environment as Record<string, string>),
  });
}

/** What differs from machine to machine is the server's name alone. */
function portable({ lines }: Screen): string[] {
  return lines.map((line) => line.replaceAll(hostname(), 'db1'));
}

function compare(file: string, text: string): void {
  const path = join(HERE, file);
  if (isUpdate) writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, 'utf8'));
}

describe.each(COMMANDS)('%s', (command) => {
  test('fits, and looks as it should', async () => {
    const screens: string[] = [];
    for (const columns of WIDTHS) {
      const screen = await show(command, columns, { NO_COLOR: '1' });
      expect(screen.wrapped).toBe(0);
      screens.push(`--- ${columns} columns`, ...portable(screen));
    }
    compare(`golden/${command.replaceAll(/\W+/g, '-')}.txt`, `${screens.join('\n')}\n`);
  });
});

test('colour says nothing that the words do not say', async () => {
  const [coloured, plain] = [
    await show('network is-okay --all --strict', 80),
    await show('network is-okay --all --strict', 80, { NO_COLOR: '1' }),
  ];
  expect(coloured.lines.join('\n')).toContain('\u001b[31m');
  expect(plain.lines.join('\n')).not.toContain('\u001b');
  expect(coloured.lines.map(stripVTControlCharacters)).toEqual(plain.lines);
});

test('a terminal that is only 40 wide keeps the decisive words', async () => {
  const text = portable(await show('network is-okay --all --strict', 40, { NO_COLOR: '1' })).join('\n');
  for (const word of ['not okay', 'shop/dmz', 'orphaned', 'sf-ops requeue 70000002']) {
    expect(text).toContain(word);
  }
});

test('ASCII only outside UTF-8', async () => {
  const { lines, wrapped } = await show('network is-okay edge', 60, {
    LANG: 'C',
    LC_ALL: 'C',
    NO_COLOR: '1',
  });
  expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
  expect(wrapped).toBe(0);
});

/** What tenants call their networks. */
const STRANGE = ['東京のネットワーク', '👩‍👩‍👧‍👦 family 🇩🇪', 'n'.repeat(255), 'שלום עולם', 'e\u0301'.repeat(40)];

async function insertStrangeNames(at: Site): Promise<void> {
  for (const [index, name] of STRANGE.entries()) {
    const uuid = `${index + 1}0000000-0000-4000-8000-000000000001`;
    await insertNetwork(at, uuid, name);
    await insertOperation(at, { targets: [['NETWORK', uuid]], createdAt: NOW - 60 * index });
  }
}

test.each(['network list', 'pending --all', 'history network 10000000'])(
  'names in every script fit: %s',
  async (command) => {
    for (const columns of [40, 80]) {
      const { lines, wrapped } = await show(command, columns, { at: strange, NO_COLOR: '1' });
      expect(wrapped).toBe(0);
      expect(lines.join('\n')).toMatch(/東|ワーク/);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
  },
);

test('the picture of a session in the README is current', async () => {
  const session: string[] = [];
  for (const command of ['network is-okay --all --strict', 'pending --all', 'network list']) {
    session.push(`$ sf-ops ${command}`, ...portable(await show(command, 80)), '');
  }
  compare('../../docs/screens/session.svg', svgOf(session.slice(0, -1), 80));
});
