import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answer, type Answered } from '../fixtures/in-process.js';
import { hex, INSTANCE, insertCluster, insertOperation, NETWORK, now, setState } from '../fixtures/rows.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator, sharedServer } from '../servers/mariadb.js';

const VARIANTS: readonly [string, SchemaVariant][] = [
  ['as the newest release makes them', {}],
  ['before both migrations', { version: 'baseline' }],
  [
    'of a release to come',
    {
      uuid: 'native',
      observational: true,
      extraLabels: ['FUTURE_OP', 'SPACESHIP'],
      collation: 'utf8mb4_bin',
    },
  ],
];

/** What can be wrong with an operation, or be new to this program. */
const STRANGE = [
  'unknown-task',
  'unknown-state',
  'unknown-key',
  'unknown-type',
  'no-header',
  'no-state',
  'null-state',
  'no-target',
  'no-work',
  'damaged-json',
  'missing-dependency',
] as const;

/** How a look at those ends that are not simply pending. */
const WAITED: Readonly<Record<string, number>> = { 'unknown-state': 69, 'null-state': 69, 'no-state': 6 };

function uuidOf(kind: (typeof STRANGE)[number]): string {
  return `7${String(STRANGE.indexOf(kind)).padStart(7, '0')}-0000-4000-8000-000000000000`;
}

describe.each(VARIANTS)('on tables %s, by an account that may only read', (_, variant) => {
  let site: Site;
  let reader: string;

  beforeAll(async () => {
    site = await Site.create(variant);
    await insertCluster(site);
    await insertStrange(site, variant);
    reader = `reader_${site.settings.database.slice(-20)}`;
    const administrator = await connectAsAdministrator(await sharedServer());
    await administrator.query(`CREATE USER ${reader}@localhost`);
    await administrator.query(`GRANT SELECT ON ${site.settings.database}.* TO ${reader}@localhost`);
    await administrator.end();
  });
  afterAll(async () => {
    const administrator = await connectAsAdministrator(await sharedServer());
    await administrator.query(`DROP USER ${reader}@localhost`);
    await administrator.end();
    await site.close();
  });

  const ask = async (...words: string[]): Promise<Answered> => {
    const { socketPath, database } = site.settings;
    return answer([...words, '--socket', socketPath, '--user', reader, '--database', database]);
  };

  test('the account cannot write', async () => {
    expect(
      await ask('enqueue', 'net_op', '--network-uuid', NETWORK, '--task', 'network_deploy'),
    ).toMatchObject({
      exitCode: 69,
    });
  });

  test.each(STRANGE)('%s: show, explain, graph, wait', async (kind) => {
    const uuid = uuidOf(kind);
    // Of an unknown type there is only what its rows say.
    for (const command of ['show', 'explain', 'graph']) {
      for (const format of ['json', 'table']) {
        const outcome = await ask(command, uuid, '--format', format);
        expect({ command, ...outcome }).toMatchObject({ exitCode: 0, stderr: '' });
        expect(outcome.stdout).toContain(uuid.slice(0, 8));
      }
    }
    const { exitCode, stdout } = await ask('wait', '--operation', uuid, '--timeout', '0', '--json');
    expect({ kind, exitCode }).toEqual({ kind, exitCode: WAITED[kind] ?? 8 });
    expect(JSON.parse(stdout)).toMatchObject({ operations: [{ operation_uuid: uuid }] });
  });

  test.each<[string[], RegExp]>([
    [['explain', '--all-pending'], /orphaned/],
    [['explain', 'network', 'lan'], /recently_changed/],
    [['explain', 'instance', 'vm'], /vm\tfailed/],
    [['queues'], /networknode-clusteroperation-user_facing/],
    [['graph', 'network', 'lan'], /70000001/],
    [['history', 'network', 'lan'], /70000001[^]*levitating|levitating[^]*70000001/],
    [['timeline', 'network', 'lan'], /70000001/],
    [['pending', '--all'], /70000008/],
    [['network', 'list'], /lan/],
    [['report', '--format', 'markdown'], /lan/],
    [['report'], /<html/],
    [['watch', '--timeout', '0'], /70000008/],
    [['watch', 'queues', '--timeout', '0'], /networknode-clusteroperation-user_facing/],
    [['watch', 'network', '--timeout', '0'], /"name":"lan"/],
  ])('%j', async (words, wanted) => {
    const outcome = await ask(...words);
    expect(outcome.exitCode).toBe(0);
    // Tables before the migrations record one target of an operation only, which is said.
    expect(outcome.stderr.replace(/^warning: this database records only [^\n]*\n/gm, '')).toBe('');
    expect(outcome.stdout).toMatch(wanted);
  });
});

async function insertStrange(site: Site, { extraLabels = [] }: SchemaVariant): Promise<void> {
  for (const [index, kind] of STRANGE.entries()) {
    const uuid = uuidOf(kind);
    const missing = [{ op_type: 'net_op', op_uuid: '79999999-0000-4000-8000-000000000000' }];
    await insertOperation(site, {
      ...{ uuid, createdAt: now() - 3600 + index },
      ...(kind === 'unknown-task' ? { stored: { tasks: ['network_levitate'] } } : {}),
      ...(kind === 'unknown-state' ? { state: 'levitating' } : {}),
      ...(kind === 'unknown-key' ? { stored: { altitude: { metres: [3] }, version: 99 } } : {}),
      ...(kind === 'no-state' ? { state: null } : {}),
      ...(kind === 'no-target' ? { targets: [] } : {}),
      ...(kind === 'no-work' ? { work: 'none' as const } : {}),
      ...(kind === 'missing-dependency' ? { stored: { depends_on: missing } } : {}),
    });
    const operation = 'UPDATE cluster_operations SET';
    if (kind === 'no-header') await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
    if (kind === 'null-state') await setState(site, 'NET_OP', uuid, null);
    if (kind === 'damaged-json')
      await site.query(`${operation} metadata_json = '[1, "x"]' WHERE uuid = ?`, [hex(uuid)]);
    if (kind !== 'unknown-type') continue;
    const label = extraLabels[0] ?? 'NET_OP';
    await site.query(`${operation} operation_type = 'future_op' WHERE uuid = ?`, [hex(uuid)]);
    await site.query('UPDATE object_states SET object_type = ? WHERE object_uuid = ?', [label, uuid]);
    await site.query(
      "UPDATE cluster_operation_targets SET operation_type = 'future_op' WHERE operation_uuid = ?",
      [uuid],
    );
  }
  await insertOperation(site, { targets: [['INSTANCE', INSTANCE]], type: 'node_inst_op', state: 'error' });
}
