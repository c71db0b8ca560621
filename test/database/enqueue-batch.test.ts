import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { auditEnqueued } from '../../src/operations/enqueue/audit.js';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import {
  INSTANCE,
  INTERFACE,
  insertCluster,
  insertNetwork,
  insertNode,
  NETWORK,
  NODE,
  now,
} from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { DEPLOY, emptyOperations, operationTables, REPAIR } from './enqueue-ask.js';

const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['attach_instance_interface'],
};
const networkUuid = (number: number): string => `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());
beforeEach(async () => emptyOperations(site));

/** The statements that write operations, as they were sent, and how many of any kind there were. */
async function statementsFor(requests: readonly object[]): Promise<{ inserts: string[]; total: number }> {
  const sent: string[] = [];
  const database = site.database({ trace: (sql) => sent.push(sql.trim()) });
  await database.describe();
  sent.length = 0;
  const outcomes = await enqueue(database, requests, { force: false, now });
  expect(outcomes.filter((outcome) => 'exitCode' in outcome)).toEqual([]);
  await database.close();
  const inserts = [...sent.join(';').matchAll(/INSERT INTO `(\w+)`/g)].map((match) => match[1]!);
  return { inserts, total: sent.length };
}

const FOUR_TABLES = ['cluster_operations', 'object_states', 'work_queue', 'cluster_operation_targets'];

test('500 operations take as many statements as one, in the order of the contract', async () => {
  const one = await statementsFor([ATTACH]);
  expect(one.inserts).toEqual(FOUR_TABLES);
  const many = await statementsFor(Array.from({ length: 500 }, () => ATTACH));
  expect(many.inserts).toEqual(FOUR_TABLES);
  expect(many.total).toBe(one.total);
  const tables = await operationTables(site);
  expect(tables.cluster_operations).toHaveLength(501);
  expect(tables.work_queue).toHaveLength(501);
  expect(tables.cluster_operation_targets).toHaveLength(1503);
});

test('every operation of a batch has its own rows, whole', async () => {
  await statementsFor(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? ATTACH : DEPLOY)));
  const broken = await site.query(`
    SELECT o.uuid FROM cluster_operations o
    LEFT JOIN object_states s ON REPLACE(s.object_uuid, '-', '') = o.uuid AND s.state_value = 'queued'
    LEFT JOIN work_queue w ON REPLACE(JSON_VALUE(w.payload, '$.operation_uuid'), '-', '') = o.uuid
    LEFT JOIN cluster_operation_targets t ON REPLACE(t.operation_uuid, '-', '') = o.uuid AND t.operation_type = o.operation_type
    GROUP BY o.uuid, o.operation_type
    HAVING COUNT(s.object_uuid) = 0 OR COUNT(DISTINCT w.id) != 1
      OR COUNT(DISTINCT t.sequence_number) != IF(o.operation_type = 'net_op', 1, 3)`);
  expect(broken).toEqual([]);
});

test('idempotent work on different networks is written together too', async () => {
  for (let index = 0; index < 20; index += 1) await insertNetwork(site, networkUuid(index), `n${index}`);
  const { inserts } = await statementsFor(
    Array.from({ length: 20 }, (_, index) => ({ ...REPAIR, network_uuid: networkUuid(index) })),
  );
  expect(inserts).toEqual(FOUR_TABLES);
});

test('operations on many nodes cost no more inserts', async () => {
  const nodes = Array.from({ length: 5 }, (_, index) => `bbbbbbbb-0000-4000-8000-00000000000${index}`);
  for (const [index, node] of nodes.entries()) await insertNode(site, node, `sf-1${index}`);
  const { inserts } = await statementsFor(nodes.map((node) => ({ ...ATTACH, node_uuid: node })));
  expect(inserts).toEqual(FOUR_TABLES);
  const queues = await site.query<{ name: string }>('SELECT queue_name AS name FROM work_queue ORDER BY 1');
  expect(queues.map(({ name }) => name)).toEqual(nodes.map((node) => `${node}-clusteroperation-user_facing`));
});

/** Everything after the handshake of the connection: set-up, description, the transaction, and the audit event. */
test.each<[string, object, number]>([
  ['by uuid', ATTACH, 8],
  ['idempotent, by name', { ...REPAIR, network_uuid: 'lan' }, 9],
  ['idempotent, once more', { ...REPAIR, network_uuid: 'lan' }, 9],
])('one operation takes few round trips: %s', async (_, request, most) => {
  const database = site.database();
  const outcomes = await enqueue(database, [request], { force: false, now });
  await auditEnqueued(database, outcomes, { fqdn: 'a', user: 'b' }, now(), (text) => {
    throw new Error(text);
  });
  expect(outcomes[0]).toHaveProperty('operationUuid');
  expect(database.statements).toBeLessThanOrEqual(most);
});
