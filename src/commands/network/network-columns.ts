import { formatDuration } from '../../core/duration.js';
import type { Uuid } from '../../core/uuid.js';
import type { Column, Style } from '../../render/answer.js';

interface NetworkIdentity {
  network_uuid: Uuid;
  name: string | null;
  namespace: string | null;
}

/** `shop/web`; the uuid of a network whose row is gone. */
export function networkLabel({ network_uuid: uuid, name, namespace }: NetworkIdentity): string {
  if (name === null) return uuid;
  return namespace === null ? name : `${namespace}/${name}`;
}

/** Who a network is: for scripts in three columns, for people in one. */
export function identityColumns<Row extends NetworkIdentity>(): {
  scripts: readonly Column<Row>[];
  people: Column<Row>;
} {
  return {
    scripts: [
      { name: 'name', heading: 'NAME', value: ({ name }) => name, wideOnly: true },
      { name: 'network_uuid', heading: 'UUID', value: ({ network_uuid: uuid }) => uuid, wideOnly: true },
      { name: 'namespace', heading: 'NAMESPACE', value: ({ namespace }) => namespace, wideOnly: true },
    ],
    people: {
      name: 'network',
      heading: 'NETWORK',
      value: networkLabel,
      shrink: 'middle',
      least: 12,
      peopleOnly: true,
    },
  };
}

export function okayColumn<Row extends { okay: boolean | null }>(): Column<Row> {
  return {
    name: 'okay',
    heading: 'OKAY',
    value: ({ okay }) => okay,
    display: ({ okay }) => okayText(okay),
    plain: ({ okay }) => okayText(okay),
    style: ({ okay }) => okayStyle(okay),
  };
}

/** @param age seconds since the oldest pending operation was made; null where nothing is pending */
export function oldestColumn<Row extends object>(age: (row: Row) => number | null): Column<Row> {
  const text = (row: Row): string => {
    const seconds = age(row);
    return seconds === null ? '-' : formatDuration(seconds);
  };
  return {
    name: 'oldest_pending_age_seconds',
    heading: 'OLDEST',
    value: age,
    display: text,
    plain: text,
    priority: 2,
  };
}

function okayText(okay: boolean | null): string {
  return okay === null ? 'unknown' : okay ? 'yes' : 'no';
}

export function okayStyle(okay: boolean | null): Style {
  return okay === null ? 'warning' : okay ? 'good' : 'bad';
}
