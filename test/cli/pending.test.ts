import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { INSTANCE, insertCluster, insertNetwork, insertOperation, NETWORK, now } from '../fixtures/rows.js';
import { insertBusyNetwork } from '../fixtures/busy-network.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator } from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, type Outcome, type RunOptions } from './run.js';

const FREE = 'aaaaaaaa-0000-4000-8000-000000000001';
const GONE = 'ffffffff-0000-4000-8000-000000000001';

let site: Site;
let old: string;
let young: string;
let attach: string;
beforeAll(async () => {
  site = await Site.create({ extraLabels: ['FUTURE_OP'], observational: true });
  await insertCluster(site);
  await insertNetwork(site, FREE, 'free');
  await insertNetwork(site, 'aaaaaaaa-0000-4000-8000-000000000002', 'free too');
  old = await insertOperation(site, { createdAt: now() - 7200 });
  young = await insertOperation(site, { createdAt: now() - 60, state: 'executing', work: 'claimed' });
  await insertOperation(site, { state: 'complete' });
  attach = await insertOperation(site, {
    type: 'node_inst_net_iface_op',
    targets: [
      ['INSTANCE', INSTANCE],
      ['NETWORK', NETWORK],
    ],
  });
});
afterAll(async () => site.close());

const pending = async (words: string[], options: RunOptions = {}): Promise<Outcome> =>
  runCli(['pending', ...words, '--json', ...connectionFlags(site.settings)], options);

interface Answer {
  pending: boolean;
  count: number;
  targets: { operation_uuid: string; target_uuid: string }[];
}
const operations = (outcome: Outcome): string[] =>
  jsonOf<Answer & object>(outcome).targets.map((row) => row.operation_uuid);

describe('pending', () => {
  test.each<[string, string[], () => string[]]>([
    ['one object', ['network', NETWORK], () => [old, young, attach]],
    ['another target of the same operation', ['instance', INSTANCE], () => [attach]],
    ['several objects', ['network', FREE, NETWORK, GONE], () => [old, young, attach]],
    ['by name', ['network', 'lan'], () => [old, young, attach]],
    ['by the beginning of a uuid', ['NETWORK', '11111111'], () => [old, young, attach]],
    [
      'an undashed uuid in capitals',
      ['network', NETWORK.replaceAll('-', '').toUpperCase()],
      () => [old, young, attach],
    ],
    ['an object that is gone', ['network', GONE], () => []],
    ['everything', ['--all'], () => [old, young, attach, attach]],
    ['everything of a type', ['--all', '--object-type', 'instance'], () => [attach]],
    ['of an operation type', ['network', NETWORK, '--operation-type', 'NET_OP'], () => [old, young]],
    [
      'of a type that only the database knows',
      ['network', NETWORK, '--operation-type', 'future_op'],
      () => [],
    ],
    ['in a state', ['network', NETWORK, '--state', 'Executing'], () => [young]],
    ['older than', ['network', NETWORK, '--older-than', '1h30m'], () => [old]],
    ['the oldest two', ['network', NETWORK, '--limit', '2'], () => [old, young]],
    ['none, but counted', ['network', NETWORK, '--limit', '0'], () => []],
  ])('%s', async (_, words, expected) => {
    const outcome = await pending(words);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(operations(outcome)).toEqual(expected());
  });

  test('the count is whole, whatever is shown', async () => {
    expect(jsonOf(await pending(['network', NETWORK, '--limit', '1']))).toMatchObject({
      pending: true,
      count: 3,
    });
    const { stdout } = await runCli([
      'pending',
      'network',
      NETWORK,
      '--limit',
      '1',
      '--format',
      'table',
      ...connectionFlags(site.settings),
    ]);
    expect(stdout).toContain('1 of 3 shown.');
  });

  test('ids come from standard input, one a line, among others', async () => {
    const stdin = `\n  ${FREE}  \r\n\nlan\n`;
    expect(operations(await pending(['network', '-'], { stdin }))).toEqual([old, young, attach]);
    expect(operations(await pending(['network', GONE, '-'], { stdin: FREE }))).toEqual([]);
  });

  test.each([
    ['something is pending', ['network', NETWORK], 8],
    ['nothing is', ['network', FREE], 0],
    ['nothing that is asked about is', ['network', NETWORK, '--older-than', '9d'], 0],
  ])('--exit-code, when %s', async (_, words, exitCode) => {
    const outcome = await pending([...words, '--exit-code']);
    expect(outcome.exitCode).toBe(exitCode);
    expect(jsonOf(outcome)).toMatchObject({ pending: exitCode === 8 });
  });

  test('measurements do not count, and that is said', async () => {
    const measuring = await insertOperation(site, { targets: [['NETWORK', FREE]] });
    await site.query('UPDATE cluster_operation_targets SET observational = 1 WHERE operation_uuid = ?', [
      measuring,
    ]);
    const outcome = await pending(['network', FREE, '--exit-code']);
    expect(jsonOf(outcome)).toEqual({ pending: false, count: 0, targets: [], warnings: [] });
    expect(outcome).toMatchObject({
      exitCode: 0,
      stderr: '1 measurement-only (observational) targets do not count as pending.\n',
    });
    expect(await pending(['network', FREE, '--quiet'])).toMatchObject({ stderr: '' });
    await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [measuring]);
  });

  test('an operation of a type that this program does not know holds its target', async () => {
    const future = await insertOperation(site, { type: 'future_op', targets: [['NETWORK', FREE]] });
    const outcome = await pending(['network', FREE, '--exit-code']);
    expect(outcome.exitCode).toBe(8);
    expect(jsonOf(outcome)).toMatchObject({
      targets: [{ operation_uuid: future, operation_type: 'future_op', state: 'queued' }],
    });
    await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [future]);
  });
});

describe('pending, asked wrongly: no answer that a script could take for one', () => {
  test.each([
    ['nothing', [], /Give an object type and a uuid, or --all/],
    ['no object', ['network'], /Give an object type and a uuid/],
    ['an object and everything', ['network', NETWORK, '--all'], /either an object or --all/],
    [
      'a type beside an object',
      ['network', NETWORK, '--object-type', 'network'],
      /--object-type goes with --all/,
    ],
    ['an unknown type', ['netwrok', NETWORK], /"netwrok" is not an object type/],
    [
      'a state that is not pending',
      ['network', NETWORK, '--state', 'complete'],
      /is not one of: queued, preflight, executing/,
    ],
    ['a state with a typo', ['network', NETWORK, '--state', 'queud'], /did you mean queued\?/],
    ['an operation type with a typo', ['--all', '--operation-type', 'net_opp'], /did you mean net_op\?/],
    ['an age that is none', ['--all', '--older-than', 'soon'], /"soon" is not a duration/],
    ['a limit that is none', ['--all', '--limit', '-1'], /-1/],
    ['a prefix of several', ['network', 'aaaaaaaa'], /is 2 networks: aaaaaaaa-0000-4000-8000-000000000001/],
    ['standard input that is empty', ['network', '-'], /Standard input is empty/],
    ['an option of another command', ['--all', '--task', 'x'], /Unknown option '--task'/],
  ])('%s', async (_, words, message) => {
    const outcome = await pending(words);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toMatch(message);
    expect(jsonOf(outcome)).toEqual({ error: expect.objectContaining({ exit_code: 2 }) });
  });
});

test('an account that may only read is enough for every command that reads', async () => {
  const administrator = await connectAsAdministrator(site.settings);
  const reader = `r_${site.settings.database}`;
  await administrator.query(
    `CREATE USER '${reader}'@'localhost'; GRANT SELECT ON ${site.settings.database}.* TO '${reader}'@'localhost'`,
  );
  await administrator.end();
  const flags = connectionFlags({ ...site.settings, user: reader });
  const commands = [
    ['pending', 'network', 'lan'],
    ['pending', '--all'],
    ['latest', 'network', 'lan'],
    ['history', 'network', 'lan'],
  ];
  for (const outcome of await Promise.all(commands.map(async (words) => runCli([...words, ...flags])))) {
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toContain(attach);
  }
  const repair = ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'];
  expect(await runCli([...repair, '--dry-run', ...flags])).toMatchObject({ exitCode: 0, stderr: '' });
  const refused = await runCli([...repair, '--json', ...flags]);
  expect(refused.exitCode).toBe(69);
  expect(jsonOf(refused)).toMatchObject({ error: { code: 'privilege_missing' } });
});

test('an object as the screens write it: with its type, or with its namespace', async () => {
  expect(operations(await pending(['network/lan']))).toHaveLength(3);
  expect(operations(await pending(['network', 'system/lan', 'network/lan']))).toHaveLength(3);
  const mistyped = await pending(['network/lna']);
  expect(mistyped.exitCode).toBe(6);
  expect(jsonOf(mistyped)).toMatchObject({ error: { hint: 'Did you mean "lan"?' } });
});

describe('several ids of which one is unknown', () => {
  test('the others are answered, it is named, and the exit code is the worst', async () => {
    const outcome = await pending(['network', 'nowhere', 'free', NETWORK, '--exit-code']);
    expect(outcome.exitCode).toBe(6);
    expect(operations(outcome)).toHaveLength(3);
    expect(jsonOf(outcome)).toMatchObject({
      missing: [{ code: 'not_found', exit_code: 6, message: 'There is no network "nowhere".' }],
    });
    expect(outcome.stderr).toContain('warning: There is no network "nowhere".\n');
  });

  test('from standard input as well', async () => {
    const outcome = await pending(['network', '-'], { stdin: `nowhere\n\n${NETWORK}\n` });
    expect([outcome.exitCode, operations(outcome).length]).toEqual([6, 3]);
  });

  test('where none is known, there is no answer', async () => {
    const outcome = await pending(['network', 'nowhere', 'no-place']);
    expect(outcome.exitCode).toBe(6);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'not_found' } });
  });

  test('to a monitoring system they are UNKNOWN', async () => {
    const words = ['network', 'is-okay', 'free', 'nowhere', '--format', 'nagios'];
    const outcome = await runCli([...words, ...connectionFlags(site.settings)]);
    expect(outcome).toMatchObject({
      exitCode: 3,
      stdout: 'NETWORK UNKNOWN - There is no network "nowhere".\n',
    });
  });

  test('is-okay answers for the others', async () => {
    const words = ['network', 'is-okay', 'free', 'nowhere', '--json'];
    const outcome = await runCli([...words, ...connectionFlags(site.settings)]);
    expect(outcome.exitCode).toBe(6);
    expect(jsonOf(outcome)).toMatchObject({
      okay: null,
      networks: [{ name: 'free' }],
      missing: [{ exit_code: 6 }],
    });
  });
});

test('thousands on one object are all told, as they are read', async () => {
  const crowded = await Site.create();
  try {
    await insertCluster(crowded);
    await insertBusyNetwork(crowded, 6_000);
    const run = async (...words: string[]): Promise<Outcome> =>
      runCli(['pending', 'network', ...words, '--json', ...connectionFlags(crowded.settings)]);
    const all = await run(NETWORK);
    expect(all).toMatchObject({ exitCode: 0, stderr: '' });
    expect(jsonOf(all)).toMatchObject({ pending: true, count: 6_000, warnings: [] });
    const uuids = operations(all);
    expect(new Set(uuids).size).toBe(6_000);
    expect(uuids).toEqual([...uuids].sort());
    const some = await run('lan', 'nix', '--limit', '3');
    expect(some.stderr).toContain('There is no network "nix"');
    expect(some.exitCode).toBe(6);
    expect(jsonOf<Answer>(some)).toMatchObject({ count: 6_000 });
    expect(operations(some)).toEqual(uuids.slice(0, 3));
  } finally {
    await crowded.close();
  }
});
