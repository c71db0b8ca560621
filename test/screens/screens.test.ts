import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { displayWidth } from '../../src/render/width.js';
import { seed } from '../../src/sandbox/seed.js';
import { built, PROGRAM } from '../cli/run.js';
import { insertNetwork, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { SERVER_NAME, startStillServer, type StillServer } from './still-server.js';
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
  'history network edge',
  'network list',
  'network is-okay --all --strict',
  'network is-okay edge',
  'network is-okay web',
  'doctor',
  'audit',
  'audit --explain orphaned-operation',
  'explain 70000005',
  'explain 70000017',
  'explain network dmz',
  'explain --all-pending',
  'show 70000001',
  'show 70000003',
  'queues',
  'graph 70000005',
  'timeline network web',
  'timeline network edge',
  'requeue 70000002 70000015 --dry-run',
  'abort 70000002 70000003 --dry-run',
  'prune --older-than 1m --dry-run',
  'wait network edge --timeout 0',
  'wait --operation 70000008 70000001 --timeout 0',
  'requeue 70000001 --dry-run',
  'graph network lab',
  'enqueue net_op --network-uuid web --task network_deplo',
  'requeue --all-stuck',
  'migrate status',
];
/** On a database of before the migrations. */
const BEFORE_MIGRATIONS = ['doctor', 'audit', 'migrate status', 'migrate plan'];
const WIDTHS = [40, 80, 120, 200];

let server: StillServer;
let site: Site;
let strange: Site;
let old: Site;
let terminals: Terminals;
beforeAll(async () => {
  await built();
  server = await startStillServer(NOW);
  [site, strange, old] = await Promise.all([
    Site.create({ version: 'baseline' }, server),
    Site.create({}, server),
    Site.create({ version: 'baseline' }, server),
  ]);
  await Promise.all([seed(site.database(), 'current', NOW), seed(old.database(), 'baseline', NOW)]);
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
  await Promise.all([site, strange, old].map(async (one) => one.close()));
  await server.stop();
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

/** What differs from machine to machine is the server's name alone, and from run to run the database's. */
function portable({ lines }: Screen): string[] {
  return lines
    .join('\n')
    .replaceAll(/^ {2}sf_test_[^]*?MiB$/gm, '  (the table, the server, its size)')
    .replaceAll(server.hostName, SERVER_NAME)
    .split('\n');
}

function compare(file: string, text: string): void {
  const path = join(HERE, file);
  if (isUpdate) writeFileSync(path, text);
  const expected = readFileSync(path, 'utf8');
  // A longer name of the server breaks its sentences elsewhere.
  if (server.hostName === SERVER_NAME) expect(text).toBe(expected);
  else expect(text.split(/\s+/)).toEqual(expected.split(/\s+/));
}

const CASES = [
  ...COMMANDS.map((command) => ({ command, file: command, at: () => site })),
  ...BEFORE_MIGRATIONS.map((command) => ({ command, file: `before ${command}`, at: () => old })),
];

test.each(CASES)('$file fits, and looks as it should', async ({ command, file, at }) => {
  const shown = await Promise.all(
    WIDTHS.map(async (columns) => show(command, columns, { at: at(), NO_COLOR: '1' })),
  );
  const screens = shown.flatMap((screen, index) => [`--- ${WIDTHS[index]} columns`, ...portable(screen)]);
  expect(shown.map(({ wrapped }) => wrapped)).toEqual(WIDTHS.map(() => 0));
  compare(`golden/${file.replaceAll(/\W+/g, '-')}.txt`, `${screens.join('\n')}\n`);
});

test.each(['network is-okay --all --strict', 'audit', 'explain --all-pending', 'show 70000003', 'queues'])(
  'colour says nothing that the words do not say: %s',
  async (command) => {
    const [coloured, plain] = await Promise.all([show(command, 80), show(command, 80, { NO_COLOR: '1' })]);
    expect(coloured.lines.join('\n')).toContain('\u001b[31m');
    expect(plain.lines.join('\n')).not.toContain('\u001b');
    expect(coloured.lines.map(stripVTControlCharacters)).toEqual(plain.lines);
  },
);

test('a terminal that is only 40 wide keeps the decisive words', async () => {
  const text = portable(await show('network is-okay --all --strict', 40, { NO_COLOR: '1' })).join('\n');
  for (const word of ['not okay', 'shop/dmz', 'orphaned', 'sf-ops requeue 70000002']) {
    expect(text).toContain(word);
  }
});

test.each(['network is-okay edge', 'graph 70000005', 'timeline network web', 'explain 70000005', 'queues'])(
  'ASCII only outside UTF-8: %s',
  async (command) => {
    const { lines, wrapped } = await show(command, 60, {
      LANG: 'C',
      LC_ALL: 'C',
      NO_COLOR: '1',
    });
    expect(lines.join('\n')).toMatch(/^[\x20-\x7e\n]*$/);
    expect(wrapped).toBe(0);
  },
);

/** What tenants call their networks. */
const STRANGE = ['東京のネットワーク', '👩‍👩‍👧‍👦 family 🇩🇪', 'n'.repeat(255), 'שלום עולם', 'e\u0301'.repeat(40)];

function uuidOf(index: number): string {
  return `${index + 1}0000000-0000-4000-8000-000000000001`;
}

async function insertStrangeNames(at: Site): Promise<void> {
  for (const [index, name] of STRANGE.entries()) {
    const uuid = uuidOf(index);
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

test('Ctrl-C clears the line of progress, leaves the cursor, and the last lines say what was done', async () => {
  const file = join(runFolder(), 'requests.ndjson');
  const request = { operation_type: 'net_op', network_uuid: uuidOf(0), tasks: ['network_deploy'] };
  writeFileSync(file, `${JSON.stringify(request)}\n`.repeat(100_000));
  const { socketPath, user, database } = strange.settings;
  const screen = await terminals.start(
    `${PROGRAM} enqueue --file ${file} --batch 20 > /dev/null`,
    { columns: 60, rows: 24 },
    { SF_OPS_SOCKET: socketPath, SF_OPS_USER: user, SF_OPS_DATABASE: database, NODE_OPTIONS: '' },
  );
  await screen.shows(/^Enqueueing /m);
  await screen.press('C-c');
  const { text, code, isClean } = await screen.end();
  expect({ code, isClean }).toEqual({ code: 130, isClean: true });
  expect(text).not.toMatch(/^Enqueueing|\^C/m);
  expect(text).toMatch(/^warning: \d+ created, /m);
});
