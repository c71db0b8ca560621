import { formatDuration } from '../../core/duration.js';
import type { NetworkAnswer } from '../../core/gate/gate-answer.js';
import type { Column, Tone } from '../../render/report.js';

/** The columns of the gate's answer. */
export const NETWORK_COLUMNS: readonly Column<NetworkAnswer>[] = [
  { name: 'name', heading: 'NETWORK', value: ({ name }) => name },
  { name: 'network_uuid', heading: 'UUID', value: ({ network_uuid: uuid }) => uuid },
  { name: 'namespace', heading: 'NAMESPACE', value: ({ namespace }) => namespace },
  okayColumn(),
  { name: 'verdict', heading: 'VERDICT', value: ({ verdict }) => verdict },
  { name: 'pending', heading: 'PENDING', value: ({ pending }) => pending.length },
  oldestColumn(({ oldest_pending_age_seconds: age }) => age),
  { name: 'reason', heading: 'REASON', value: ({ reason }) => reason },
];

export function okayColumn<Item extends { okay: boolean | null }>(): Column<Item> {
  return {
    name: 'okay',
    heading: 'OKAY',
    value: ({ okay }) => okay,
    display: ({ okay }) => (okay === null ? 'unknown' : okay ? 'yes' : 'no'),
    tone: ({ okay }) => okayTone(okay),
  };
}

/** @param age seconds since the oldest pending operation was made; null where nothing is pending */
export function oldestColumn<Item>(age: (item: Item) => number | null): Column<Item> {
  return {
    name: 'oldest_pending_age_seconds',
    heading: 'OLDEST',
    value: age,
    display: (item) => {
      const seconds = age(item);
      return seconds === null ? '-' : formatDuration(seconds);
    },
  };
}

export function okayTone(okay: boolean | null): Tone {
  return okay === null ? 'warning' : okay ? 'good' : 'bad';
}
