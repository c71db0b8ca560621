import { VERDICTS } from '../../core/gate/gate.js';
import type { GateAnswer, NetworkAnswer } from '../../core/gate/gate-answer.js';
import { isStuck } from '../../core/operations/blocker.js';
import { printable } from '../../render/printable.js';

type Labels = Readonly<Record<string, string>>;

interface Gauge {
  name: string;
  help: string;
  samples: { labels: Labels; value: number }[];
}

/**
 * Prometheus' text exposition format, for the textfile collector of node_exporter. Written only when the database
 * answered, so the age of `last_success` tells of every run that did not come to an answer.
 *
 * @param now unix seconds
 */
export function prometheusText(
  { networks, going_away: goingAway, read_consistency: reader }: GateAnswer,
  now: number,
): string {
  const forEach = (value: (network: NetworkAnswer) => number | null): Gauge['samples'] =>
    networks.flatMap((network) => {
      const found = value(network);
      return found === null ? [] : [{ labels: networkLabels(network), value: found }];
    });
  const gauges: Gauge[] = [
    {
      name: 'sf_ops_network_verdict',
      help: 'Whether this is the verdict on the network (1) or not (0).',
      samples: networks.flatMap((network) =>
        VERDICTS.map((verdict) => ({
          labels: { ...networkLabels(network), verdict },
          value: network.verdict === verdict ? 1 : 0,
        })),
      ),
    },
    {
      name: 'sf_ops_network_okay',
      help: 'Whether the network is okay (1) or not (0); NaN where that cannot be told.',
      samples: forEach(({ okay }) => (okay === null ? NaN : Number(okay))),
    },
    {
      name: 'sf_ops_network_pending_operations',
      help: 'Operations that are pending on the network.',
      samples: forEach(({ pending }) => pending.length),
    },
    {
      name: 'sf_ops_network_stuck_operations',
      help: 'Operations among the pending ones that will never run.',
      samples: forEach(({ pending }) => pending.filter(({ blocker }) => isStuck(blocker)).length),
    },
    {
      name: 'sf_ops_network_oldest_pending_age_seconds',
      help: 'Age of the oldest pending operation; absent where nothing is pending.',
      samples: forEach((network) => network.oldest_pending_age_seconds),
    },
    {
      name: 'sf_ops_networks_going_away',
      help: 'Networks that are being deleted, and are not judged.',
      samples: [{ labels: {}, value: goingAway.length }],
    },
    {
      name: 'sf_ops_network_gate_causal_read',
      help: 'Whether the node that answered had seen every acknowledged commit (1) or may be behind (0).',
      samples: [{ labels: { node: reader.node }, value: Number(reader.causal) }],
    },
    {
      name: 'sf_ops_network_gate_last_success_timestamp_seconds',
      help: 'When the gate last came to an answer.',
      samples: [{ labels: {}, value: now }],
    },
  ];
  return gauges.map(gaugeText).join('');
}

function networkLabels({ network_uuid: uuid, name, namespace }: NetworkAnswer): Labels {
  return { network_uuid: uuid, name: name ?? '', namespace: namespace ?? '' };
}

function gaugeText({ name, help, samples }: Gauge): string {
  const lines = samples.map(({ labels, value }) => `${name}${labelsText(labels)} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...lines].map((line) => `${line}\n`).join('');
}

function labelsText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** A line feed, which the format would escape too, is already gone with the other control characters. */
function escapeLabel(value: string): string {
  return printable(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
