import type { ServerProbe, ServerSettings } from '../../audit/doctor/facts.js';
import { galeraUnfitness } from '../../core/server-fitness.js';
import type { Line } from '../../render/answer.js';
import { counted } from './checks.js';

/** The Galera nodes that were looked for; none where there is no cluster. */
export function galeraProbes(probes: readonly ServerProbe[]): ServerProbe[] {
  const isGalera = ({ outcome }: ServerProbe): boolean => 'value' in outcome && outcome.value.galera !== null;
  return probes.some(isGalera) ? probes.filter((probe) => isGalera(probe) || 'unknown' in probe.outcome) : [];
}

export function nodeLine({ address, outcome }: ServerProbe): Line {
  if ('unknown' in outcome) return { text: `${address}: ${outcome.unknown}`, style: 'bad' };
  const { node, version, clock, galera } = outcome.value;
  const { clusterStatus, localState, clusterSize, lastCommitted, flowControlPaused } = galera!;
  const facts = [
    `${clusterStatus}, ${localState}`,
    counted(clusterSize, 'node'),
    `committed ${lastCommitted}`,
    `paused ${(100 * flowControlPaused).toFixed(1)} %`,
    `clock ${clock.skewSeconds >= 0 ? '+' : ''}${clock.skewSeconds.toFixed(3)} s`,
    version,
  ];
  return {
    text: [`${node} at ${address}`, ...facts].join(' · '),
    style: galeraUnfitness(galera!) === null ? 'good' : 'bad',
  };
}

export function nodeDocument({ address, given, outcome }: ServerProbe): object {
  if ('unknown' in outcome) return { address, configured: given, reachable: false, reason: outcome.unknown };
  const { node, version, clock, galera } = outcome.value;
  return {
    address,
    configured: given,
    reachable: true,
    node,
    version,
    cluster_status: galera!.clusterStatus,
    local_state: galera!.localState,
    ready: galera!.ready,
    cluster_size: galera!.clusterSize,
    cluster_uuid: galera!.clusterUuid,
    last_committed: galera!.lastCommitted,
    receive_queue: galera!.receiveQueue,
    flow_control_paused: galera!.flowControlPaused,
    provider_version: galera!.providerVersion,
    osu_method: galera!.schemaUpgradeMethod,
    auto_increment: { increment: galera!.autoIncrementIncrement, offset: galera!.autoIncrementOffset },
    clock_skew_seconds: clock.skewSeconds,
    clock_uncertainty_seconds: clock.uncertaintySeconds,
  };
}

export function serverDocument(settings: ServerSettings): object {
  return {
    address: settings.address,
    node: settings.node,
    version: settings.version,
    database: settings.database,
    account: settings.account,
    default_storage_engine: settings.storageEngine,
    character_set: settings.characterSet,
    collation: settings.collation,
    read_only: settings.readOnly,
    replicating: settings.replicating,
    lock_wait_timeout: settings.lockWaitTimeout,
    innodb_snapshot_isolation: settings.snapshotIsolation,
    max_allowed_packet: settings.maxAllowedPacket,
  };
}
