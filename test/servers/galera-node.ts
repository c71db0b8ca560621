import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { commonArguments } from '../../src/sandbox/data-directory.js';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { runProgram } from '../../src/sandbox/run-program.js';
import {
  connectAsAdministrator,
  ensureDataDirectory,
  startIn,
  tcpSettings,
  type TcpSettings,
  type TestServer,
} from './mariadb.js';

/** `Synced`: takes reads and writes. `non-Primary`: cut off from the majority, refuses both (1047). */
export type NodeState = 'Synced' | 'non-Primary';

export interface NodePlan {
  name: string;
  folder: string;
  installation: ServerInstallation;
  clientPort: number;
  /** The data directory to begin with a copy of; null begins a history of its own. */
  template: string | null;
  /** What makes it this node of this cluster. */
  nodeArguments: readonly string[];
}

const SETTLING_MS = 30_000;
const SST_SCRIPT_FOLDER = dirname(fileURLToPath(import.meta.url));

/** One node of a test cluster: a real server on this machine, and what can happen to it. */
export class ClusterNode {
  readonly name: string;
  readonly clientPort: number;
  private server: TestServer | null = null;

  constructor(private readonly plan: NodePlan) {
    this.name = plan.name;
    this.clientPort = plan.clientPort;
  }

  get socketPath(): string {
    return this.running.socketPath;
  }

  get logFile(): string {
    return join(this.plan.folder, 'log');
  }

  /** How to reach `database` on this node, directly. */
  settings(database: string): TcpSettings {
    return tcpSettings(database, this.clientPort);
  }

  /** The caller ends the connection. */
  administrator(): Promise<Connection> {
    return connectAsAdministrator(this.running);
  }

  /** Starts the node for the first time and waits until it is Synced; the first of a cluster begins it. */
  async start(role: 'first' | 'member'): Promise<void> {
    if (this.plan.template !== null) {
      const template = this.plan.template;
      await ensureDataDirectory(this.plan.folder, () => Promise.resolve(template));
    }
    await this.run(role === 'first' ? ['--wsrep-new-cluster'] : []);
  }

  /** Ends the node without warning (SIGKILL); resolves when it is gone. */
  kill(): Promise<void> {
    return this.running.kill();
  }

  /** Starts a killed or stopped node again, from the position that its own data is at. */
  async revive(): Promise<void> {
    await this.run([`--wsrep-start-position=${await this.recoveredPosition()}`]);
  }

  /** Shuts the node down in good order: it leaves the cluster, which shrinks without a pause. */
  stop(): Promise<void> {
    return this.server?.stop() ?? Promise.resolve();
  }

  /** The node stops in its tracks (SIGSTOP): its connections stay open and nothing answers. */
  freeze(): void {
    this.signal('SIGSTOP');
  }

  /** `TestCluster.settled` waits until the others have taken it back. */
  thaw(): void {
    this.signal('SIGCONT');
  }

  /** Cuts the node off from the other nodes, not from its clients; `untilState('non-Primary')` waits for the effect. */
  partition(): Promise<void> {
    return this.setProviderOption('gmcast.isolate=1');
  }

  /** Ends a partition; `TestCluster.settled` waits for the effect. */
  heal(): Promise<void> {
    return this.setProviderOption('gmcast.isolate=0');
  }

  /** A value of `SHOW GLOBAL STATUS`, e.g. `wsrep_cluster_size`. */
  async status(name: string): Promise<string> {
    return this.asAdministrator(async (connection) => {
      const [rows] = await connection.query<RowDataPacket[]>('SHOW GLOBAL STATUS LIKE ?', [name]);
      return String(rows[0]?.Value);
    });
  }

  async untilState(state: NodeState): Promise<void> {
    if (state === 'non-Primary') return this.untilStatus('wsrep_cluster_status', state);
    await this.untilStatus('wsrep_local_state_comment', state);
    await this.untilStatus('wsrep_ready', 'ON');
  }

  /** Waits until `SHOW GLOBAL STATUS` says so. */
  async untilStatus(name: string, value: string): Promise<void> {
    const deadline = performance.now() + SETTLING_MS;
    for (;;) {
      const found = await this.status(name).catch(throwUnlessDisconnected);
      if (found === value) return;
      if (performance.now() > deadline) {
        throw new Error(`${this.name}: ${name} is ${found}, not ${value}; its log: ${this.logFile}`);
      }
      await sleep(10);
    }
  }

  /** Waits until the node has applied everything that had been committed anywhere when this was called. */
  untilApplied(): Promise<void> {
    return this.asAdministrator(async (connection) => {
      await connection.query('SET SESSION wsrep_sync_wait = 15');
      await connection.query('SELECT 1 FROM mysql.global_priv LIMIT 1');
    });
  }

  private async run(moreArguments: readonly string[]): Promise<void> {
    const { plan } = this;
    this.server = await startIn(plan.folder, plan.installation, {
      tcpPort: plan.clientPort,
      environment: { PATH: [SST_SCRIPT_FOLDER, process.env.PATH].join(delimiter) },
      extraArguments: [...plan.nodeArguments, ...moreArguments],
    });
    await this.untilState('Synced');
  }

  private get running(): TestServer {
    if (this.server === null) throw new Error(`${this.name} has not been started`);
    return this.server;
  }

  private signal(name: NodeJS.Signals): void {
    process.kill(this.running.pid, name);
  }

  private setProviderOption(option: string): Promise<void> {
    return this.asAdministrator(async (connection) => {
      await connection.query('SET GLOBAL wsrep_provider_options = ?', [option]);
    });
  }

  private async asAdministrator<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.administrator();
    try {
      return await work(connection);
    } finally {
      await connection.end();
    }
  }

  /** After kill -9 Galera's own file says "unknown"; InnoDB knows. */
  private async recoveredPosition(): Promise<string> {
    const { installation } = this.plan;
    const [program, ...words] = installation.command;
    const { stderr } = await runProgram(program, [
      ...words,
      ...commonArguments(installation, this.running.dataDirectory),
      ...this.plan.nodeArguments,
      '--wsrep-recover',
      '--skip-networking',
      `--socket=${join(this.plan.folder, 'recovery')}`,
    ]);
    const position = /Recovered position:? ([0-9a-f-]{36}:-?\d+)/.exec(stderr)?.[1];
    if (position === undefined) throw new Error(`${this.name} cannot tell its position: ${stderr}`);
    return position;
  }
}

/** A node that joins, or leaves the primary component, throws its clients out; one that is dead refuses them instead. */
function throwUnlessDisconnected(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'PROTOCOL_CONNECTION_LOST' || code === 'ECONNRESET') return code;
  throw error;
}
