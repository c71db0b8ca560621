import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hostname } from 'node:os';
import { createGateSite } from '../fixtures/gate-site.js';
import type { Site } from '../fixtures/site.js';
import { connectionFlags, runCli } from './run.js';

let site: Site;
beforeAll(async () => {
  site = await createGateSite();
});
afterAll(async () => site.close());

/** What a command prints, with what differs between two runs taken out: the host's name, ages and times. */
async function printed(words: string[], tty: boolean): Promise<string> {
  const { stdout } = await runCli([...connectionFlags(site.settings), '--quiet', 'network', ...words], {
    tty,
    env: { COLUMNS: '200' },
  });
  return stdout
    .replaceAll(hostname(), 'HOST')
    .replaceAll(
      /("(?:age_seconds|created_at|scheduled_at|oldest_pending_age_seconds)": ?)\d+(\.\d+)?/g,
      '$1N',
    )
    .replaceAll(/(oldest_pending=)\d+s/g, '$1Ns')
    .replaceAll(
      /^(sf_ops_network_(?:oldest_pending_age|gate_last_success_timestamp)_seconds\S*) .*$/gm,
      '$1 N',
    )
    .replaceAll(/,1[28]\d\d\d\.\d+(?=,|\r)/g, ',N')
    .replaceAll(/ +$/gm, '');
}

const ALL = ['is-okay', '--all'];
const RED = '\u001b[31m';
const GREEN = '\u001b[32m';
const YELLOW = '\u001b[33m';
const BOLD = '\u001b[1m';
const DIM = '\u001b[2m';
const [OFF, PLAIN] = ['\u001b[39m', '\u001b[22m'];

const bold = (words: string): string => words.replaceAll(/\S+/g, (word) => `${BOLD}${word}${PLAIN}`);
const yes = `${GREEN}yes${OFF}`;

const attention = (text: string): string => `${YELLOW}${text}${OFF}`;

test('is-okay on a terminal: the answer, what wants attention, how many more there are, and who answered', async () => {
  expect(await printed(ALL, true)).toBe(
    `${GREEN}okay: 3 networks${OFF}
${bold('OKAY  NETWORK     VERDICT  PENDING  OLDEST  WHY')}
${yes}   ${attention('system/dmz')}  ${attention('pending')}        ${attention('1')}  ${attention('5h10m')}   ${attention('attention: orphaned')}
2 more are okay.
${DIM}Database only: bridges, dnsmasq and mesh were not looked at.${PLAIN}
${DIM}Answered by HOST, causal.${PLAIN}
Mend: sf-ops requeue aaaaaaaa-2
`,
  );
});

test('strict, on a terminal: what is not okay is red, and has its evidence', async () => {
  const shown = await printed(['is-okay', 'dmz', '--strict'], true);
  expect(shown).toContain(`${RED}no${OFF}    system/dmz  stuck          1  5h10m   orphaned\n`);
  expect(shown).toContain(attention('  aaaaaaaa-2 network_ensure_mesh, queued for 5h10m, stuck: orphaned'));
});

test('is-okay in a pipe: a line for each network, fields between tabs', async () => {
  expect(await printed(ALL, false)).toBe(
    [
      'dmz	22222222-2222-4222-8222-222222222222	system	yes	pending	1	5h10m	1 operation is pending on it',
      'lan	11111111-1111-4111-8111-111111111111	system	yes	pending	1	3h30m	1 operation is pending on it',
      'a "b"|c\\d,?[31me?	33333333-3333-4333-8333-333333333333	system	yes	healthy	0	-	nothing is pending and it is created',
      '',
    ].join('\n'),
  );
});

const NAME_IN_JSON = 'a \\"b\\"|c\\\\d,\\u001b[31me\\n';
const HEALTHY = `"network_uuid":"33333333-3333-4333-8333-333333333333","name":"${NAME_IN_JSON}","namespace":"system","state":"created","okay":true,"verdict":"healthy","reason":"nothing is pending and it is created","scope":"database","oldest_pending_age_seconds":null,"checks":[],"warnings":["only the database was asked: bridge, dnsmasq and mesh are not known"],"pending_count":0,"pending":[]`;
const PENDING = `"network_uuid":"11111111-1111-4111-8111-111111111111","name":"lan","namespace":"system","state":"created","okay":true,"verdict":"pending","reason":"1 operation is pending on it","scope":"database","oldest_pending_age_seconds":N,"checks":[],"warnings":[],"pending_count":1,"pending":[{"sequence_number":1,"operation_uuid":"aaaaaaaa-1111-4111-8111-111111111111","operation_type":"net_op","state":"queued","tasks":["network_ensure_mesh"],"priority":"user_facing","created_at":N,"age_seconds":N,"target_object_type":"network","target_uuid":"11111111-1111-4111-8111-111111111111","queue":{"queue_name":"networknode-clusteroperation-user_facing","scheduled_at":N,"claimed_at":null,"claimed_by":null,"attempts":0},"stuck":null,"reason":"waiting_its_turn"}]`;
const STUCK = `"network_uuid":"22222222-2222-4222-8222-222222222222","name":"dmz","namespace":"system","state":"created","okay":true,"verdict":"pending","reason":"1 operation is pending on it","scope":"database","oldest_pending_age_seconds":N,"checks":[],"warnings":["net_op aaaaaaaa-2222-4222-8222-222222222222 is orphaned: it has been queued for 5h10m and has no work row, so no worker runs it; this release of Shaken Fist may not recover it"],"pending_count":1,"pending":[{"sequence_number":2,"operation_uuid":"aaaaaaaa-2222-4222-8222-222222222222","operation_type":"net_op","state":"queued","tasks":["network_ensure_mesh"],"priority":"user_facing","created_at":N,"age_seconds":N,"target_object_type":"network","target_uuid":"22222222-2222-4222-8222-222222222222","queue":null,"stuck":"orphaned","reason":"orphaned"}]`;

/** The formats for programs are the same on a terminal, byte for byte. */
describe.each([
  ['a pipe', false],
  ['a terminal', true],
])('on %s', (_, tty) => {
  test('json', async () => {
    const shown = await printed([...ALL, '--json'], tty);
    const compact = shown.replaceAll(/\n\s*/g, '').replaceAll(/("\w+"): /g, '$1:');
    expect(compact).toBe(
      `{"okay":true,"networks":[{${HEALTHY}},{${STUCK}},{${PENDING}}],` +
        `"going_away":[{"network_uuid":"44444444-aaaa-4444-8444-444444444444","name":"leaving","namespace":"system","state":"delete-wait"}],` +
        `"read_consistency":{"node":"HOST","causal":true},"warnings":[]}`,
    );
  });

  test('ndjson', async () => {
    expect(await printed([...ALL, '--format', 'ndjson'], tty)).toBe(
      `{${STUCK}}\n{${PENDING}}\n{${HEALTHY}}\n`,
    );
  });

  test('csv', async () => {
    expect((await printed([...ALL, '--format', 'csv'], tty)).replaceAll('\r\n', '\n')).toBe(
      `name,network_uuid,namespace,okay,verdict,pending,oldest_pending_age_seconds,reason
dmz,22222222-2222-4222-8222-222222222222,system,true,pending,1,N,1 operation is pending on it
lan,11111111-1111-4111-8111-111111111111,system,true,pending,1,N,1 operation is pending on it
"a ""b""|c\\d,?[31me?",33333333-3333-4333-8333-333333333333,system,true,healthy,0,,nothing is pending and it is created
`,
    );
  });

  test('nagios', async () => {
    expect(await printed([...ALL, '--format', 'nagios'], tty)).toBe(
      `NETWORK OK - 3 networks okay, 2 of them pending | networks=3;;;0 not_okay=0;;;0 unknown=0;;;0 pending=2;;;0 stuck=1;;;0 oldest_pending=Ns;;;0
OK: dmz: pending: 1 operation is pending on it
OK: lan: pending: 1 operation is pending on it
going away: leaving
`,
    );
  });

  test('nagios, of one network: no pipe but the one before the performance data', async () => {
    expect(await printed(['is-okay', '33333333', '--format', 'nagios'], tty)).toBe(
      `NETWORK OK - a "b"/c\\d,?[31me?: healthy: nothing is pending and it is created | networks=1;;;0 not_okay=0;;;0 unknown=0;;;0 pending=0;;;0 stuck=0;;;0 oldest_pending=Ns;;;0
`,
    );
  });

  test('prometheus', async () => {
    const labels = (uuid: string, name: string): string =>
      `network_uuid="${uuid}",name="${name}",namespace="system"`;
    const networks = [
      ['33333333-3333-4333-8333-333333333333', 'a \\"b\\"|c\\\\d,?[31me?', 'healthy', 0, 0],
      ['22222222-2222-4222-8222-222222222222', 'dmz', 'pending', 1, 1],
      ['11111111-1111-4111-8111-111111111111', 'lan', 'pending', 1, 0],
    ] as const;
    const verdicts = [
      'pending',
      'healthy',
      'not_created',
      'dnsmasq_not_running',
      'mesh_drifted',
      'stuck',
      'dead',
      'unknown',
    ];
    const expected = [
      '# HELP sf_ops_network_verdict Whether this is the verdict on the network (1) or not (0).',
      '# TYPE sf_ops_network_verdict gauge',
      ...networks.flatMap(([uuid, name, verdict]) =>
        verdicts.map(
          (one) =>
            `sf_ops_network_verdict{${labels(uuid, name)},verdict="${one}"} ${one === verdict ? 1 : 0}`,
        ),
      ),
      '# HELP sf_ops_network_okay Whether the network is okay (1) or not (0); NaN where that cannot be told.',
      '# TYPE sf_ops_network_okay gauge',
      ...networks.map(([uuid, name]) => `sf_ops_network_okay{${labels(uuid, name)}} 1`),
      '# HELP sf_ops_network_pending_operations Operations that are pending on the network.',
      '# TYPE sf_ops_network_pending_operations gauge',
      ...networks.map(
        ([uuid, name, , pending]) => `sf_ops_network_pending_operations{${labels(uuid, name)}} ${pending}`,
      ),
      '# HELP sf_ops_network_stuck_operations Operations among the pending ones that will never run.',
      '# TYPE sf_ops_network_stuck_operations gauge',
      ...networks.map(
        ([uuid, name, , , stuck]) => `sf_ops_network_stuck_operations{${labels(uuid, name)}} ${stuck}`,
      ),
      '# HELP sf_ops_network_oldest_pending_age_seconds Age of the oldest pending operation; absent where nothing is pending.',
      '# TYPE sf_ops_network_oldest_pending_age_seconds gauge',
      ...networks
        .slice(1)
        .map(([uuid, name]) => `sf_ops_network_oldest_pending_age_seconds{${labels(uuid, name)}} N`),
      '# HELP sf_ops_networks_going_away Networks that are being deleted, and are not judged.',
      '# TYPE sf_ops_networks_going_away gauge',
      'sf_ops_networks_going_away 1',
      '# HELP sf_ops_network_gate_causal_read Whether the node that answered had seen every acknowledged commit (1) or may be behind (0).',
      '# TYPE sf_ops_network_gate_causal_read gauge',
      'sf_ops_network_gate_causal_read{node="HOST"} 1',
      '# HELP sf_ops_network_gate_last_success_timestamp_seconds When the gate last came to an answer.',
      '# TYPE sf_ops_network_gate_last_success_timestamp_seconds gauge',
      'sf_ops_network_gate_last_success_timestamp_seconds N',
      '',
    ];
    const shown = await printed([...ALL, '--format', 'prometheus'], tty);
    expect(shown.split('\n')).toEqual(expected);
  });
});

describe('network list', () => {
  test('on a terminal', async () => {
    expect(await printed(['list'], true)).toBe(
      `${bold('NETWORK                   STATE        PENDING  OLDEST  OKAY  STUCK')}
system/a "b"|c\\d,?[31me?  created            0  -       ${yes}   -
${attention('system/dmz')}                ${attention('created')}            ${attention('1')}  ${attention('5h10m')}   ${yes}   ${RED}orphaned${OFF}
system/lan                created            1  3h30m   ${yes}   -
system/leaving            delete-wait        0  -       ${RED}no${OFF}    -
4 networks, 3 okay, 2 operations pending, 1 stuck.
${DIM}Answered by HOST, causal.${PLAIN}
Why: sf-ops explain aaaaaaaa-2
`,
    );
  });

  test('in a pipe, with the deleted ones', async () => {
    expect(await printed(['list', '--deleted'], false)).toBe(
      [
        'a "b"|c\\d,?[31me?	33333333-3333-4333-8333-333333333333	system	3	created	0	-	yes	0	healthy',
        'dmz	22222222-2222-4222-8222-222222222222	system	2	created	1	5h10m	yes	1	pending',
        'gone	55555555-5555-4555-8555-555555555555	system	5	deleted	0	-	no	0	dead',
        'lan	11111111-1111-4111-8111-111111111111	system	1	created	1	3h30m	yes	0	pending',
        'leaving	44444444-aaaa-4444-8444-444444444444	system	4	delete-wait	0	-	no	0	dead',
        '',
      ].join('\n'),
    );
  });

  test('ndjson', async () => {
    const [, second] = (await printed(['list', '--format', 'ndjson'], false)).split('\n');
    expect(second).toBe(
      '{"network_uuid":"22222222-2222-4222-8222-222222222222","name":"dmz","namespace":"system","vxid":2,"state":"created","pending":1,"stuck":1,"oldest_pending_age_seconds":N,"okay":true,"verdict":"pending"}',
    );
  });
});
