import { tableOf, type Column, type Report, type Tone } from '../../render/report.js';
import { stateTone } from '../../render/tones.js';

/** A private server, as far as it is shown. */
interface ServerStatus {
  state: 'running' | 'stopped' | 'absent' | 'unresponsive';
  pid: number | null;
  version: string | null;
  tcpPort: number | null;
  passwordFile: string | null;
  socketPath: string;
  dataDirectory: string;
  logFile: string;
}

/** The same as JSON shows it. */
interface StatusRow {
  state: ServerStatus['state'];
  pid: number | null;
  version: string | null;
  tcp_port: number | null;
  password_file: string | null;
  socket_path: string;
  data_directory: string;
  log_file: string;
}

const STATUS_TONES: Readonly<Record<ServerStatus['state'], Tone>> = {
  running: 'good',
  stopped: 'muted',
  absent: 'muted',
  unresponsive: 'bad',
};

const STATUS_COLUMNS: readonly Column<StatusRow>[] = [
  { name: 'state', heading: 'STATE', value: (row) => row.state, tone: (row) => STATUS_TONES[row.state] },
  { name: 'pid', heading: 'PID', value: (row) => row.pid },
  { name: 'version', heading: 'VERSION', value: (row) => row.version },
  { name: 'tcp_port', heading: 'TCP PORT', value: (row) => row.tcp_port },
  { name: 'socket_path', heading: 'SOCKET', value: (row) => row.socket_path },
];

export function statusReport(status: ServerStatus): Report {
  const row: StatusRow = {
    state: status.state,
    pid: status.pid,
    version: status.version,
    tcp_port: status.tcpPort,
    password_file: status.passwordFile,
    socket_path: status.socketPath,
    data_directory: status.dataDirectory,
    log_file: status.logFile,
  };
  return { document: row, table: tableOf({ columns: STATUS_COLUMNS, items: [row], empty: '' }) };
}

/** @param pid of the server that was stopped; null if none ran */
export function stoppedReport(pid: number | null): Report {
  const row = { stopped: pid !== null, pid };
  return {
    document: row,
    table: tableOf({
      columns: [
        { name: 'stopped', heading: 'STOPPED', value: ({ stopped }) => stopped },
        { name: 'pid', heading: 'PID', value: ({ pid: process }) => process },
      ],
      items: [row],
      empty: '',
    }),
  };
}

export function urlReport(url: string, { socketPath, tcpPort, passwordFile }: ServerStatus): Report {
  const row = { url, socket_path: socketPath, tcp_port: tcpPort, password_file: passwordFile };
  return {
    document: row,
    // To be copied, so without a heading.
    table: tableOf({ columns: [{ name: 'url', heading: '', value: () => url }], items: [row], empty: '' }),
  };
}

interface SeededRow {
  object_type: string;
  uuid: string;
  name: string | null;
  state: string;
  shows: string;
}

const SEEDED_COLUMNS: readonly Column<SeededRow>[] = [
  { name: 'object_type', heading: 'TYPE', value: (row) => row.object_type },
  { name: 'uuid', heading: 'UUID', value: (row) => row.uuid },
  { name: 'name', heading: 'NAME', value: (row) => row.name, tone: () => 'strong' },
  { name: 'state', heading: 'STATE', value: (row) => row.state, tone: (row) => stateTone(row.state) },
  { name: 'shows', heading: 'WHAT IT SHOWS', value: (row) => row.shows },
];

/** @param rows table → rows written */
export function seededReport(
  schema: string,
  objects: readonly SeededRow[],
  rows: Readonly<Record<string, number>>,
): Report {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const when = schema === 'current' ? 'after all migrations' : 'before the migrations';
  return {
    document: { schema, objects, rows },
    table: tableOf({ columns: SEEDED_COLUMNS, items: objects, empty: '' }),
    footer: [
      { text: `${total} rows in ${Object.keys(rows).length} tables, as a cluster ${when}.`, tone: 'muted' },
    ],
  };
}

interface FinishedRow {
  operation_uuid: string;
  operation_type: string;
  from_state: string | null;
  state: string;
  queue_name: string;
  finished_at: number;
}

const FINISHED_COLUMNS: readonly Column<FinishedRow>[] = [
  { name: 'operation_uuid', heading: 'OPERATION', value: (row) => row.operation_uuid },
  { name: 'operation_type', heading: 'TYPE', value: (row) => row.operation_type },
  { name: 'from_state', heading: 'WAS', value: (row) => row.from_state },
  { name: 'state', heading: 'STATE', value: (row) => row.state, tone: (row) => stateTone(row.state) },
  { name: 'queue_name', heading: 'QUEUE', value: (row) => row.queue_name },
];

export function finishedReport(finished: readonly FinishedRow[]): Report {
  return {
    document: { finished },
    table: tableOf({ columns: FINISHED_COLUMNS, items: finished, empty: '' }),
  };
}
