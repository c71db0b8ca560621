import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
const FORMATS = ['table', 'plain', 'json', 'ndjson', 'csv'] as const;
type Format = (typeof FORMATS)[number];

let site: Site;
let operation: string;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  operation = await insertOperation(site);
});
afterAll(async () => site.close());

/** What a command prints when it has an answer, in each format: a golden text in which what changes is named. */
function normalised({ stdout }: Outcome): string {
  return stdout
    .replaceAll(operation, '<operation>')
    .replaceAll(operation.slice(0, 8), '<operation>')
    .replaceAll(NETWORK, '<network>')
    .replaceAll(/\b\d{10}(\.\d+)?\b/g, '<time>')
    .replaceAll(
      /\b\d+s\b|(?<="(?:age|waited)_seconds": ?)[\d.]+|(?<=,)\d+(\.\d+)?(?=,network,|,\r)/g,
      '<age>',
    )
    .replaceAll(/(?<="sequence_number": ?)\d+/g, '<number>')
    .replaceAll(/ +/g, ' ');
}

const QUEUE = 'networknode-clusteroperation-user_facing';
const ROW =
  '"sequence_number":<number>,"operation_uuid":"<operation>","operation_type":"net_op","state":"queued","tasks":["network_ensure_mesh"],"priority":"user_facing","created_at":<time>,"age_seconds":<age>,' +
  `"target_object_type":"network","target_uuid":"<network>","queue":{"queue_name":"${QUEUE}","scheduled_at":<time>,"claimed_at":null,"claimed_by":null,"attempts":0},"stuck":null,"reason":"waiting_its_turn","target_name":"lan"`;
const TABLE = `OPERATION OBJECT STATE TASK AGE STUCK
<operation> network/lan queued network_ensure_mesh <age> -
`;
const CELLS = `<operation> net_op queued network_ensure_mesh user_facing <age> network <network> ${QUEUE} - lan <time> - -\n`;
const CSV_HEADING =
  'operation_uuid,operation_type,state,tasks,priority,age_seconds,target_object_type,target_uuid,queue_name,stuck,target_name,created_at,claimed_at,claimed_by\r\n';
const CSV_CELLS = `<operation>,net_op,queued,network_ensure_mesh,user_facing,<age>,network,<network>,${QUEUE},,lan,<time>,,\r\n`;
const TIMES = ',"started_at":null,"ended_at":null,"waited_seconds":<age>,"ran_seconds":null';
const LATEST_CELLS = ['net_op', '<operation>', 'queued'];

const GOLDEN: Record<
  string,
  { args: string[]; json: string; text: Record<Exclude<Format, 'json'>, string> }
> = {
  pending: {
    args: ['pending', 'network', NETWORK],
    json: `{"pending":true,"count":1,"targets":[{${ROW}}],"warnings":[]}`,
    text: {
      table: `${TABLE}1 pending on one object, oldest <age>.\n`,
      plain: CELLS.replaceAll(' ', '\t'),
      ndjson: `{${ROW}}\n`,
      csv: CSV_HEADING + CSV_CELLS,
    },
  },
  history: {
    args: ['history', 'network', NETWORK],
    json: `{"history":[{${ROW}${TIMES}}],"truncated":false}`,
    text: {
      // The object is the same in each row, and so stands below them.
      table: `${TABLE.replace('OBJECT ', '').replace('network/lan ', '').replace('AGE', 'AGE WAITED RAN').replace('<age>', '<age> <age> -')}1 operation of network/lan.\n`,
      plain: CELLS.replaceAll(' ', '\t').replace('\n', '\t<age>\t-\n'),
      ndjson: `{${ROW}${TIMES}}\n`,
      csv: `${CSV_HEADING.trimEnd()},waited_seconds,ran_seconds\r\n${CSV_CELLS.trimEnd()},<age>,\r\n`,
    },
  },
  latest: {
    args: ['latest', 'network', NETWORK],
    json: '{"last_cluster_operation":{"op_type":"net_op","op_uuid":"<operation>"},"state":"queued"}',
    text: {
      table: `TYPE OPERATION STATE\n${LATEST_CELLS.join(' ')}\n`,
      plain: `${LATEST_CELLS.join('\t')}\n`,
      ndjson: '{"op_type":"net_op","op_uuid":"<operation>","state":"queued"}\n',
      csv: `op_type,op_uuid,state\r\n${LATEST_CELLS.join(',')}\r\n`,
    },
  },
  enqueue: {
    args: ['enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_ensure_mesh'],
    json: `{"operation_type":"net_op","operation_uuid":"<operation>","created":false,"reused":true,"dry_run":false,"queue_name":"${QUEUE}","priority":"user_facing","tasks":["network_ensure_mesh"],"targets":[{"object_type":"network","uuid":"<network>"}],"created_at":<time>,"warnings":[]}`,
    text: {
      table:
        'reused <operation>\n network_ensure_mesh on network/<network>, network node · user_facing\nFollow: sf-ops wait --operation <operation>\n',
      plain: `<operation>\tnet_op\treused\tnetwork_ensure_mesh\t${QUEUE}\tnetwork:<network>\n`,
      ndjson: `{"operation_type":"net_op","operation_uuid":"<operation>","created":false,"reused":true,"dry_run":false,"queue_name":"${QUEUE}","priority":"user_facing","tasks":["network_ensure_mesh"],"targets":[{"object_type":"network","uuid":"<network>"}],"created_at":<time>,"warnings":[]}\n`,
      csv: `operation_uuid,operation_type,result,tasks,queue_name,targets\r\n<operation>,net_op,reused,network_ensure_mesh,${QUEUE},network:<network>\r\n`,
    },
  },
};

describe.each(Object.entries(GOLDEN))('%s', (_, { args, json, text }) => {
  test.each(FORMATS)('answers as %s', async (format) => {
    const outcome = await runCli([...args, '--format', format, ...connectionFlags(site.settings)]);
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    if (format !== 'json') return expect(normalised(outcome)).toBe(text[format]);
    expect(normalised({ ...outcome, stdout: JSON.stringify(jsonOf(outcome)) })).toBe(json);
    expect(outcome.stdout).toMatch(/^\{\n {2}"/);
  });
});

/** [name, arguments after the command, exit code, word] */
const FAILURES: Record<string, [string, string[], number, string][]> = {
  pending: [
    ['not found', ['network', 'nowhere'], 6, 'not_found'],
    ['wrong', ['netwrok', NETWORK], 2, 'usage'],
  ],
  history: [['not found', ['network', 'nowhere'], 6, 'not_found']],
  latest: [['not found', ['network', 'nowhere'], 6, 'not_found']],
  enqueue: [
    ['not found', ['net_op', '--network-uuid', UNKNOWN, '--task', 'network_deploy'], 6, 'not_found'],
    [
      'refused',
      ['net_op', '--network-uuid', NETWORK, '--task', 'network_deploy', '--uuid', '<operation>'],
      9,
      'uuid_taken',
    ],
  ],
};

describe.each(Object.entries(FAILURES))('%s, when there is no answer', (command, failures) => {
  const unreachable: [string, string[], number, string] = [
    'unreachable',
    GOLDEN[command]!.args.slice(1),
    69,
    'unreachable',
  ];
  test.each([...failures, unreachable])('%s', async (name, args, exitCode, word) => {
    const flags = name === 'unreachable' ? ['--socket', '/nowhere/db.sock'] : connectionFlags(site.settings);
    const words = args.map((arg) => arg.replace('<operation>', operation));
    const outcomes = await Promise.all(
      FORMATS.map(async (format) => runCli([command, ...words, '--format', format, ...flags])),
    );
    for (const [index, outcome] of outcomes.entries()) {
      expect(outcome.exitCode).toBe(exitCode);
      expect(outcome.stderr).toMatch(/^sf-ops: .+\n( {2}.+\n)?$/);
      if (FORMATS[index] !== 'json') {
        expect(outcome.stdout).toBe('');
        continue;
      }
      const { error } = jsonOf<{ error: Record<string, unknown> }>(outcome);
      expect(error).toEqual({
        code: word,
        message: expect.any(String),
        hint: expect.anything(),
        exit_code: exitCode,
      });
      expect(outcome.stderr).toContain(error.message);
    }
  });
});
