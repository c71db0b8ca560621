import { sql } from 'drizzle-orm';
import type { ServerAddress } from '../../configuration/connection-settings.js';
import type { GaleraNode } from '../doctor/facts.js';
import { incomingAddresses } from '../../database/incoming-addresses.js';
import type { GaleraMembership } from '../../database/server-identity.js';
import type { Session } from '../../database/session.js';
import { globalStatus, globalVariables } from '../../database/server-variables.js';

const STATUS = [
  'wsrep_cluster_state_uuid',
  'wsrep_gcomm_uuid',
  'wsrep_ready',
  'wsrep_last_committed',
  'wsrep_local_recv_queue',
  'wsrep_flow_control_paused',
  'wsrep_provider_version',
  'wsrep_incoming_addresses',
];
const VARIABLES = [
  'wsrep_cluster_address',
  'wsrep_osu_method',
  'auto_increment_increment',
  'auto_increment_offset',
];

export interface GaleraMember {
  node: GaleraNode;
  /** Tells this node from the others, whatever its address. */
  memberUuid: string | null;
  /** Where it says that the nodes of its cluster take clients, itself included. */
  announced: ServerAddress[];
}

export async function readGaleraNode(session: Session, membership: GaleraMembership): Promise<GaleraMember> {
  // A question about this node alone must not wait for the cluster, whatever the server's default is.
  await session.db.execute(sql`SET SESSION wsrep_sync_wait = 0`);
  const status = await globalStatus(session, STATUS);
  const variables = await globalVariables(session, VARIABLES);
  return {
    node: {
      clusterUuid: status.get('wsrep_cluster_state_uuid') ?? '',
      clusterStatus: membership.clusterStatus,
      localState: membership.localState,
      ready: status.get('wsrep_ready') === 'ON',
      clusterSize: membership.clusterSize,
      configuredSize: configuredSize(variables.get('wsrep_cluster_address') ?? ''),
      lastCommitted: Number(status.get('wsrep_last_committed') ?? 0),
      receiveQueue: Number(status.get('wsrep_local_recv_queue') ?? 0),
      flowControlPaused: Number(status.get('wsrep_flow_control_paused') ?? 0),
      providerVersion: status.get('wsrep_provider_version') ?? 'unknown',
      schemaUpgradeMethod: variables.get('wsrep_osu_method') ?? 'unknown',
      autoIncrementIncrement: Number(variables.get('auto_increment_increment') ?? 1),
      autoIncrementOffset: Number(variables.get('auto_increment_offset') ?? 1),
    },
    memberUuid: status.get('wsrep_gcomm_uuid') || null,
    announced: incomingAddresses(status.get('wsrep_incoming_addresses') ?? ''),
  };
}

/** `gcomm://db1,db2:4567?pc.wait_prim=no` → 2; the first node of a cluster may name nobody. */
function configuredSize(clusterAddress: string): number {
  const [list = ''] = clusterAddress.replace(/^[a-z]*:\/\//, '').split('?');
  return list.split(',').filter((address) => address !== '').length;
}
