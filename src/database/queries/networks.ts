import { sql, type SQL } from 'drizzle-orm';
import { UnavailableError } from '../../core/errors.js';
import type { NetworkFacts } from '../../core/gate/network.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import type { DatabaseDescription } from '../description.js';
import type { Session } from '../session.js';
import { dashedColumn } from '../uuid-columns.js';

/** Which networks: these, or all, or all of one namespace. */
export type NetworkChoice = { uuids: readonly Uuid[] } | { namespace: string | null };

interface Row {
  uuid: string;
  name: string;
  namespace: string | null;
  vxid: number;
  provide_dhcp: number;
  provide_dns: number;
  state: string | null;
}

/**
 * Networks with their state, in one statement however many there are. All of them: those that have a row in `networks`,
 * by namespace and name. Named ones: in the order given; of one whose row is gone, what its state row still says.
 */
export async function readNetworks(
  session: Session,
  description: DatabaseDescription,
  choice: NetworkChoice,
): Promise<NetworkFacts[]> {
  if (!description.tables.has('networks')) {
    throw new UnavailableError('The table networks is missing, or this account may not see it.', {
      word: 'schema_missing',
    });
  }
  const rows = await session.rows<Row>(sql`
    SELECT n.uuid, n.name, n.namespace, n.vxid, n.provide_dhcp, n.provide_dns, s.state_value AS state
    FROM networks n LEFT JOIN object_states s
      ON s.object_type = 'NETWORK' AND s.object_uuid = ${dashedColumn(description, 'networks', 'uuid', sql`n.uuid`)}
    WHERE ${chosen(choice)}`);
  // Sorted here: a server that sorts reads every row once more.
  const networks = rows.map(networkFacts).sort(byName);
  return 'uuids' in choice ? inOrder(session, choice.uuids, networks) : networks;
}

async function inOrder(
  session: Session,
  uuids: readonly Uuid[],
  found: NetworkFacts[],
): Promise<NetworkFacts[]> {
  const byUuid = new Map(found.map((network) => [network.uuid, network]));
  const rowless = uuids.filter((uuid) => !byUuid.has(uuid));
  const states = new Map<Uuid, string | null>();
  if (rowless.length > 0) {
    const rows = await session.rows<{ uuid: string; state: string | null }>(sql`
      SELECT object_uuid AS uuid, state_value AS state FROM object_states
      WHERE object_type = 'NETWORK' AND object_uuid IN ${rowless}`);
    for (const { uuid, state } of rows) states.set(uuid.toLowerCase(), state);
  }
  return uuids.map((uuid) => byUuid.get(uuid) ?? { uuid, row: null, state: states.get(uuid) ?? null });
}

/** The floating network, which has no namespace, first. */
function byName(one: NetworkFacts, other: NetworkFacts): number {
  const key = ({ row, uuid }: NetworkFacts): string[] => [row?.namespace ?? '', row?.name ?? '', uuid];
  const [ours, theirs] = [key(one), key(other)];
  const decisive = ours.findIndex((part, index) => part !== theirs[index]);
  return decisive < 0 ? 0 : ours[decisive]! < theirs[decisive]! ? -1 : 1;
}

function networkFacts(row: Row): NetworkFacts {
  const { name, namespace, vxid, state } = row;
  return {
    uuid: parseUuid(row.uuid) ?? row.uuid,
    row: { name, namespace, vxid, provideDhcp: row.provide_dhcp === 1, provideDns: row.provide_dns === 1 },
    state,
  };
}

function chosen(choice: NetworkChoice): SQL {
  if ('uuids' in choice)
    return choice.uuids.length === 0 ? sql`0` : sql`n.uuid IN ${choice.uuids.map(undashed)}`;
  return choice.namespace === null ? sql`1` : sql`n.namespace = ${choice.namespace}`;
}
