import { formatDuration } from '../../core/duration.js';
import { ExitCode } from '../../core/exit-codes.js';
import type { GateAnswer, NetworkAnswer } from '../../core/gate/gate-answer.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import type { AnyAnswer } from '../../render/answer.js';
import { operationRow } from '../operation-row.js';
import { answerFrom } from '../report-answer.js';
import { nagiosExit, nagiosText } from './nagios.js';
import { NETWORK_COLUMNS, okayTone } from './network-columns.js';
import { prometheusText } from './prometheus.js';
import { tableOf, type Line, type Report } from '../../render/report.js';

export interface GateReportOptions {
  /** Whether the operator named the networks, and so wants the evidence of each. */
  named: boolean;
  /** Unix seconds. */
  now: number;
}

export function gateAnswer(answer: GateAnswer, { named, now }: GateReportOptions): AnyAnswer {
  const report = gateReport(answer, { named, now });
  const exitCode = answer.okay === null ? ExitCode.UNAVAILABLE : answer.okay ? ExitCode.OK : ExitCode.NO;
  return {
    ...answerFrom(report, exitCode),
    special: {
      nagios: { text: () => nagiosText(answer), exitCode: () => nagiosExit(answer.okay) },
      prometheus: { text: () => prometheusText(answer, now) },
    },
  };
}

function gateReport(answer: GateAnswer, { named, now }: GateReportOptions): Report {
  const { networks } = answer;
  const detailed = networks.filter((network) => named || network.okay !== true || hasStuck(network));
  return {
    document: {
      ...answer,
      networks: networks.map(({ pending, ...network }) => ({
        ...network,
        pending: pending.map((operation) => operationRow(operation, now)),
      })),
    },
    table: tableOf({ columns: NETWORK_COLUMNS, items: networks, empty: 'There is no network.' }),
    footer: [
      ...detailed.flatMap((network) => evidenceLines(network, now)),
      ...(networks.some(({ scope }) => scope === 'database')
        ? [muted('Only the database was asked: bridge, dnsmasq and mesh are not known.')]
        : []),
      readerLine(answer.read_consistency),
    ],
  };
}

/** Who answered, and whether the answer can be late. */
export function readerLine({ node, causal }: GateAnswer['read_consistency']): Line {
  return causal
    ? muted(`Answered by ${node}, causal read.`)
    : { text: `Answered by ${node}, which may be behind.`, tone: 'warning' };
}

function hasStuck({ pending }: NetworkAnswer): boolean {
  return pending.some(({ blocker }) => isStuck(blocker));
}

function evidenceLines(network: NetworkAnswer, now: number): Line[] {
  const lines: Line[] = [
    ...network.pending.map((operation): Line => ({
      text: `  ${operationText(operation, now)}`,
      tone: isStuck(operation.blocker) ? 'warning' : 'muted',
    })),
    ...network.checks.map(({ name, result, detail }): Line => ({
      text: `  ${name} ${result}: ${detail}`,
      tone: checkTone(result),
    })),
    ...(network.scope === 'host' || network.verdict !== 'healthy' ? network.warnings : []).map(
      (text): Line => ({ text: `  warning: ${text}`, tone: 'warning' }),
    ),
  ];
  if (lines.length === 0) return [];
  const { name, network_uuid: uuid, reason, okay } = network;
  return [{ text: `${name ?? '-'} (${uuid}): ${reason}`, tone: okayTone(okay) }, ...lines];
}

function operationText(operation: TargetedOperation, now: number): string {
  const row = operationRow(operation, now);
  const { queue } = row;
  const place =
    queue === null
      ? 'no work row'
      : queue.claimed_at === null
        ? `in ${queue.queue_name}`
        : `claimed by ${queue.claimed_by ?? '?'}`;
  return [
    `${row.operation_type} ${row.operation_uuid}`,
    row.tasks.join(' '),
    `${row.state} for ${formatDuration(row.age_seconds)}`,
    place,
    ...(queue === null ? [] : [`attempts ${queue.attempts}`]),
    ...(row.stuck === null ? [] : [row.stuck]),
  ]
    .filter((part) => part !== '')
    .join(', ');
}

function checkTone(result: NetworkAnswer['checks'][number]['result']): Line['tone'] & string {
  switch (result) {
    case 'pass':
      return 'good';
    case 'fail':
      return 'bad';
    case 'skip':
      return 'muted';
    case 'unknown':
      return 'warning';
  }
}

function muted(text: string): Line {
  return { text, tone: 'muted' };
}
