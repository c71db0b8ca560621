import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { enqueueEvent } from '../../src/operations/enqueue/audit.js';
import { recordAuditEvents } from '../../src/database/queries/events.js';
import { INSTANCE, INTERFACE, insertCluster, NETWORK, NODE } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { emptyOperations, enqueueOne } from './enqueue-ask.js';

let site: Site;
beforeAll(async () => {
  site = await Site.create({ collation: 'utf8mb4_bin' });
  await insertCluster(site);
});
afterAll(async () => site.close());

const ATTACH = {
  operation_type: 'node_inst_net_iface_op',
  ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['attach_instance_interface'],
  request_id: 'Zürich',
};

test('an event belongs to the operation and to each of its targets, by the values of their types', async () => {
  await emptyOperations(site);
  const plan = await enqueueOne(site, ATTACH);
  const eventUuid = randomUUID();
  await recordAuditEvents(site.database(), [
    enqueueEvent(plan, { fqdn: 'admin.example.com', timestamp: 1700000000.25, eventUuid }),
  ]);
  expect(await site.query('SELECT * FROM events')).toEqual([
    {
      event_uuid: eventUuid,
      event_type: 'audit',
      timestamp: 1700000000.25,
      fqdn: 'admin.example.com',
      duration: null,
      message: 'operation enqueued by sf-ops',
      extra:
        `{"operation_type": "node_inst_net_iface_op", "operation_uuid": "${plan.operationUuid}", ` +
        `"tasks": ["attach_instance_interface"], "priority": "user_facing", "queue_name": "${NODE}-clusteroperation-user_facing"}`,
      request_id: 'Zürich',
    },
  ]);
  expect(
    await site.query('SELECT object_type, object_uuid, event_uuid FROM event_objects ORDER BY object_type'),
  ).toEqual([
    { object_type: 'instance', object_uuid: INSTANCE, event_uuid: eventUuid },
    { object_type: 'interface', object_uuid: INTERFACE, event_uuid: eventUuid },
    { object_type: 'network', object_uuid: NETWORK, event_uuid: eventUuid },
    { object_type: 'node_inst_net_iface_op', object_uuid: plan.operationUuid, event_uuid: eventUuid },
  ]);
});

test('many events are two statements, and none is none', async () => {
  await emptyOperations(site);
  const plan = await enqueueOne(site, ATTACH);
  const sent: string[] = [];
  const database = site.database({ trace: (sql) => sent.push(sql) });
  await recordAuditEvents(database, []);
  expect(sent).toEqual([]);
  const events = Array.from({ length: 300 }, () =>
    enqueueEvent(plan, { fqdn: 'a', timestamp: 1, eventUuid: randomUUID() }),
  );
  await recordAuditEvents(database, events);
  expect(sent.filter((sql) => /^\s*INSERT/.test(sql))).toHaveLength(2);
  expect(await site.query('SELECT COUNT(*) AS count FROM event_objects')).toEqual([{ count: 1200 }]);
});
