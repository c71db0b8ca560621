import { ExitCode } from '../../core/exit-codes.js';
import type { GateAnswer } from '../../core/gate/gate-answer.js';
import type { Verdict } from '../../core/gate/gate.js';
import type { Names } from '../../core/names.js';
import { isStuck } from '../../core/operations/blocker.js';
import type { TargetedOperation } from '../../core/operations/targeted-operation.js';
import type { Uuid } from '../../core/uuid.js';
import { answerOf, type AnyAnswer, type Column } from '../../render/answer.js';
import { stuckText } from '../operation-columns.js';
import { readerLine } from './gate-answer.js';
import { identityColumns, okayColumn, oldestColumn } from './network-columns.js';

/** A row of `network list`: an API. `okay` and `verdict` are what the database alone can say. */
export interface ListedNetwork {
  network_uuid: Uuid;
  name: string | null;
  namespace: string | null;
  vxid: number | null;
  state: string | null;
  pending: number;
  /** How many of them will not go on by themselves. */
  stuck: number;
  oldest_pending_age_seconds: number | null;
  okay: boolean | null;
  verdict: Verdict;
}

export interface NetworkListReport {
  networks: readonly ListedNetwork[];
  /** The first operation of a network that is stuck, by the network's uuid. */
  firstStuck: ReadonlyMap<Uuid, TargetedOperation>;
  names: Names;
  consistency: GateAnswer['read_consistency'];
  /** Unix seconds. */
  now: number;
}

export function networkListAnswer(report: NetworkListReport): AnyAnswer {
  const { networks, firstStuck, names, consistency } = report;
  const stuck = networks.filter((network) => network.stuck > 0);
  const worst = stuck[0] === undefined ? undefined : firstStuck.get(stuck[0].network_uuid);
  return answerOf<ListedNetwork>({
    columns: networkColumns(report),
    rows: networks,
    json: { rows: 'networks', tail: () => ({ read_consistency: consistency }) },
    rowStyle: (network) => (network.stuck > 0 ? 'warning' : undefined),
    empty: 'There is no network.',
    after: () => [...(networks.length === 0 ? [] : [`${networkTotals(networks)}.`]), readerLine(consistency)],
    next: () =>
      worst === undefined
        ? null
        : { label: 'Why', command: `sf-ops explain ${names.uuid(worst.record.uuid)}` },
    exitCode: ExitCode.OK,
  });
}

/** The columns of a list of networks. */
export function networkColumns({
  firstStuck,
  names,
  now,
}: Pick<NetworkListReport, 'firstStuck' | 'names' | 'now'>): readonly Column<ListedNetwork>[] {
  const { scripts, people } = identityColumns<ListedNetwork>();
  return [
    people,
    ...scripts,
    { name: 'vxid', heading: 'VXID', value: ({ vxid }) => vxid, wideOnly: true },
    { name: 'state', heading: 'STATE', value: ({ state }) => state, priority: 3 },
    { name: 'pending', heading: 'PENDING', value: ({ pending }) => pending, priority: 4, align: 'right' },
    oldestColumn(({ oldest_pending_age_seconds: age }) => age),
    okayColumn(),
    {
      name: 'stuck',
      heading: 'STUCK',
      value: (network) => network.stuck,
      display: (network) => stuckCell(network, firstStuck, names, now),
      style: (network) => (network.stuck > 0 ? 'bad' : undefined),
      shrink: 'wrap',
      least: 12,
    },
    { name: 'verdict', heading: 'VERDICT', value: ({ verdict }) => verdict, wideOnly: true },
  ];
}

function stuckCell(
  { network_uuid: uuid, stuck }: ListedNetwork,
  firstStuck: NetworkListReport['firstStuck'],
  names: Names,
  now: number,
): string {
  const first = firstStuck.get(uuid);
  if (first === undefined || !isStuck(first.blocker)) return '-';
  const text = stuckText(first.blocker, names, now)!;
  return stuck === 1 ? text : `${text}, and ${stuck - 1} more`;
}

/** `8 networks, 6 okay, 7 operations pending, 2 stuck` */
export function networkTotals(networks: readonly ListedNetwork[]): string {
  const sum = (count: (network: ListedNetwork) => number): number =>
    networks.reduce((total, network) => total + count(network), 0);
  const [pending, stuck] = [sum((network) => network.pending), sum((network) => network.stuck)];
  const parts = [
    networks.length === 1 ? '1 network' : `${networks.length} networks`,
    `${networks.filter(({ okay }) => okay === true).length} okay`,
    `${pending} operations pending`,
    ...(stuck === 0 ? [] : [`${stuck} stuck`]),
  ];
  return parts.join(', ');
}
