import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { insertCluster, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, temporaryFile, type Outcome, type RunOptions } from './run.js';

let site: Site;
let operation: string;
let flags: string[];
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  operation = await insertOperation(site);
  flags = connectionFlags(site.settings);
});
afterAll(async () => site.close());

const pending = async (words: string[] = [], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['pending', 'network', NETWORK, ...flags, ...words], options);

describe('format and colour', () => {
  const isColoured = ({ stdout }: Outcome): boolean => stdout !== stripVTControlCharacters(stdout);

  test('a pipe gets plain rows, a terminal a table in colour', async () => {
    const [pipe, terminal] = await Promise.all([pending(), pending([], { tty: true })]);
    expect(pipe.stdout).toMatch(new RegExp(`^${operation}\tnet_op\tqueued`));
    expect(isColoured(pipe)).toBe(false);
    expect(terminal).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/OPERATION/) });
    expect(isColoured(terminal)).toBe(true);
  });

  test.each<[string, string[], RunOptions, boolean]>([
    ['--color never on a terminal', ['--color', 'never'], { tty: true }, false],
    ['NO_COLOR on a terminal', [], { tty: true, env: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR on a terminal', [], { tty: true, env: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR=0 on a terminal', [], { tty: true, env: { FORCE_COLOR: '0' } }, false],
    ['a dumb terminal', [], { tty: true, env: { TERM: 'dumb' } }, false],
    ['SF_OPS_COLOR=never on a terminal', [], { tty: true, env: { SF_OPS_COLOR: 'never' } }, false],
    ['--color always in a pipe', ['--format', 'table', '--color', 'always'], {}, true],
    ['FORCE_COLOR in a pipe', ['--format', 'table'], { env: { FORCE_COLOR: '1' } }, true],
    [
      '--color always over NO_COLOR',
      ['--format', 'table', '--color', 'always'],
      { env: { NO_COLOR: '1' } },
      true,
    ],
    ['NO_COLOR over FORCE_COLOR', ['--format', 'table'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['--color always, where the format has none', ['--json', '--color', 'always'], {}, false],
  ])('%s', async (_, words, options, expected) => {
    const outcome = await pending(words, options);
    expect(outcome.exitCode).toBe(0);
    expect(isColoured(outcome)).toBe(expected);
  });

  test('a format that does not exist names those that do', async () => {
    expect(await pending(['--format', 'yaml'])).toMatchObject({
      exitCode: 2,
      stderr: 'sf-ops: --format "yaml" is not one of: table, wide, plain, json, ndjson, csv.\n',
    });
  });
});

describe('every option has an environment twin', () => {
  test.each<[string, Record<string, string>, object | string]>([
    ['a value', { SF_OPS_FORMAT: 'json' }, { pending: true }],
    ['a switch', { SF_OPS_JSON: '1' }, { pending: true }],
    ['an option of the command', { SF_OPS_JSON: 'yes', SF_OPS_STATE: 'executing' }, { pending: false }],
    ['a switch that is off', { SF_OPS_JSON: '0' }, 'plain'],
    ['a switch that says no', { SF_OPS_JSON: 'No' }, 'plain'],
    ['an empty value', { SF_OPS_FORMAT: '', SF_OPS_STATE: '', SF_OPS_TIMEOUT: '' }, 'plain'],
  ])('%s', async (_, env, expected) => {
    const outcome = await pending([], { env });
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    if (typeof expected === 'string') expect(outcome.stdout).toMatch(/^[0-9a-f-]{36}\t/);
    else expect(jsonOf(outcome)).toMatchObject(expected);
  });

  test('a flag outdoes its twin, and the twin of another way to say it', async () => {
    for (const env of [{ SF_OPS_FORMAT: 'json' }, { SF_OPS_JSON: '1' }])
      expect((await pending(['--format', 'csv'], { env })).stdout).toMatch(/^operation_uuid,/);
    expect((await pending(['--json'], { env: { SF_OPS_FORMAT: 'csv' } })).stdout).toMatch(/^\{/);
  });

  test('a wrong value in the environment is told', async () => {
    expect(await pending([], { env: { SF_OPS_COLOR: 'blue' } })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('SF_OPS_COLOR'),
    });
  });

  test.each<[string, string[], Record<string, string>, number]>([
    ['a socket outdoes a host', [], { SF_OPS_HOST: 'db.invalid' }, 0],
    ['a socket outdoes the sandbox', [], { SF_OPS_SANDBOX: '1' }, 0],
    ['two flags exclude each other', ['--host', 'db.invalid'], {}, 2],
    ['a flag and the sandbox exclude each other', ['--sandbox'], {}, 2],
  ])('where the database is: %s', async (_, words, env, exitCode) => {
    expect((await pending(words, { env })).exitCode).toBe(exitCode);
  });
});

describe('a machine whose clock is wrong', () => {
  const HOURS_AHEAD = [2, -2, 24 * 30];
  const on = (hours: number): RunOptions => ({
    env: {
      NODE_OPTIONS: `--require=${join(import.meta.dirname, 'wrong-clock.cjs')}`,
      SF_OPS_TEST_CLOCK_AHEAD: String(hours * 3600),
    },
  });
  let running: string;
  beforeAll(async () => (running = await insertOperation(site, { state: 'executing', work: 'claimed' })));
  afterAll(async () =>
    site.query('UPDATE object_states SET state_value = ? WHERE object_uuid = ?', ['complete', running]),
  );

  test.each(HOURS_AHEAD)('by %d hours takes no work from a worker that is at it', async (hours) => {
    const explained = await runCli(['explain', running, ...flags], on(hours));
    expect(explained.stdout).toContain('\trunning\t');
    expect(explained.stderr).toMatch(
      /^This machine's clock is .* the database's, which is the one that counts\.\n$/,
    );
    const stuck = ['requeue', '--all-stuck', 'stale_claim', '--dry-run', '--json'];
    expect(jsonOf(await runCli([...stuck, ...flags], on(hours)))).toMatchObject({ changed: [] });
  });

  test.each(HOURS_AHEAD)('by %d hours removes nothing that is to be kept', async (hours) => {
    const pruned = await runCli(['prune', '--older-than', '1h', '--dry-run', '--json', ...flags], on(hours));
    expect(jsonOf(pruned)).toMatchObject({ deleted: 0 });
  });

  test.each(HOURS_AHEAD)('by %d hours puts nothing off', async (hours) => {
    const words = [
      'enqueue',
      'net_op',
      '--network-uuid',
      NETWORK,
      '--task',
      'network_deploy',
      '--no-coalesce',
      '--json',
    ];
    const { created_at: at } = jsonOf<{ created_at: number }>(await runCli([...words, ...flags], on(hours)));
    expect(Math.abs(at - now())).toBeLessThan(60);
  });
});

test.each(['0.0000001', '1.0005', '30d', '99999999999'])('--timeout %s is a time', async (timeout) => {
  const outcome = await pending(['--timeout', timeout]);
  expect(outcome.exitCode).toBe(Number.parseFloat(timeout) < 1 ? 4 : 0);
  if (outcome.exitCode === 0) expect(outcome.stderr).toBe('');
});

test('a long --timeout does not end the reading of standard input', async () => {
  const outcome = await runCli(['pending', 'network', '-', '--timeout', '30d', ...flags], {
    stdin: `${NETWORK}\n`,
  });
  expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
});

test('--defaults-file and --config lead to the database, the nearer one first', async () => {
  const { socketPath, user, database } = site.settings;
  const good = await temporaryFile(
    'my.cnf',
    `[client]\nsocket = "${socketPath}" # here\nuser=${user}\n[sf-ops]\ndatabase=${database}\n`,
  );
  const bad = await temporaryFile('config', 'SHAKENFIST_MARIADB_HOST=db.invalid\n');
  expect(
    (await runCli(['pending', 'network', NETWORK, '--defaults-file', good, '--config', bad])).stdout,
  ).toContain(operation);
  expect(
    await runCli(['pending', '--all'], {
      env: { SF_OPS_CONFIG: bad, SHAKENFIST_MARIADB_HOST: 'db2.invalid' },
    }),
  ).toMatchObject({
    exitCode: 69,
    stderr: expect.stringMatching(/db2\.invalid:3306.*\n.*from SHAKENFIST_MARIADB_HOST/),
  });
});
