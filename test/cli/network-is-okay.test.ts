import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { breakOne, createGateSite, NETWORKS } from '../fixtures/gate-site.js';
import { INSTANCE, insertInstance, insertNetwork, insertOperation, setState } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';
import { connectAsAdministrator, startTestServer } from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, startCli, type Outcome, type RunOptions } from './run.js';

interface Answer {
  okay: boolean | null;
  networks: {
    network_uuid: string;
    okay: boolean | null;
    verdict: string;
    reason: string;
    warnings: string[];
  }[];
  going_away: { network_uuid: string }[];
  read_consistency: { node: string; causal: boolean };
}

let site: Site;
beforeAll(async () => {
  site = await createGateSite();
});
afterAll(async () => site.close());

const ask = async (words: string[], options: RunOptions = {}, of: Site = site): Promise<Outcome> =>
  runCli([...connectionFlags(of.settings), 'network', 'is-okay', ...words], options);

const verdicts = (outcome: Outcome): Record<string, string> =>
  Object.fromEntries(
    jsonOf<Answer>(outcome).networks.map(({ network_uuid: uuid, verdict }) => [uuid, verdict]),
  );

describe('which networks are asked about', () => {
  test('all: not the deleted ones, and those that are going away are said to be', async () => {
    const outcome = await ask(['--all', '--json']);
    expect(verdicts(outcome)).toEqual({
      [NETWORKS.lan]: 'pending',
      [NETWORKS.dmz]: 'pending',
      [NETWORKS.awkward]: 'healthy',
    });
    expect(jsonOf<Answer>(outcome)).toMatchObject({
      okay: true,
      going_away: [{ network_uuid: NETWORKS.leaving }],
    });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: 'Going away: leaving.\n' });
  });

  test('a uuid, undashed or not, a prefix, a name, and the same one twice', async () => {
    const words = [
      NETWORKS.lan.replaceAll('-', '').toUpperCase(),
      'lan',
      '11111111',
      '22222222-2222',
      '--json',
    ];
    expect(Object.keys(verdicts(await ask(words)))).toEqual([NETWORKS.lan, NETWORKS.dmz]);
  });

  test('lines of standard input', async () => {
    const outcome = await ask(['-', '--json'], { stdin: `dmz\n\n  ${NETWORKS.awkward}  \n` });
    expect(verdicts(outcome)).toEqual({ [NETWORKS.dmz]: 'pending', [NETWORKS.awkward]: 'healthy' });
  });

  test('those of a namespace', async () => {
    expect(Object.keys(verdicts(await ask(['--all', '--namespace', 'system', '--json'])))).toHaveLength(3);
  });

  test.each([['is-okay'], ['list']])('%s: a namespace that no object has is unknown', async (command) => {
    const outcome = await runCli([
      ...connectionFlags(site.settings),
      ...['network', command, '--namespace', 'nope', '--json'],
    ]);
    expect(outcome.exitCode).toBe(6);
    expect(jsonOf(outcome)).toMatchObject({
      error: { code: 'not_found', message: 'No object belongs to a namespace "nope".' },
    });
  });

  test('list: an empty namespace is refused', async () => {
    const words = [...connectionFlags(site.settings), 'network', 'list', '--namespace', ''];
    expect(await runCli(words)).toMatchObject({ exitCode: 2, stdout: '' });
  });

  test('nothing to judge is not okay: a namespace without networks, and a cluster without any', async () => {
    const other = await Site.create();
    try {
      const empty = await ask(['--all', '--json'], {}, other);
      expect(empty.exitCode).toBe(69);
      expect(jsonOf<Answer>(empty)).toMatchObject({ okay: null, networks: [] });

      await insertInstance(other, INSTANCE, 'vm');
      const system = ['--namespace', 'system'];
      expect((await ask(system, {}, other)).exitCode).toBe(69);
      expect(await ask([...system, '--format', 'nagios'], {}, other)).toMatchObject({
        exitCode: 3,
        stdout: expect.stringMatching(/^NETWORK UNKNOWN - there is no network to judge \| networks=0;/),
      });

      await insertNetwork(other, NETWORKS.leaving, 'leaving');
      await setState(other, 'NETWORK', NETWORKS.leaving, 'delete_wait');
      const leaving = await ask(['--all', '--json'], {}, other);
      expect(leaving.exitCode).toBe(69);
      expect(jsonOf<Answer>(leaving)).toMatchObject({
        okay: null,
        going_away: [{ network_uuid: NETWORKS.leaving, state: 'delete_wait' }],
      });
    } finally {
      await other.close();
    }
  });

  test.each([
    [['--namespace', ''], '--namespace is empty.'],
    [['--all', '--namespace', ' '], '--namespace is empty.'],
    [[], 'Give a network, or --all.'],
    [['lan', '--all'], 'Give either networks or --all (or --namespace).'],
    [
      ['--all', '--mesh', '--host-checks', 'off'],
      '--mesh looks at this machine, which --host-checks off forbids.',
    ],
    [['--all', '--host-checks', 'maybe'], '"maybe" is not one of: auto, on, off'],
    [
      ['--all', '--format', 'xml'],
      '--format "xml" is not one of: table, wide, plain, json, ndjson, csv, nagios, prometheus.',
    ],
  ])('%j is refused', async (words, sentence) => {
    const outcome = await ask(words);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(sentence);
  });
});

describe('the exit code', () => {
  test('3 for a network that is not okay, with the answer', async () => {
    const outcome = await ask(['gone', 'lan', '--json']);
    expect(verdicts(outcome)).toEqual({ [NETWORKS.gone]: 'dead', [NETWORKS.lan]: 'pending' });
    expect(jsonOf<Answer>(outcome).okay).toBe(false);
    expect(outcome.exitCode).toBe(3);
  });

  test('3 for a named network that is going away', async () => {
    const outcome = await ask(['leaving', '--json']);
    expect(jsonOf<Answer>(outcome).networks).toMatchObject([
      { okay: false, verdict: 'dead', reason: 'it is going away (delete-wait)' },
    ]);
    expect(outcome.exitCode).toBe(3);
  });

  test('69 for one that cannot be judged, with the answer; 3 if another is not okay', async () => {
    const other = await Site.create();
    try {
      await insertNetwork(other, NETWORKS.lan, 'lan');
      await setState(other, 'NETWORK', NETWORKS.lan, null);
      const unknown = await ask(['--all', '--json'], {}, other);
      expect(jsonOf<Answer>(unknown)).toMatchObject({
        okay: null,
        networks: [{ okay: null, verdict: 'unknown' }],
      });
      expect(unknown.exitCode).toBe(69);
      await breakOne(other);
      expect(await ask(['--all', '--json'], {}, other)).toMatchObject({ exitCode: 3 });
    } finally {
      await other.close();
    }
  });

  test('6 for a network that nobody has heard of, and no yes about all of them', async () => {
    const unknown = '99999999-9999-4999-8999-999999999999';
    const outcome = await ask(['lan', unknown, '--json']);
    expect(jsonOf(outcome)).toMatchObject({
      okay: null,
      networks: [{ name: 'lan', okay: true }],
      missing: [{ code: 'not_found', message: `There is no network ${unknown}.`, exit_code: 6 }],
    });
    expect(outcome.exitCode).toBe(6);
    expect(jsonOf(await ask([unknown, '--json']))).toMatchObject({ error: { code: 'not_found' } });
  });

  test('0 for a network whose rows are gone while an operation is at work on it, with a warning', async () => {
    const forgotten = '77777777-7777-4777-8777-777777777777';
    await insertOperation(site, { targets: [['NETWORK', forgotten]] });
    const outcome = await ask([forgotten, '--json']);
    expect(jsonOf<Answer>(outcome).networks).toMatchObject([
      { okay: true, verdict: 'pending', warnings: ['its row in networks is gone'] },
    ]);
    expect(outcome.exitCode).toBe(0);
  });

  test('3 with --strict for a network that only an orphan holds', async () => {
    expect(await ask(['dmz'])).toMatchObject({ exitCode: 0 });
    const outcome = await ask(['--all', '--strict', '--json']);
    expect(verdicts(outcome)).toMatchObject({ [NETWORKS.dmz]: 'stuck', [NETWORKS.lan]: 'pending' });
    expect(outcome.exitCode).toBe(3);
  });
});

const DEPENDENCY = '88888888-8888-4888-8888-888888888888';

describe('--strict knows every way in which an operation never runs', () => {
  test.each([
    [
      'claimed longer than the default threshold',
      { work: 'claimed' },
      'UPDATE work_queue SET claimed_at = claimed_at - 1900',
      'was claimed 31m',
    ],
    [
      'claimed longer than the threshold of this cluster',
      { work: 'claimed' },
      "UPDATE work_queue SET claimed_at = claimed_at - 70; INSERT INTO cluster_config VALUES ('CLUSTER_OP_STUCK_THRESHOLD', '60', 0)",
      'was claimed 1m1',
    ],
    [
      'in a queue that nobody drains',
      {},
      "UPDATE work_queue SET queue_name = 'any-network-background'",
      'waits in any-network-background, which nobody drains',
    ],
    [
      'after an operation that cannot complete',
      { stored: { depends_on: [{ op_type: 'net_op', op_uuid: DEPENDENCY }] } },
      `UPDATE object_states SET state_value = 'abort' WHERE object_uuid = '${DEPENDENCY}'`,
      'it will never run',
    ],
  ] as const)('%s', async (_, fixture, change, warning) => {
    const other = await createGateSite();
    try {
      await other.query("DELETE FROM object_states WHERE object_type = 'NET_OP'; DELETE FROM work_queue");
      await insertOperation(other, { uuid: DEPENDENCY, targets: [['NETWORK', NETWORKS.dmz]] });
      await insertOperation(other, { ...fixture, targets: [['NETWORK', NETWORKS.lan]] });
      expect(await ask(['lan', '--strict'], {}, other)).toMatchObject({ exitCode: 0 });
      await other.query(change);
      const strict = await ask(['lan', '--strict', '--json'], {}, other);
      expect(jsonOf<Answer>(strict).networks).toMatchObject([{ okay: false, verdict: 'stuck' }]);
      expect(strict.exitCode).toBe(3);
      const lenient = await ask(['lan', '--json'], {}, other);
      expect(jsonOf<Answer>(lenient).networks).toMatchObject([
        { okay: true, verdict: 'pending', warnings: [expect.stringContaining(warning)] },
      ]);
      expect(lenient.exitCode).toBe(0);
    } finally {
      await other.close();
    }
  });
});

describe('a monitoring plugin', () => {
  const plugin = async (words: string[], of: Site = site): Promise<Outcome> =>
    ask([...words, '--format', 'nagios', '--quiet'], {}, of);

  test('ends with its own codes', async () => {
    expect(await plugin(['--all'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^NETWORK OK - /),
    });
    const critical = await plugin(['--all', '--strict']);
    expect(critical.stdout).toMatch(/^NETWORK CRITICAL - 1 of 3 not okay: dmz stuck \| /);
    expect(critical.stdout).toContain(
      '\nCRITICAL: dmz: stuck: 1 operation is pending on it, and will not go on\n',
    );
    expect(critical.exitCode).toBe(2);
    const unknown = await plugin(['nothing']);
    expect(unknown).toEqual({
      exitCode: 3,
      stdout: 'NETWORK UNKNOWN - There is no network "nothing".\n',
      stderr: '',
    });
  });

  test('says UNKNOWN when it is asked wrongly', async () => {
    expect(await plugin([])).toEqual({
      exitCode: 3,
      stdout: 'NETWORK UNKNOWN - Give a network, or --all.\n',
      stderr: '',
    });
  });

  test('says UNKNOWN when the database does not answer', async () => {
    const outcome = await runCli([
      '--socket',
      '/nowhere/socket',
      'network',
      'is-okay',
      '--all',
      '--format',
      'nagios',
    ]);
    expect(outcome.stdout).toMatch(
      /^NETWORK UNKNOWN - \/nowhere\/socket: The database does not answer: [^\n]*\n$/,
    );
    expect(outcome.exitCode).toBe(3);
  });
});

describe('--output', () => {
  test('replaces the file in one step, and leaves nothing beside it', async () => {
    const folder = await mkdtemp(join(runFolder(), 'textfile-'));
    const file = join(folder, 'sf_ops.prom');
    await writeFile(file, 'old');
    const { ino } = await stat(file);
    const outcome = await ask(['--all', '--format', 'prometheus', '--output', file, '--quiet']);
    expect(outcome).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(await readFile(file, 'utf8')).toContain('sf_ops_network_gate_last_success_timestamp_seconds ');
    expect((await stat(file)).ino).not.toBe(ino);
    expect(await readdir(folder)).toEqual(['sf_ops.prom']);
  });

  test('keeps the old file when there is no answer, so that its last success grows old', async () => {
    const folder = await mkdtemp(join(runFolder(), 'textfile-'));
    const file = join(folder, 'sf_ops.prom');
    await writeFile(file, 'old');
    const words = [
      '--socket',
      '/nowhere/socket',
      'network',
      'is-okay',
      '--all',
      '--format',
      'prometheus',
      '--output',
      file,
    ];
    expect(await runCli(words)).toMatchObject({ exitCode: 69 });
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['sf_ops.prom']);
  });

  test('tells when it cannot write', async () => {
    const outcome = await ask(['--all', '--output', '/nowhere/file']);
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' });
    expect(outcome.stderr).toContain(
      '/nowhere/file cannot be written: no such file or directory (ENOENT).\n',
    );
  });
});

test('pulling the plug in the middle gives 69 and one sentence', async () => {
  const server = await startTestServer();
  const other = await Site.create({}, server);
  await breakOne(other);
  const administrator = await connectAsAdministrator(server, other.settings.database);
  await administrator.query('LOCK TABLES networks WRITE');
  const child = await startCli([
    ...connectionFlags(other.settings),
    '--timeout',
    '3',
    'network',
    'is-okay',
    '--all',
    '--json',
  ]);
  const ended = Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')]);
  await waitsForLock(other);
  await server.kill();
  const [stdout, stderr] = await ended;
  expect(child.exitCode).toBe(69);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'unreachable', exit_code: 69 } });
  expect(stderr).toMatch(/^sf-ops: [^\n]*The database does not answer: [^\n]*\n {2}[^\n]*\n$/);
  administrator.destroy();
  await other.close();
}, 30_000);

async function waitsForLock(of: Site): Promise<void> {
  for (;;) {
    const waiting = await of.query(
      "SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'",
    );
    if (waiting.length > 0) return;
    await sleep(10);
  }
}
