import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { insertCluster, insertOperation } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, type Outcome } from './run.js';

const HOSTILE = '\u001b[31m"]; <script>&\\n#quot;';

describe('graph', () => {
  let site: Site;
  let [below, missing, asked] = ['', '', ''];
  const graph = async (...words: string[]): Promise<Outcome> =>
    runCli([...connectionFlags(site.settings), 'graph', ...words]);

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    missing = randomUUID();
    below = await insertOperation(site, { state: 'error', stored: { tasks: [HOSTILE] } });
    const references = [below, missing].map((op_uuid) => ({ op_type: 'net_op', op_uuid }));
    asked = await insertOperation(site, { stored: { depends_on: references } });
  });
  afterAll(async () => site.close());

  test('a tree for people, its operations by their short form and their object by name', async () => {
    const { stdout, exitCode } = await graph(asked.slice(0, 8), '--format', 'table');
    expect(exitCode).toBe(0);
    const [heading, root, first, second, totals] = stdout.split('\n');
    expect(heading).toMatch(/^OPERATION\s+TYPE\s+STATE/);
    expect(root).toMatch(new RegExp(`^${asked.slice(0, 8)} +net_op +queued`));
    expect(first).toMatch(/^├─ \S+ +net_op +error .* to complete +network\/lan/);
    expect(second).toMatch(new RegExp(`^└─ ${missing.slice(0, 8)}.* missing`));
    expect(totals).toBe('3 operations · 2 dependencies · 1 missing.');
  });

  test('JSON: nodes and edges', async () => {
    expect(jsonOf(await graph(asked, '--json'))).toMatchObject({
      nodes: [
        { uuid: asked, operation_type: 'net_op', state: 'queued', missing: false },
        { uuid: below, state: 'error', missing: false },
        { uuid: missing, state: null, missing: true },
      ],
      edges: [
        { from: asked, to: below, kind: 'depends_on' },
        { from: asked, to: missing, kind: 'depends_on' },
      ],
      cycles: [],
      truncated: false,
    });
  });

  test('of an object, by its name', async () => {
    const { nodes } = jsonOf<{ nodes: unknown[] }>(await graph('network', 'lan', '--json'));
    expect(nodes).toHaveLength(3);
    expect(jsonOf(await graph('network/lan', '--json'))).toMatchObject({ nodes });
  });

  test('text from the database cannot leave its place in a picture', async () => {
    const { stdout: svg } = await graph(asked, '--format', 'svg');
    expect(svg).toContain('&lt;script&gt;');
    expect(svg).not.toContain('<script');
    const { stdout: mermaid } = await graph(asked, '--format', 'mermaid');
    expect(mermaid).toContain('#34;#93;#59; #60;script#62;#38;#92;n#35;quot#59;"]');
    const { stdout: dot } = await graph(asked, '--format', 'dot');
    expect(dot).toContain('\\"]; <script>&\\\\n#quot;');
  });

  test('an operation that never was is unknown', async () => {
    expect((await graph(randomUUID())).exitCode).toBe(6);
  });
});

describe('of more operations than anybody can look at', () => {
  const OPERATIONS = 12_000;
  let site: Site;
  let root = '';

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    root = await insertOperation(site);
    const uuid = "CONCAT(LPAD(LOWER(HEX(seq)), 8, '0'), '-0000-4000-8000-000000000000')";
    await site.query(
      `INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
         SELECT ${uuid}, 'NET_OP', 'queued', 1 FROM seq_1_to_${OPERATIONS};
       INSERT INTO cluster_operations (uuid, operation_type, created_at, priority, metadata_json)
         SELECT REPLACE(${uuid}, '-', ''), 'net_op', 1, 'user_facing', JSON_OBJECT('tasks', JSON_ARRAY('network_deploy'),
           'depends_on', JSON_ARRAY(JSON_OBJECT('op_type', 'net_op', 'op_uuid', ?))) FROM seq_1_to_${OPERATIONS}`,
      [root],
    );
  });
  afterAll(async () => site.close());

  test.each<[string, (text: string) => number]>([
    ['json', (text) => (JSON.parse(text) as { nodes: unknown[] }).nodes.length],
    ['dot', (text) => text.match(/label=/g)!.length],
    ['mermaid', (text) => text.match(/:::active/g)!.length],
    ['tree', (text) => new Set(text.match(/[0-9a-f-]{36}/g)).size],
  ])('%s: ten thousand of them, and it is said that there are more', async (format, count) => {
    const { stdout, stderr, exitCode } = await runCli([
      ...[...connectionFlags(site.settings), 'graph', root, '--format', format],
    ]);
    expect({ exitCode, count: count(stdout) }).toEqual({ exitCode: 0, count: 10_000 });
    expect(stderr).toContain('The graph is not whole: there are more operations, which are not shown.');
    if (format === 'json') expect(JSON.parse(stdout)).toMatchObject({ truncated: true });
  });
});
