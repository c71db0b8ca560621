import { ExitCode } from '../../core/exit-codes.js';
import { answerOf, type AnyAnswer, type NextCommand, type Style } from '../../render/answer.js';
import { stateStyle } from '../operation-columns.js';

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

const STATUS_STYLES: Readonly<Record<ServerStatus['state'], Style>> = {
  running: 'good',
  stopped: 'dim',
  absent: 'dim',
  unresponsive: 'bad',
};

export function statusAnswer(status: ServerStatus): AnyAnswer {
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
  return answerOf<StatusRow>({
    columns: [
      {
        name: 'state',
        heading: 'STATE',
        value: ({ state }) => state,
        style: ({ state }) => STATUS_STYLES[state],
      },
      { name: 'pid', heading: 'PID', value: ({ pid }) => pid, priority: 1 },
      { name: 'version', heading: 'VERSION', value: ({ version }) => version, shrink: 'end', priority: 2 },
      { name: 'tcp_port', heading: 'TCP PORT', value: (one) => one.tcp_port, priority: 3 },
      {
        name: 'socket_path',
        heading: 'SOCKET',
        value: (one) => one.socket_path,
        shrink: 'middle',
        least: 20,
      },
    ],
    rows: [row],
    json: { document: () => row },
    after: () => (status.state === 'unresponsive' ? [`Its log: ${status.logFile}`] : []),
    next: () => nextOf(status),
    exitCode: ExitCode.OK,
  });
}

function nextOf({ state }: ServerStatus): NextCommand | null {
  switch (state) {
    case 'absent':
      return { label: 'Make it, with a small made-up cluster', command: 'sf-ops sandbox seed' };
    case 'stopped':
      return { label: 'Start it', command: 'sf-ops sandbox start' };
    case 'unresponsive':
      return { label: 'End it', command: 'sf-ops sandbox stop' };
    case 'running':
      return null;
  }
}

/** @param pid of the server that was stopped; null if none ran */
export function stoppedAnswer(pid: number | null): AnyAnswer {
  const row = { stopped: pid !== null, pid };
  return answerOf<typeof row>({
    columns: [
      { name: 'stopped', heading: 'STOPPED', value: ({ stopped }) => stopped },
      { name: 'pid', heading: 'PID', value: (one) => one.pid },
    ],
    rows: [row],
    json: { document: () => row },
    block: ({ stopped }) => [stopped ? `stopped the server ${pid}; its data stays` : 'no server was running'],
    exitCode: ExitCode.OK,
  });
}

export function urlAnswer(url: string, { socketPath, tcpPort, passwordFile }: ServerStatus): AnyAnswer {
  const row = { url, socket_path: socketPath, tcp_port: tcpPort, password_file: passwordFile };
  return answerOf<typeof row>({
    columns: [{ name: 'url', heading: 'URL', value: (one) => one.url }],
    rows: [row],
    json: { document: () => row },
    block: () => [{ text: url, whole: true }],
    exitCode: ExitCode.OK,
  });
}

interface SeededRow {
  object_type: string;
  uuid: string;
  name: string | null;
  state: string;
  shows: string;
}

/** @param rows table → rows written */
export function seededAnswer(
  schema: string,
  objects: readonly SeededRow[],
  rows: Readonly<Record<string, number>>,
): AnyAnswer {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const when = schema === 'current' ? 'after all migrations' : 'before the migrations';
  return answerOf<SeededRow>({
    columns: [
      {
        name: 'object',
        heading: 'OBJECT',
        value: ({ object_type: type, name, uuid }) => `${type}/${name ?? uuid.slice(0, 8)}`,
        peopleOnly: true,
        style: () => 'strong',
        shrink: 'middle',
        least: 16,
      },
      { name: 'object_type', heading: 'TYPE', value: (row) => row.object_type, wideOnly: true },
      { name: 'uuid', heading: 'UUID', value: (row) => row.uuid, wideOnly: true },
      { name: 'name', heading: 'NAME', value: (row) => row.name, wideOnly: true },
      {
        name: 'state',
        heading: 'STATE',
        value: (row) => row.state,
        style: (row) => stateStyle(row.state),
        priority: 1,
      },
      { name: 'shows', heading: 'WHAT IT SHOWS', value: (row) => row.shows, shrink: 'wrap', least: 16 },
    ],
    rows: objects,
    json: { document: () => ({ schema, objects, rows }) },
    after: () => [
      { text: `${total} rows in ${Object.keys(rows).length} tables, as a cluster ${when}.`, style: 'dim' },
    ],
    next: () => ({ label: 'Look', command: 'sf-ops --sandbox pending --all' }),
    exitCode: ExitCode.OK,
  });
}

interface FinishedRow {
  operation_uuid: string;
  operation_type: string;
  from_state: string | null;
  state: string;
  queue_name: string;
  finished_at: number;
}

export function finishedAnswer(finished: readonly FinishedRow[]): AnyAnswer {
  return answerOf<FinishedRow>({
    columns: [
      { name: 'operation_uuid', heading: 'OPERATION', value: (row) => row.operation_uuid, shrink: 'end' },
      {
        name: 'operation_type',
        heading: 'TYPE',
        value: (row) => row.operation_type,
        shrink: 'end',
        priority: 1,
      },
      { name: 'from_state', heading: 'WAS', value: (row) => row.from_state, priority: 2 },
      { name: 'state', heading: 'STATE', value: (row) => row.state, style: (row) => stateStyle(row.state) },
      { name: 'queue_name', heading: 'QUEUE', value: (row) => row.queue_name, wideOnly: true },
    ],
    rows: finished,
    json: { rows: 'finished' },
    exitCode: ExitCode.OK,
  });
}
