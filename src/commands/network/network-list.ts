import type { GateAnswer } from '../../core/gate/gate-answer.js';
import type { Verdict } from '../../core/gate/gate.js';
import type { Uuid } from '../../core/uuid.js';
import { readerLine } from './gate-report.js';
import { oldestColumn, okayColumn } from './network-columns.js';
import { tableOf, type Column, type Report } from '../../render/report.js';

/** A row of `network list`: an API. `okay` and `verdict` are what the database alone can say. */
export interface ListedNetwork {
  network_uuid: Uuid;
  name: string | null;
  namespace: string | null;
  vxid: number | null;
  state: string | null;
  pending: number;
  oldest_pending_age_seconds: number | null;
  okay: boolean | null;
  verdict: Verdict;
}

const COLUMNS: readonly Column<ListedNetwork>[] = [
  { name: 'name', heading: 'NAME', value: ({ name }) => name },
  { name: 'network_uuid', heading: 'UUID', value: ({ network_uuid: uuid }) => uuid },
  { name: 'namespace', heading: 'NAMESPACE', value: ({ namespace }) => namespace },
  { name: 'vxid', heading: 'VXID', value: ({ vxid }) => vxid },
  { name: 'state', heading: 'STATE', value: ({ state }) => state },
  { name: 'pending', heading: 'PENDING', value: ({ pending }) => pending },
  oldestColumn(({ oldest_pending_age_seconds: age }) => age),
  okayColumn(),
];

export function networkListReport(
  networks: readonly ListedNetwork[],
  consistency: GateAnswer['read_consistency'],
): Report {
  return {
    document: { networks, read_consistency: consistency },
    table: tableOf({ columns: COLUMNS, items: networks, empty: 'There is no network.' }),
    footer: [readerLine(consistency)],
  };
}
