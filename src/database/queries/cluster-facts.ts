import { sql } from 'drizzle-orm';
import type { ClusterFacts, NodeFacts } from '../../core/cluster-facts.js';
import { parseUuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import { answered, askTogether, question, type Question } from '../questions.js';
import type { Session } from '../session.js';

/** Shaken Fist's defaults, where `cluster_config` does not override them (database contract, section 1). */
const DEFAULT_SETTINGS = { NODE_CHECKIN_MAXIMUM: 120, CLUSTER_OP_STUCK_THRESHOLD: 1800 };

/** The questions whose answers make `ClusterFacts`; to be asked together, alone or with others. */
export function clusterQuestions(description: DatabaseDescription) {
  return {
    nodes: nodesQuestion(description),
    daemons: daemonsQuestion(description),
    settings: settingsQuestion(description),
  };
}

type ClusterAnswers = {
  [Name in keyof ReturnType<typeof clusterQuestions>]: ReturnType<
    ReturnType<typeof clusterQuestions>[Name]['read']
  >;
};

export function clusterFactsFrom({ nodes, daemons, settings }: ClusterAnswers): ClusterFacts {
  return {
    nodes: nodes.map((node) => ({
      ...node,
      daemons: daemons.get(node.uuid) ?? new Map<string, string | null>(),
    })),
    checkinMaximumSeconds: settings.NODE_CHECKIN_MAXIMUM,
    staleClaimSeconds: settings.CLUSTER_OP_STUCK_THRESHOLD,
  };
}

/** The nodes, what their daemons last reported, and the cluster-wide thresholds, in one round trip. */
export async function readClusterFacts(
  session: Session,
  description: DatabaseDescription,
): Promise<ClusterFacts> {
  return clusterFactsFrom(await askTogether(session, clusterQuestions(description)));
}

interface NodeRow {
  uuid: string;
  fqdn: string;
  ip: string;
  last_seen: number | null;
  is_network_node: number | null;
  is_hypervisor: number | null;
  installed_version: string | null;
}

function nodesQuestion(description: DatabaseDescription): Question<Omit<NodeFacts, 'daemons'>[]> {
  if (!description.tables.has('nodes') || !description.tables.has('node_attributes')) return answered([]);
  return question(
    sql`SELECT n.uuid, n.fqdn, n.ip, a.last_seen, a.is_network_node, a.is_hypervisor, a.installed_version
      FROM nodes n LEFT JOIN node_attributes a ON a.uuid = n.uuid ORDER BY n.fqdn`,
    (rows: NodeRow[]) =>
      rows.map((row) => ({
        uuid: parseUuid(row.uuid) ?? row.uuid,
        fqdn: row.fqdn,
        ip: row.ip,
        lastSeen: row.last_seen,
        isNetworkNode: row.is_network_node === 1,
        isHypervisor: row.is_hypervisor === 1,
        installedVersion: row.installed_version,
      })),
  );
}

/** Node → daemon → its last reported value. */
function daemonsQuestion(
  description: DatabaseDescription,
): Question<Map<string, Map<string, string | null>>> {
  if (!description.tables.has('node_daemon_states'))
    return answered(new Map<string, Map<string, string | null>>());
  return question(
    sql`SELECT node_uuid, daemon, value FROM node_daemon_states`,
    (rows: { node_uuid: string; daemon: string; value: string | null }[]) => {
      const daemons = new Map<string, Map<string, string | null>>();
      for (const { node_uuid, daemon, value } of rows) {
        const uuid = parseUuid(node_uuid) ?? node_uuid;
        if (!daemons.has(uuid)) daemons.set(uuid, new Map());
        daemons.get(uuid)!.set(daemon, value);
      }
      return daemons;
    },
  );
}

/** An override that is not a number of seconds is ignored, as Shaken Fist's own reader would refuse it. */
function settingsQuestion(description: DatabaseDescription): Question<typeof DEFAULT_SETTINGS> {
  if (!description.tables.has('cluster_config')) return answered({ ...DEFAULT_SETTINGS });
  return question(
    sql`SELECT key_name, value_json FROM cluster_config WHERE key_name IN ${Object.keys(DEFAULT_SETTINGS)}`,
    (rows: { key_name: keyof typeof DEFAULT_SETTINGS; value_json: string }[]) => {
      const settings = { ...DEFAULT_SETTINGS };
      for (const { key_name, value_json } of rows) {
        const seconds = Number(value_json);
        if (Number.isFinite(seconds) && seconds > 0) settings[key_name] = seconds;
      }
      return settings;
    },
  );
}
