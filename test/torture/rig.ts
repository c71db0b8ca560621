import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection, RowDataPacket } from 'mysql2/promise';
import { DEFAULT_LIMITS, type Limits } from '../../src/database/limits.js';
import { settingsFor } from '../fixtures/reach.js';
import { schemaStatements } from '../fixtures/schema.js';
import { FaultProxy } from '../servers/fault-proxy.js';
import { SOON_LOST, startCluster, type ClusterOptions, type TestCluster } from '../servers/galera.js';
import type { ClusterNode } from '../servers/galera-node.js';
import { TortureClient } from './clients.js';
import type { Make } from './databases.js';
import type { History, RestingOperation, Step } from './history.js';
import type { HistoryPlan, PlanSize, TimedFault } from './plan.js';

/** Nine users in three processes, each of which begins with another node. */
export const SIZE: PlanSize = { sessions: 9, actions: 6, clients: 3, nodes: 3, nodeFaultEvery: 25 };

/** In proportion to the test clusters, whose nodes give each other up three times sooner than Galera's defaults say. */
const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  connectSeconds: 2,
  statementSeconds: 15,
  lockWaitSeconds: 3,
  causalSeconds: 5,
  retrySeconds: 10,
  commitSeconds: 6,
  settleSeconds: 12,
};

/** A cluster with a proxy before each node and clients before those, for any number of histories. */
export class TortureRig {
  private constructor(
    private readonly cluster: TestCluster,
    private readonly database: string,
    private readonly proxies: readonly FaultProxy[],
    private readonly clients: readonly TortureClient[],
    /** The provider of the next release takes no options while it runs, and so no order to leave the others. */
    private readonly canPartition: boolean,
  ) {}

  static async start(options: ClusterOptions = {}): Promise<TortureRig> {
    const cluster = await startCluster({ nodes: SIZE.nodes, providerOptions: SOON_LOST, ...options });
    const database = await cluster.createDatabase(schemaStatements());
    const proxies = await Promise.all(
      cluster.nodes.map(async ({ clientPort }) => FaultProxy.start({ host: '127.0.0.1', port: clientPort })),
    );
    const clients = Array.from({ length: SIZE.clients }, () => new TortureClient());
    return new TortureRig(cluster, database, proxies, clients, options.installation === undefined);
  }

  async stop(): Promise<void> {
    await Promise.all(this.clients.map(async (client) => client.stop()));
    await Promise.all(this.proxies.map(async (proxy) => proxy.close()));
    await this.cluster.stop();
  }

  async run(plan: HistoryPlan, make: Make): Promise<History> {
    const steps = new Map<string, Step>();
    const record = (step: Step): void => void steps.set(`${step.session} ${step.invokedAt}`, step);
    const working = this.clients.map(async (client, number) =>
      client.work(this.#assignment(plan, make, number), record),
    );
    const isOver = new AbortController();
    const faults = plan.faults.map(async (fault) => this.#happen(fault, isOver.signal));
    try {
      await Promise.all(working);
    } finally {
      isOver.abort();
      await Promise.all(faults);
      for (const proxy of this.proxies) proxy.disarm();
    }
    if (plan.faults.some(({ kind }) => kind.endsWith('node'))) await this.cluster.settled();
    await Promise.all(this.cluster.nodes.map(async (node) => this.#untilQuiet(node)));
    const atRest = await this.#onFirstNode(async (byHand) => sweep(byHand, plan.networks));
    return { seed: plan.seed, steps: [...steps.values()], atRest };
  }

  #assignment(plan: HistoryPlan, make: Make, client: number) {
    const sessions = plan.sessions.flatMap((actions, number) => {
      if (number % SIZE.clients !== client) return [];
      const nearest = Math.floor(number / SIZE.clients);
      const places = this.proxies.map((_, i) => this.proxies[(nearest + i) % this.proxies.length]!);
      return [{ number, settings: settingsFor(this.database, ...places), actions }];
    });
    return { make, limits: LIMITS, networks: plan.networks, sessions };
  }

  /** Resolves when the fault has come and, if it is one that lasts, has been healed. */
  async #happen(fault: TimedFault, isOver: AbortSignal): Promise<void> {
    await sleep(fault.atMs, undefined, { signal: isOver }).catch(() => undefined);
    // A node's fault takes place all the same: the next history is to find the cluster as this one was told to leave it.
    if (isOver.aborted && !fault.kind.endsWith('node')) return;
    if (fault.kind === 'kill client') return this.clients[fault.client]!.kill();
    const proxy = this.proxies[fault.node]!;
    const node = this.cluster.nodes[fault.node]!;
    switch (fault.kind) {
      case 'cut commit':
        return proxy.cutOnce({
          direction: 'request',
          statement: 'COMMIT',
          side: fault.side,
          ending: fault.ending,
        });
      case 'cut':
        return proxy.cutOnce(fault);
      case 'reset all':
        return proxy.resetAll();
      case 'delay':
        proxy.delay(fault.milliseconds);
        await sleep(300, undefined, { signal: isOver }).catch(() => undefined);
        return proxy.delay(0);
      case 'hold up':
        proxy.freeze();
        await sleep(fault.milliseconds);
        return proxy.thaw();
      case 'kill node':
        await node.kill();
        await sleep(fault.milliseconds);
        return node.revive();
      case 'freeze node':
        node.freeze();
        await sleep(fault.milliseconds);
        return node.thaw();
      case 'partition node':
        if (!this.canPartition) return;
        await node.partition();
        await sleep(fault.milliseconds);
        return node.heal();
    }
  }

  /** Until the node has nothing of the clients' under way any more. */
  async #untilQuiet(node: ClusterNode): Promise<void> {
    const administrator = await node.administrator();
    for (;;) {
      const [busy] = await administrator.query<RowDataPacket[]>(
        'SELECT id FROM information_schema.processlist WHERE db = ?',
        [this.database],
      );
      if (busy.length === 0) break;
    }
    await administrator.end();
  }

  async #onFirstNode<T>(work: (byHand: Connection) => Promise<T>): Promise<T> {
    const byHand = await this.cluster.nodes[0]!.administrator();
    try {
      await byHand.query(`USE ${this.database}`);
      await byHand.query('SET SESSION wsrep_sync_wait = 15');
      return await work(byHand);
    } finally {
      await byHand.end();
    }
  }
}

/** Reads all that the history has left on its networks, and takes it away. */
async function sweep(byHand: Connection, networks: readonly string[]): Promise<RestingOperation[]> {
  const headers = networks.map((uuid) => uuid.replaceAll('-', ''));
  const [rows] = await byHand.query<RowDataPacket[]>(
    `SELECT JSON_VALUE(o.metadata_json, '$.uuid') AS uuid, JSON_VALUE(o.metadata_json, '$.request_id') AS mark,
      o.operation_type AS operationType, JSON_VALUE(o.metadata_json, '$.network_uuid') AS networkUuid,
      JSON_QUERY(o.metadata_json, '$.tasks') AS tasks,
      (SELECT MAX(s.state_value) FROM object_states s WHERE s.object_uuid = JSON_VALUE(o.metadata_json, '$.uuid')) AS state,
      (SELECT COUNT(*) FROM object_states s WHERE s.object_uuid = JSON_VALUE(o.metadata_json, '$.uuid')) AS states,
      (SELECT COUNT(*) FROM cluster_operation_targets t WHERE t.operation_uuid = JSON_VALUE(o.metadata_json, '$.uuid')) AS targets,
      (SELECT COUNT(*) FROM work_queue w
        WHERE JSON_VALUE(w.payload, '$.operation_uuid') = JSON_VALUE(o.metadata_json, '$.uuid')) AS workRows
     FROM cluster_operations o WHERE o.network_uuid IN (?)`,
    [headers],
  );
  for (const table of ['cluster_operations', 'object_states', 'cluster_operation_targets', 'work_queue']) {
    await byHand.query(`DELETE FROM ${table}`);
  }
  return rows as unknown as RestingOperation[];
}
