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
