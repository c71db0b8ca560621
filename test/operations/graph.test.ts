import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { OperationGraph } from '../../src/core/operations/operation-graph.js';
import { Database } from '../../src/database/database.js';
import { readOperationGraph } from '../../src/operations/graph.js';
import { insertOperation } from '../fixtures/rows.js';
import { rowsRead } from '../fixtures/rows-read.js';
import type { SchemaVariant } from '../fixtures/schema.js';
import { connectionSettings, sessionOptions, Site } from '../fixtures/site.js';

describe.each<[string, SchemaVariant]>([
  ['char(32)', {}],
  ['native uuid', { uuid: 'native' }],
  ['utf8mb4_bin, before both migrations', { collation: 'utf8mb4_bin', version: 'baseline' }],
])('the graph of operations: %s', (_, variant) => {
  let site: Site;
  const graphOf = async (...uuids: string[]): Promise<OperationGraph> => {
    const database = site.database();
    const description = await database.describe();
    return database.snapshot(async (session) => readOperationGraph(session, description, uuids));
  };
  const waitsFor = async (
    dependsOn: readonly string[],
    runsAfter: readonly string[] = [],
    some: { uuid?: string; state?: string } = {},
  ): Promise<string> => {
    const references = (uuids: readonly string[]): object[] | null =>
      uuids.length === 0 ? null : uuids.map((op_uuid) => ({ op_type: 'net_op', op_uuid }));
    const stored = { depends_on: references(dependsOn), runs_after: references(runsAfter) };
    return insertOperation(site, { stored, ...some });
  };

  beforeAll(async () => {
    site = await Site.create(variant);
  });
  afterAll(async () => site.close());
  beforeEach(async () => {
    for (const table of ['cluster_operations', 'work_queue', 'cluster_operation_targets', 'object_states'])
      await site.query(`DELETE FROM ${table}`);
  });

  test('all that it waits for and all that waits for it, and nothing else', async () => {
    const [base, sibling] = [await waitsFor([], [], { state: 'complete' }), await waitsFor([])];
    const middle = await waitsFor([base], [sibling]);
    const top = await waitsFor([middle]);
    await waitsFor([sibling]);
    const { nodes, edges, cycles, truncated } = await graphOf(middle);
    expect(nodes.map(({ uuid }) => uuid).sort()).toEqual([base, sibling, middle, top].sort());
    expect(edges).toEqual(
      expect.arrayContaining([
        { from: middle, to: base, kind: 'depends_on' },
        { from: middle, to: sibling, kind: 'runs_after' },
        { from: top, to: middle, kind: 'depends_on' },
      ]),
    );
    expect({ cycles, truncated, edges: edges.length }).toEqual({ cycles: [], truncated: false, edges: 3 });
    expect(nodes.find(({ uuid }) => uuid === middle)).toMatchObject({
      ...{ asked: true, missing: false, state: 'queued', tasks: ['network_ensure_mesh'] },
    });
  });

  test('what is missing is marked', async () => {
    const missing = randomUUID();
    const { nodes } = await graphOf(await waitsFor([missing]));
    expect(nodes[1]).toMatchObject({ uuid: missing, operationType: 'net_op', missing: true, state: null });
  });

  test('circles are found', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await waitsFor([other], [], { uuid: one });
    await waitsFor([one], [], { uuid: other });
    const { cycles } = await graphOf(one);
    expect(cycles.map((cycle) => [...cycle].sort())).toEqual([[one, other].sort()]);
  });

  test('damaged JSON is an operation that waits for nothing', async () => {
    const uuid = await waitsFor([]);
    await site.query("UPDATE cluster_operations SET metadata_json = 'null'");
    expect((await graphOf(uuid)).nodes).toHaveLength(1);
  });

  test('reads what is active and what is shown, not what has been', async () => {
    const uuid = await waitsFor([await waitsFor([])]);
    await site.query(
      `INSERT INTO object_states (object_uuid, object_type, state_value, update_time)
         SELECT UUID(), 'NET_OP', 'complete', seq FROM seq_1_to_5000`,
    );
    // As administrator, who may reset the counters.
    const database = new Database({ ...connectionSettings(site.settings), user: 'root' }, sessionOptions());
    const description = await database.describe();
    const session = await database.session();
    const { reads } = await rowsRead(session, async () => readOperationGraph(session, description, [uuid]));
    await database.close();
    // Most of it: one look for each type of operation and active state.
    expect(reads).toBeLessThan(150);
  });
});
