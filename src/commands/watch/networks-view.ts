import { isDying } from '../../core/gate/gate-evidence.js';
import { Names } from '../../core/names.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { listedNetwork, readListedNetworks } from '../network/listed-networks.js';
import {
  networkColumns,
  networkTotals,
  type ListedNetwork,
  type NetworkListReport,
} from '../network/network-list.js';
import { missing, type View } from './view.js';

/** @param chosen null: every network that is not deleted or on its way there */
export function networksView(
  database: Database,
  chosen: readonly Uuid[] | null,
  now: () => number,
): View<ListedNetwork> {
  const choice = chosen === null ? { namespace: null } : { uuids: chosen };
  const keyOf = ({ network_uuid: uuid }: ListedNetwork): string => uuid;
  let last: Pick<NetworkListReport, 'firstStuck' | 'names'> = { firstStuck: new Map(), names: Names.NONE };
  return {
    read: async (known) => {
      const description = await database.describe();
      const at = now();
      const { evidence, ...found } = await database.snapshot(async (session) =>
        readListedNetworks(session, description, choice, at),
      );
      last = found;
      const rows = evidence
        .filter((one) => chosen !== null || !isDying(one))
        .map((one) => listedNetwork(one, at))
        .sort((a, b) => badness(b) - badness(a) || oldest(b) - oldest(a));
      return { rows, ended: missing(known, rows, keyOf), summary: networkTotals(rows) };
    },
    keyOf,
    signatureOf: ({ okay, verdict, state, pending, stuck }) =>
      JSON.stringify([okay, verdict, state, pending, stuck]),
    columns: (at) => networkColumns({ ...last, now: at }),
    documentOf: (network) => network,
    explanationOf: ({ network_uuid: uuid }) => ({ words: ['network', uuid] }),
  };
}

function badness({ okay, stuck }: ListedNetwork): number {
  return (okay === true ? 0 : okay === null ? 2 : 4) + Number(stuck > 0);
}

function oldest({ oldest_pending_age_seconds: age }: ListedNetwork): number {
  return age ?? 0;
}
