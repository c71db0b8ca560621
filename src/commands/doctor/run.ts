import { byUrgency, diagnose, type CheckReport } from '../../audit/doctor/diagnosis.js';
import type { ServerSettings, ServerVisit } from '../../audit/doctor/facts.js';
import { ExitCode } from '../../core/exit-codes.js';
import { examine } from '../../audit/facts/examination.js';
import { tableOf, type Column, type Line, type Tone } from '../../render/report.js';
import type { AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import { answerFrom } from '../report-answer.js';

export async function run(context: CommandContext): Promise<AnyAnswer> {
  const facts = await examine(await context.database(), () => context.now());
  const checks = diagnose(facts);
  const nodes = galeraVisits(facts.servers.value);
  const unsure = checks.filter(({ result }) => result === 'unknown');
  if (unsure.length > 0) {
    context.warn(
      `${countText(unsure.length, 'check')} could not be made: ${unsure.map(({ id }) => id).join(', ')}.`,
    );
  }
  const ok = checks.every(({ result }) => result !== 'fail');
  return answerFrom(
    {
      document: {
        ok,
        checks,
        server: 'value' in facts.settings ? serverDocument(facts.settings.value) : null,
        nodes: nodes.map(nodeDocument),
      },
      table: tableOf({
        columns: [...COLUMNS, HINT_COLUMN],
        items: byUrgency(checks),
        empty: '',
      }),
      headline: nodes.map(nodeLine),
      footer: [...hints(checks), summary(checks)],
    },
    ok ? ExitCode.OK : ExitCode.NO,
  );
}

const TONES: Readonly<Record<CheckReport['result'], Tone>> = {
  fail: 'bad',
  warn: 'warning',
  unknown: 'warning',
  info: 'muted',
  pass: 'good',
};

const COLUMNS: readonly Column<CheckReport>[] = [
  { name: 'result', heading: 'RESULT', value: ({ result }) => result, tone: ({ result }) => TONES[result] },
  { name: 'id', heading: 'CHECK', value: ({ id }) => id },
  { name: 'detail', heading: 'FOUND', value: ({ detail }) => detail },
];

/** A column of its own for scripts; a terminal shows the hints below the table, where they have room. */
const HINT_COLUMN: Column<CheckReport> = {
  name: 'hint',
  heading: 'WHAT TO DO',
  value: ({ hint }) => hint,
  wideOnly: true,
};

function hints(checks: readonly CheckReport[]): Line[] {
  const helpful = byUrgency(checks).filter(({ result, hint }) => hint !== null && result !== 'pass');
  if (helpful.length === 0) return [];
  return [
    { text: 'What to do:', tone: 'strong' },
    ...helpful.map(({ id, hint, result }): Line => ({ text: `  ${id}: ${hint}`, tone: TONES[result] })),
    { text: '' },
  ];
}

function summary(checks: readonly CheckReport[]): Line {
  const failed = checks.filter(({ result }) => result === 'fail').length;
  return failed === 0
    ? { text: `${countText(checks.length, 'check')}, none failed.`, tone: 'good' }
    : { text: `${failed} of ${countText(checks.length, 'check')} failed.`, tone: 'bad' };
}

/** The Galera nodes that were looked for; none where there is no cluster. */
function galeraVisits(visits: readonly ServerVisit[]): ServerVisit[] {
  const isGalera = ({ outcome }: ServerVisit): boolean => 'value' in outcome && outcome.value.galera !== null;
  return visits.some(isGalera) ? visits.filter((visit) => isGalera(visit) || 'unknown' in visit.outcome) : [];
}

function nodeLine({ address, outcome }: ServerVisit): Line {
  if ('unknown' in outcome) return { text: `${address}: ${outcome.unknown}`, tone: 'bad' };
  const { node, version, clock, galera } = outcome.value;
  const { clusterStatus, localState, clusterSize, lastCommitted, flowControlPaused } = galera!;
  const facts = [
    `${clusterStatus}, ${localState}`,
    countText(clusterSize, 'node'),
    `committed ${lastCommitted}`,
    `paused ${(100 * flowControlPaused).toFixed(1)} %`,
    `clock ${clock.skewSeconds >= 0 ? '+' : ''}${clock.skewSeconds.toFixed(3)} s`,
    version,
  ];
  const isFit = clusterStatus === 'Primary' && localState === 'Synced';
  return { text: [`${node} at ${address}`, ...facts].join(' · '), tone: isFit ? 'good' : 'bad' };
}

function nodeDocument({ address, given, outcome }: ServerVisit): object {
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

function serverDocument(settings: ServerSettings): object {
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

function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
