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

test('an event has the form that Shaken Fist gives it, and belongs to the operation, its targets and its node', async () => {
  await emptyOperations(site);
  const plan = await enqueueOne(site, ATTACH);
  const eventUuid = randomUUID();
  await recordAuditEvents(site.database(), [
    enqueueEvent(plan, { fqdn: 'admin.example.com', user: 'root' }, { timestamp: 1700000000.25, eventUuid })!,
  ]);
  expect(await site.query('SELECT * FROM events')).toEqual([
    {
      event_uuid: eventUuid,
      event_type: 'audit',
      timestamp: 1700000000.25,
      fqdn: 'admin.example.com',
      duration: null,
      message: 'node_inst_net_iface_op operation created with tasks attach_instance_interface',
      extra:
        `{"depends_on": null, "instance_uuid": "${INSTANCE}", "interface_uuid": "${INTERFACE}", "network_uuid": "${NETWORK}", ` +
        `"node_uuid": "${NODE}", "priority": "user_facing", "request_id": "Z\\u00fcrich", ` +
        '"requested_by": {"host": "admin.example.com", "program": "sf-ops", "user": "root"}, "runs_after": null, ' +
        `"tasks": ["attach_instance_interface"], "uuid": "${plan.operationUuid}", "version": 1}`,
      request_id: 'Zürich',
    },
  ]);
  expect(
    await site.query('SELECT object_type, object_uuid, event_uuid FROM event_objects ORDER BY object_type'),
  ).toEqual([
    { object_type: 'instance', object_uuid: INSTANCE, event_uuid: eventUuid },
    { object_type: 'interface', object_uuid: INTERFACE, event_uuid: eventUuid },
    { object_type: 'network', object_uuid: NETWORK, event_uuid: eventUuid },
    { object_type: 'node', object_uuid: NODE, event_uuid: eventUuid },
    { object_type: 'node_inst_net_iface_op', object_uuid: plan.operationUuid, event_uuid: eventUuid },
  ]);
});

test('many events take one round trip, and none takes none', async () => {
  await emptyOperations(site);
  const plan = await enqueueOne(site, ATTACH);
  const sent: string[] = [];
  const database = site.database({ trace: (sql) => sent.push(sql) });
  await recordAuditEvents(database, []);
  expect(sent).toEqual([]);
  const events = Array.from({ length: 100 }, () =>
    enqueueEvent(plan, { fqdn: 'a', user: 'b' }, { timestamp: 1, eventUuid: randomUUID() })!,
  );
  await recordAuditEvents(database, events);
  expect(sent.filter((sql) => sql.includes('INSERT INTO `events`'))).toHaveLength(1);
  expect(await site.query('SELECT COUNT(*) AS count FROM event_objects')).toEqual([{ count: 500 }]);
});
