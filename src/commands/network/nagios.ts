import type { ExitCode } from '../../core/exit-codes.js';
import type { GateAnswer, NetworkAnswer } from '../../core/gate/gate-answer.js';
import { isStuck } from '../../core/operations/blocker.js';
import { printable } from '../../render/printable.js';

/** The exit codes of a monitoring plugin (Monitoring Plugins development guidelines), which differ from our own. */
const NAGIOS_EXIT = { OK: 0, CRITICAL: 2, UNKNOWN: 3 } as const satisfies Record<string, ExitCode>;

/** Networks named in the first line; the long output has all of them. */
const NAMED_AT_MOST = 3;

/** One line with the status and the performance data, then one line for each network that is not simply healthy. */
export function nagiosText(answer: GateAnswer): string {
  const long = answer.networks
    .filter(({ verdict }) => verdict !== 'healthy')
    .map((network) =>
      plain(`${status(network.okay)}: ${label(network)}: ${network.verdict}: ${network.reason}`),
    );
  const leaving = answer.going_away.map(({ name, network_uuid: uuid }) =>
    plain(`going away: ${name ?? uuid}`),
  );
  return [`${firstLine(answer)} | ${performanceData(answer)}`, ...long, ...leaving]
    .map((line) => `${line}\n`)
    .join('');
}

function firstLine({ okay, networks }: GateAnswer): string {
  return `NETWORK ${status(okay)} - ${plain(summary(networks))}`;
}

function summary(networks: readonly NetworkAnswer[]): string {
  const [only, second] = networks;
  if (only === undefined) return 'there is no network to judge';
  if (second === undefined) return `${label(only)}: ${only.verdict}: ${only.reason}`;
  const bad = networks.filter(({ okay }) => okay === false);
  const unclear = networks.filter(({ okay }) => okay === null);
  const parts = [
    ...(bad.length === 0 ? [] : [`${bad.length} of ${networks.length} not okay: ${listed(bad)}`]),
    ...(unclear.length === 0 ? [] : [`${unclear.length} of ${networks.length} unknown: ${listed(unclear)}`]),
  ];
  if (parts.length > 0) return parts.join('; ');
  const pending = networks.filter(({ verdict }) => verdict === 'pending').length;
  return `${networks.length} networks okay, ${pending} of them pending`;
}

function listed(networks: readonly NetworkAnswer[]): string {
  const named = networks.slice(0, NAMED_AT_MOST).map((network) => `${label(network)} ${network.verdict}`);
  return named.join(', ') + (networks.length > NAMED_AT_MOST ? ', …' : '');
}

/** `label=value[unit];warn;crit;min`, labels that need no quotes. */
function performanceData({ networks }: GateAnswer): string {
  const operations = networks.flatMap(({ pending }) => pending);
  const ages = networks.map((network) => network.oldest_pending_age_seconds).filter((age) => age !== null);
  const data: Record<string, string> = {
    networks: String(networks.length),
    not_okay: String(networks.filter(({ okay }) => okay === false).length),
    unknown: String(networks.filter(({ okay }) => okay === null).length),
    pending: String(operations.length),
    stuck: String(operations.filter(({ blocker }) => isStuck(blocker)).length),
    oldest_pending: `${Math.floor(Math.max(0, ...ages))}s`,
  };
  return Object.entries(data)
    .map(([name, value]) => `${name}=${value};;;0`)
    .join(' ');
}

export function nagiosExit(okay: boolean | null): ExitCode {
  return NAGIOS_EXIT[status(okay)];
}

function status(okay: boolean | null): keyof typeof NAGIOS_EXIT {
  return okay === null ? 'UNKNOWN' : okay ? 'OK' : 'CRITICAL';
}

function label({ name, network_uuid: uuid }: NetworkAnswer): string {
  return name ?? uuid;
}

/** Nagios takes what follows a `|` for performance data, wherever it stands. */
function plain(text: string): string {
  return printable(text).replaceAll('|', '/');
}
