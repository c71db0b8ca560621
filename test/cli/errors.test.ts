import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, INSTANCE, NETWORK, NODE } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const V1 = '99999999-9999-1999-8999-999999999999';
const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const LONG = 'n'.repeat(10_000);

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

const run = async (...words: string[]): Promise<Outcome> =>
  runCli([...words, '--json', ...connectionFlags(site.settings)]);
const netOp = (...words: string[]): string[] => ['enqueue', 'net_op', ...words];
const deploy = (...words: string[]): string[] =>
  netOp('--network-uuid', NETWORK, '--task', 'network_deploy', ...words);

describe('bad input', () => {
  test.each([
    [['is-okay', '--all'], 'Did you mean network is-okay?'],
    [['network', 'is-ok'], 'Did you mean is-okay?'],
    [['requeue', '--all-stuck'], '--all-stuck one of any, orphaned, '],
    [['pending', '--all', '--limit'], '--limit <'],
  ])('%j: the hint says what can be meant', async (words, hint) => {
    const { stderr, exitCode } = await runCli(words);
    expect(exitCode).toBe(2);
    expect(stderr.split('\n')[1]).toContain(hint);
  });

  test.each<[string, string[], number, RegExp]>([
    ['no such command', ['pendign'], 2, /Unknown command 'pendign'/],
    ['a word that is not finished', ['migrate', 'plan', 'drop'], 2, /did you mean drop-[a-z-]+\?$/],
    ['no such option', ['pending', '--al'], 2, /Unknown option '--al'/],
    ['an option without its value', ['pending', 'network', NETWORK, '--limit'], 2, /--limit needs a value/],
    ['two formats', ['pending', '--all', '--format', 'csv'], 2, /--format and --json exclude each other/],
    [
      'no such colour',
      ['pending', '--all', '--color', 'blue'],
      2,
      /"blue" is not one of: auto, always, never\.$/,
    ],
    ['a timeout that is none', ['pending', '--all', '--timeout', 'soon'], 2, /"soon" is not a duration/],
    [
      'no such operation type',
      ['enqueue', 'net_opp'],
      2,
      /"net_opp" is not an operation type; did you mean net_op\?/,
    ],
    ['no task', netOp('--network-uuid', NETWORK), 2, /--task is missing/],
    [
      'no such task',
      netOp('--network-uuid', NETWORK, '--task', 'network_deplyo'),
      2,
      /did you mean network_deploy\?/,
    ],
    ['a task twice', deploy('--task', 'network_deploy'), 2, /names network_deploy twice/],
    ['no field', netOp('--task', 'network_deploy'), 2, /--network-uuid is missing/],
    [
      'a field of another type',
      deploy('--instance-uuid', INSTANCE),
      2,
      /--instance-uuid .* is not a field of a net_op/,
    ],
    ['a priority with a typo', deploy('--priority', 'backgroud'), 2, /did you mean background\?/],
    ['a malformed uuid of the operation', deploy('--uuid', '1234'), 2, /"1234" is not a uuid/],
    ['a uuid of another version', deploy('--uuid', V1), 2, /not of version 4/],
    [
      'a network uuid of another version',
      netOp('--network-uuid', V1, '--task', 'network_deploy'),
      2,
      /not of version 4/,
    ],
    [
      'a uuid with a digit too many, which could be a name',
      netOp('--network-uuid', `${NETWORK}1`, '--task', 'network_deploy'),
      6,
      /There is no network/,
    ],
    [
      'a name of 10,000 characters',
      netOp('--network-uuid', LONG, '--task', 'network_deploy'),
      6,
      /There is no network "n{40}…"/,
    ],
    [
      'the same dependency twice',
      deploy('--depends-on', `net_op:${UNKNOWN}`, '--depends-on', `net_op:${UNKNOWN}`),
      2,
      /named twice/,
    ],
    ['a dependency that is none', deploy('--depends-on', UNKNOWN), 2, /TYPE:UUID/],
    [
      'a dependency on nothing',
      deploy('--depends-on', `net_op:${UNKNOWN}`),
      6,
      /There is no operation net_op 0{8}-/,
    ],
    ['a delay that is none', deploy('--delay', '-1'), 2, /-1/],
    ['a family without a node', deploy('--family', 'network'), 2, /family "network" does not go with/],
    [
      'a node for a type without the choice',
      [
        'enqueue',
        'net_ip_op',
        '--network-uuid',
        NETWORK,
        '--ip',
        '10.0.0.1',
        '--task',
        'route_address',
        '--target',
        NODE,
      ],
      2,
      /is not where a net_ip_op can go/,
    ],
    [
      'an address that is none',
      ['enqueue', 'net_ip_op', '--network-uuid', NETWORK, '--ip', '10.0.0.256', '--task', 'route_address'],
      2,
      /not an IP address/,
    ],
    [
      'JSON that is none',
      [
        'enqueue',
        'node_inst_netdesc_op',
        '--node-uuid',
        NODE,
        '--instance-uuid',
        INSTANCE,
        '--net-desc',
        '{',
        '--task',
        'instance_start',
      ],
      2,
      /not a JSON list of objects/,
    ],
  ])('%s', async (_, words, exitCode, message) => {
    const outcome = await run(...words);
    expect(outcome.exitCode).toBe(exitCode);
    const { error } = jsonOf<{ error: { message: string; exit_code: number } }>(outcome);
    expect(error).toMatchObject({ exit_code: exitCode, message: expect.stringMatching(message) });
    expect(outcome.stderr).toContain(`sf-ops: ${error.message}\n`);
    expect(outcome.stderr.length).toBeLessThan(1000);
  });

  test('every problem of a request is named at once', async () => {
    const { stderr } = await run(...netOp('--task', 'x', '--priority', 'y', '--ip', 'z'));
    for (const word of ['--network-uuid is missing', '"x"', '"y"', '--ip']) expect(stderr).toContain(word);
  });

  test.each([
    ['sf-ops', ['--json'], 'Which command?'],
    ['a command that has commands', ['sandbox', '--json'], 'Which command?'],
  ])('%s without a command', async (_, words, message) => {
    const outcome = await runCli(words);
    expect(outcome.exitCode).toBe(2);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'usage', message } });
  });
});
