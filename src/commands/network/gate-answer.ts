import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { Check } from '../../core/gate/host-rules.js';
import type { GateAnswer, NetworkAnswer } from '../../core/gate/gate-answer.js';
import type { Names } from '../../core/names.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import {
  answerOf,
  type AnyAnswer,
  type Column,
  type Line,
  type NextCommand,
  type Style,
} from '../../render/answer.js';
import { stuckText } from '../operation-columns.js';
import { operationRow } from '../operation-row.js';
import { nagiosExit, nagiosText } from './nagios.js';
import { identityColumns, networkLabel, okayColumn, okayStyle, oldestColumn } from './network-columns.js';
import { prometheusText } from './prometheus.js';

export interface GateReport {
  answer: GateAnswer;
  names: Names;
  /** Whether the operator named the networks, and so wants the evidence of each. */
  named: boolean;
  /** Pending operations of each network in JSON. */
  limit: number;
  /** Unix seconds. */
  now: number;
}

/** Operations of one network that people are shown. */
const SHOWN_AT_MOST = 20;

export function gateAnswer({ answer, names, named, limit, now }: GateReport): AnyAnswer {
  const { networks } = answer;
  const sorted = [...networks].sort(byUrgency);
  const stuck = sorted.flatMap(({ pending }) => pending).find(({ blocker }) => isStuck(blocker));
  return answerOf<NetworkAnswer>({
    columns: columns(names, now),
    rows: sorted,
    record: (network) => document(network, limit, now),
    json: {
      document: () => ({ ...answer, networks: networks.map((network) => document(network, limit, now)) }),
    },
    before: () => [verdictOnAll(answer)],
    isQuiet: (network) => (!named || networks.length === 1) && !isTelling(network),
    // That all are okay has been said.
    rest: (count) => (count === networks.length ? null : `${count} more are okay.`),
    rowStyle: (network) => (network.okay === true && hasStuck(network) ? 'warning' : undefined),
    after: ({ verbose, full }) => [
      ...networks
        .filter((network) => named || verbose || full || network.okay !== true)
        .flatMap((network) => evidence(network, names, now, full)),
      ...notLookedAt(answer),
    ],
    next: () => (stuck === undefined ? null : next(stuck, names)),
    exitCode: answer.okay === null ? ExitCode.UNAVAILABLE : answer.okay ? ExitCode.OK : ExitCode.NO,
    special: {
      nagios: { text: () => nagiosText(answer), exitCode: () => nagiosExit(answer.okay) },
      prometheus: { text: () => prometheusText(answer, now) },
    },
  });
}

function columns(names: Names, now: number): Column<NetworkAnswer>[] {
  const { scripts, people } = identityColumns<NetworkAnswer>();
  return [
    ...scripts,
    okayColumn(),
    people,
    { name: 'verdict', heading: 'VERDICT', value: ({ verdict }) => verdict, priority: 3 },
    {
      name: 'pending',
      heading: 'PENDING',
      value: ({ pending }) => pending.length,
      priority: 4,
      align: 'right',
    },
    oldestColumn(({ oldest_pending_age_seconds: age }) => age),
    {
      name: 'reason',
      heading: 'WHY',
      value: ({ reason }) => reason,
      display: (network) => why(network, names, now),
      shrink: 'wrap',
      least: 16,
    },
  ];
}

/** Why in the words of the first operation that is stuck, where one is: it decides, or will. */
function why(network: NetworkAnswer, names: Names, now: number): string {
  const { pending, okay, reason } = network;
  const stuck = pending.filter(({ blocker }) => isStuck(blocker));
  const [first] = stuck;
  if (first === undefined) return reason;
  const text = stuckText(first.blocker, names, now) ?? reason;
  const share = pending.length === 1 ? text : `${stuck.length} of ${pending.length} stuck: ${text}`;
  return okay === true ? `attention: ${share}` : share;
}

/** Not okay first, then what cannot be told, then what wants attention; the longest pending first among equals. */
function byUrgency(a: NetworkAnswer, b: NetworkAnswer): number {
  const rank = (network: NetworkAnswer): number =>
    network.okay === false ? 0 : network.okay === null ? 1 : hasStuck(network) ? 2 : 3;
  const age = ({ oldest_pending_age_seconds: seconds }: NetworkAnswer): number => seconds ?? -1;
  return rank(a) - rank(b) || age(b) - age(a);
}

function isTelling(network: NetworkAnswer): boolean {
  return network.okay !== true || hasStuck(network);
}

function hasStuck({ pending }: NetworkAnswer): boolean {
  return pending.some(({ blocker }) => isStuck(blocker));
}

function verdictOnAll({ okay, networks, warnings }: GateAnswer): Line {
  const style = okayStyle(okay);
  const [only, second] = networks;
  if (only === undefined) return { text: `cannot tell: ${warnings[0] ?? 'there is no network'}`, style };
  const word = okay === null ? 'cannot tell' : okay ? 'okay' : 'not okay';
  if (second === undefined) return { text: `${word}: ${networkLabel(only)}, ${only.reason}`, style };
  const count = networks.filter((network) => network.okay === okay).length;
  const which = okay === true ? `${count} networks` : `${count} of ${networks.length} networks`;
  return { text: `${word}: ${which}`, style };
}

function evidence(network: NetworkAnswer, names: Names, now: number, all: boolean): Line[] {
  const { pending, checks, warnings, verdict, scope } = network;
  const most = all ? pending.length : SHOWN_AT_MOST;
  // What is stuck is told beside the operation itself.
  const told =
    scope === 'host' || verdict !== 'healthy'
      ? warnings.filter((text) => !isAboutOperation(text, pending))
      : [];
  const lines: Line[] = [
    ...[...pending]
      .sort(stuckFirst)
      .slice(0, most)
      .map((one) => operationLine(one, names, now)),
    ...(pending.length > most
      ? [
          `  and ${pending.length - most} more: sf-ops pending network ${network.name ?? network.network_uuid}`,
        ]
      : []),
    ...checks.map(({ name, result, detail }): Line => ({
      text: `  ${result.padEnd(8)}${name}: ${detail}`,
      style: CHECK_STYLES[result],
      hang: 10,
    })),
    ...told.map((text): Line => ({ text: `  attention: ${text}`, style: 'warning' })),
  ];
  return lines.length === 0 ? [] : [`${networkLabel(network)}:`, ...lines];
}

function stuckFirst(a: TargetedOperation, b: TargetedOperation): number {
  return Number(isStuck(b.blocker)) - Number(isStuck(a.blocker));
}

function isAboutOperation(warning: string, pending: readonly TargetedOperation[]): boolean {
  return pending.some(({ record }) => warning.includes(record.uuid));
}

function operationLine(operation: TargetedOperation, names: Names, now: number): Line {
  const row = operationRow(operation, now);
  const stuck = stuckText(operation.blocker, names, now);
  const { queue } = row;
  const parts = [
    `${names.uuid(row.operation_uuid)} ${row.tasks.join(' ') || row.operation_type}`,
    `${row.state} for ${formatDuration(row.age_seconds)}`,
    ...(queue === null ? [] : [names.queue(queue.queue_name)]),
    ...(queue !== null && queue.attempts > 0 ? [`attempts ${queue.attempts}`] : []),
    ...(stuck === null ? [] : [`stuck: ${stuck}`]),
  ];
  return { text: `  ${parts.join(', ')}`, style: stuck === null ? 'dim' : 'warning', hang: 4 };
}

const CHECK_STYLES: Readonly<Record<Check['result'], Style>> = {
  pass: 'good',
  fail: 'bad',
  skip: 'dim',
  unknown: 'warning',
};

/** How far was looked, by whom, and whether the answer can be late. */
function notLookedAt({ networks, read_consistency: reader }: GateAnswer): Line[] {
  const isDatabaseOnly = networks.some(({ scope }) => scope === 'database');
  return [
    ...(isDatabaseOnly
      ? [{ text: 'Database only: bridges, dnsmasq and mesh were not looked at.', style: 'dim' } as const]
      : []),
    readerLine(reader),
  ];
}

export function readerLine({ node, causal }: GateAnswer['read_consistency']): Line {
  return causal
    ? { text: `Answered by ${node}, causal.`, style: 'dim' }
    : { text: `Answered by ${node}, which may be behind.`, style: 'warning' };
}

/** An orphan can be given its work row back; for the others the reason comes first. */
function next({ record, blocker }: TargetedOperation, names: Names): NextCommand {
  const operation = names.uuid(record.uuid);
  return blocker.reason === 'orphaned' || blocker.reason === 'stale_claim'
    ? { label: 'Mend', command: `sf-ops requeue ${operation}` }
    : { label: 'Why', command: `sf-ops explain ${operation}` };
}

/** A network as JSON shows it. */
function document({ pending, ...network }: NetworkAnswer, limit: number, now: number): object {
  return {
    ...network,
    pending_count: pending.length,
    pending: pending.slice(0, limit).map((operation) => operationRow(operation, now)),
  };
}
