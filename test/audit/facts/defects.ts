import { randomUUID } from 'node:crypto';
import type { AuditRuleId } from '../../../src/core/audit-rules.js';
import { hex, insertNetwork, insertNode, insertOperation, NODE, now, setState } from '../../fixtures/rows.js';
import type { Site } from '../../fixtures/site.js';

const HOUR = 3_600;

/** Makes a defect that exactly one rule is about; returns what the finding must name. */
export type Defect = (site: Site) => Promise<string>;

/** Long enough ago that nobody is still about to write the rest. */
export const LONG_AGO = (): number => now() - HOUR;

export async function age(site: Site, uuid: string, since = LONG_AGO()): Promise<void> {
  await site.query('UPDATE object_states SET update_time = ? WHERE object_uuid = ?', [since, uuid]);
}

async function operation(site: Site, fixture: Parameters<typeof insertOperation>[1] = {}): Promise<string> {
  const uuid = await insertOperation(site, { createdAt: LONG_AGO(), ...fixture });
  await age(site, uuid);
  return uuid;
}

const work = (uuid: string): string => `JSON_VALUE(payload, '$.operation_uuid') = '${uuid}'`;

/** One for each rule. */
export const DEFECTS: Readonly<Record<AuditRuleId, Defect>> = {
  'orphaned-operation': async (site) => operation(site, { work: 'none' }),
  'stale-claim': async (site) => {
    const uuid = await operation(site, { state: 'executing', work: 'claimed' });
    await site.query(`UPDATE work_queue SET claimed_at = ? WHERE ${work(uuid)}`, [LONG_AGO()]);
    return uuid;
  },
  'undrained-queue': async (site) => {
    const uuid = await operation(site);
    const queue = `${randomUUID()}-clusteroperation-background`;
    await site.query(`UPDATE work_queue SET queue_name = ? WHERE ${work(uuid)}`, [queue]);
    return queue;
  },
  'blocked-dependency': async (site) => {
    const failed = await operation(site, { state: 'error', work: 'none' });
    return operation(site, { stored: { depends_on: [{ op_type: 'net_op', op_uuid: failed }] } });
  },
  'dependency-cycle': async (site) => {
    const [a, b] = [randomUUID(), randomUUID()];
    await operation(site, { uuid: a, stored: { runs_after: [{ op_type: 'net_op', op_uuid: b }] } });
    return operation(site, { uuid: b, stored: { runs_after: [{ op_type: 'net_op', op_uuid: a }] } });
  },
  'missing-targets': async (site) => operation(site, { targets: [] }),
  'header-without-state': async (site) => operation(site, { state: null }),
  'state-without-header': async (site) => {
    const uuid = await operation(site);
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
    return uuid;
  },
  'work-without-operation': async (site) => {
    const uuid = await operation(site, { state: null });
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
    await site.query('DELETE FROM cluster_operation_targets WHERE operation_uuid = ?', [uuid]);
    return uuid;
  },
  'targets-without-operation': async (site) => {
    const uuid = await operation(site, { state: null, work: 'none' });
    await site.query('DELETE FROM cluster_operations WHERE uuid = ?', [hex(uuid)]);
    return uuid;
  },
  'object-gone': async (site) => {
    const network = randomUUID();
    await insertNetwork(site, network, 'gone');
    await setState(site, 'NETWORK', network, 'deleted');
    return operation(site, { targets: [['NETWORK', network]], stored: { network_uuid: network } });
  },
  'held-by-stuck': async (site) => {
    const network = randomUUID();
    await insertNetwork(site, network, 'held');
    await operation(site, {
      work: 'none',
      targets: [['NETWORK', network]],
      stored: { network_uuid: network },
    });
    return network;
  },
  'version-without-key': async (site) => {
    await site.query('ALTER TABLE cluster_operation_targets DROP KEY uq_cot_op_target');
    return 'cluster_operation_targets';
  },
  'missing-enum-label': async (site) => {
    await site.query(
      "ALTER TABLE object_states MODIFY object_type enum('NETWORK','INSTANCE','INTERFACE','NODE','NET_OP') NOT NULL",
    );
    return 'object_states';
  },
  'unknown-state': async (site) => operation(site, { state: 'paused' }),
  'future-time': async (site) => {
    const uuid = await operation(site);
    await site.query(`UPDATE work_queue SET scheduled_at = ? WHERE ${work(uuid)}`, [now() + 90 * 24 * HOUR]);
    return uuid;
  },
  'retention-not-enforced': async (site) => {
    await operation(site, { state: 'complete', work: 'none', createdAt: now() - 30 * 24 * HOUR });
    return 'cluster_operation_targets';
  },
  'quiesced-network': async (site) => {
    const network = randomUUID();
    await insertNetwork(site, network, 'quiesced');
    for (let attempt = 0; attempt < 5; attempt += 1)
      await operation(site, { state: 'error', work: 'none', targets: [['NETWORK', network]] });
    return network;
  },
  'claim-of-dead-node': async (site) => {
    await insertNode(site, randomUUID(), 'sf-dead', LONG_AGO());
    const uuid = await operation(site, { state: 'executing', work: 'claimed' });
    await site.query(`UPDATE work_queue SET claimed_by = 'sf-dead', claimed_at = ? WHERE ${work(uuid)}`, [
      now() - 600,
    ]);
    return uuid;
  },
  'newer-version-than-workers': async (site) => {
    await site.query(`CREATE TABLE IF NOT EXISTS node_metrics (node_uuid CHAR(32) NOT NULL PRIMARY KEY,
      fqdn VARCHAR(255) NOT NULL, timestamp DOUBLE NOT NULL, metrics_json JSON NULL)`);
    await site.query('REPLACE INTO node_metrics VALUES (?, ?, ?, ?)', [
      hex(NODE),
      'sf-1',
      now(),
      JSON.stringify({ object_version_net_op: 2 }),
    ]);
    return operation(site, { stored: { version: 3 } });
  },
};
