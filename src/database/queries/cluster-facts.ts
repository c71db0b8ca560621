import { sql } from 'drizzle-orm';
import type { ClusterFacts, NodeFacts } from '../../core/cluster-facts.js';
import { parseUuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';

/** Shaken Fist's defaults, where `cluster_config` does not override them (database contract, section 1). */
const DEFAULT_SETTINGS = { NODE_CHECKIN_MAXIMUM: 120, CLUSTER_OP_STUCK_THRESHOLD: 1800 };

/** The nodes, what their daemons last reported, and the cluster-wide thresholds. */
export async function readClusterFacts(
  session: Session,
  description: DatabaseDescription,
): Promise<ClusterFacts> {
  const settings = await readSettings(session, description);
  return {
    nodes: await readNodes(session, description),
    checkinMaximumSeconds: settings.NODE_CHECKIN_MAXIMUM,
    staleClaimSeconds: settings.CLUSTER_OP_STUCK_THRESHOLD,
  };
}

async function readNodes(session: Session, description: DatabaseDescription): Promise<NodeFacts[]> {
  if (!description.tables.has('nodes') || !description.tables.has('node_attributes')) return [];
  const nodes = await session.rows<{
    uuid: string;
    fqdn: string;
    ip: string;
    last_seen: number | null;
    is_network_node: number | null;
    is_hypervisor: number | null;
    installed_version: string | null;
  }>(sql`
    SELECT n.uuid AS uuid, n.fqdn AS fqdn, n.ip AS ip, a.last_seen AS last_seen, a.is_network_node AS is_network_node,
      a.is_hypervisor AS is_hypervisor, a.installed_version AS installed_version
    FROM nodes n LEFT JOIN node_attributes a ON a.uuid = n.uuid ORDER BY n.fqdn`);
  const daemons = await readDaemons(session, description);
  return nodes.map((node) => {
    const uuid = parseUuid(node.uuid) ?? node.uuid;
    return {
      uuid,
      fqdn: node.fqdn,
      ip: node.ip,
      lastSeen: node.last_seen,
      isNetworkNode: node.is_network_node === 1,
      isHypervisor: node.is_hypervisor === 1,
      installedVersion: node.installed_version,
      daemons: daemons.get(uuid) ?? new Map<string, string | null>(),
    };
  });
}

async function readDaemons(
  session: Session,
  description: DatabaseDescription,
): Promise<Map<string, Map<string, string | null>>> {
  const daemons = new Map<string, Map<string, string | null>>();
  if (!description.tables.has('node_daemon_states')) return daemons;
  const rows = await session.rows<{ node_uuid: string; daemon: string; value: string | null }>(
    sql`SELECT node_uuid AS node_uuid, daemon AS daemon, value AS value FROM node_daemon_states`,
  );
  for (const { node_uuid, daemon, value } of rows) {
    const uuid = parseUuid(node_uuid) ?? node_uuid;
    if (!daemons.has(uuid)) daemons.set(uuid, new Map());
    daemons.get(uuid)!.set(daemon, value);
  }
  return daemons;
}

/** An override that is not a number of seconds is ignored, as Shaken Fist's own reader would refuse it. */
async function readSettings(
  session: Session,
  description: DatabaseDescription,
): Promise<typeof DEFAULT_SETTINGS> {
  const settings = { ...DEFAULT_SETTINGS };
  if (!description.tables.has('cluster_config')) return settings;
  const rows = await session.rows<{ key_name: keyof typeof DEFAULT_SETTINGS; value_json: string }>(sql`
    SELECT key_name AS key_name, value_json AS value_json FROM cluster_config
    WHERE key_name IN ('NODE_CHECKIN_MAXIMUM', 'CLUSTER_OP_STUCK_THRESHOLD')`);
  for (const { key_name, value_json } of rows) {
    const seconds = Number(value_json);
    if (Number.isFinite(seconds) && seconds > 0) settings[key_name] = seconds;
  }
  return settings;
}
