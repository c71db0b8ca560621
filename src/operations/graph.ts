import {
  findCycles,
  type GraphEdge,
  type GraphNode,
  type OperationGraph,
} from '../core/operations/operation-graph.js';
import type { Uuid } from '../core/uuid.js';
import type { DatabaseDescription } from '../database/description.js';
import { activeWaiters, readWaiters, type Waiter } from '../database/queries/dependencies.js';
import type { Session } from '../database/session.js';

/** More operations than this are not read: nobody could look at them. */
const MOST_NODES = 10_000;

/**
 * Everything that the operations wait for, and every active operation that waits for them, step by step. What an active
 * operation waits for is known at once; each further step is one round trip, and there are as many as ended operations
 * stand in a row. To be run in one snapshot.
 */
export async function readOperationGraph(
  session: Session,
  description: DatabaseDescription,
  asked: readonly Uuid[],
): Promise<OperationGraph> {
  const active = await activeWaiters(session, description, MOST_NODES + 1);
  const closure = new Closure(session, description, active);
  const roots = asked.slice(0, MOST_NODES);
  await closure.addWaitedFor(roots);
  await closure.addWaiting(roots);
  return closure.graph(new Set(asked), active.length > MOST_NODES || asked.length > MOST_NODES);
}

class Closure {
  /** Those that exist. */
  readonly #known = new Map<Uuid, Waiter>();
  /** In the order in which they were met, which is the order of the answer. */
  readonly #members = new Set<Uuid>();
  readonly #waiting = new Map<Uuid, Uuid[]>();
  #isCut = false;

  constructor(
    private readonly session: Session,
    private readonly description: DatabaseDescription,
    active: readonly Waiter[],
  ) {
    for (const waiter of active) {
      this.#known.set(waiter.uuid, waiter);
      for (const { to } of edgesOf(waiter)) {
        const list = this.#waiting.get(to) ?? [];
        list.push(waiter.uuid);
        this.#waiting.set(to, list);
      }
    }
  }

  async addWaitedFor(roots: readonly Uuid[]): Promise<void> {
    await this.#add(roots, (uuid) => edgesOf(this.#known.get(uuid)).map(({ to }) => to));
  }

  async addWaiting(roots: readonly Uuid[]): Promise<void> {
    await this.#add(roots, (uuid) => this.#waiting.get(uuid) ?? []);
  }

  graph(asked: ReadonlySet<Uuid>, isTruncated: boolean): OperationGraph {
    const uuids = [...this.#members];
    const edges = uuids
      .flatMap((uuid) => edgesOf(this.#known.get(uuid)))
      .filter(({ to }) => this.#members.has(to));
    const types = new Map(
      uuids.flatMap((uuid) =>
        dependenciesOf(this.#known.get(uuid)).map(({ op_uuid, op_type }) => [op_uuid, op_type]),
      ),
    );
    const nodes = uuids.map((uuid): GraphNode => {
      const found = this.#known.get(uuid);
      return {
        uuid,
        operationType: found?.operationType ?? types.get(uuid) ?? 'unknown',
        state: found?.state ?? null,
        since: found?.since ?? null,
        tasks: found?.tasks ?? [],
        missing: found === undefined,
        asked: asked.has(uuid),
      };
    });
    return { nodes, edges, cycles: findCycles(uuids, edges), truncated: isTruncated || this.#isCut };
  }

  async #add(roots: readonly Uuid[], neighbours: (uuid: Uuid) => readonly Uuid[]): Promise<void> {
    const met = new Set<Uuid>(roots);
    for (let step = [...roots]; step.length > 0;) {
      const room = MOST_NODES - this.#members.size;
      const fresh = step.filter((uuid) => !this.#members.has(uuid));
      if (fresh.length > room) this.#isCut = true;
      for (const uuid of fresh.slice(0, room)) this.#members.add(uuid);
      const unread = step.filter((uuid) => this.#members.has(uuid) && !this.#known.has(uuid));
      for (const [uuid, waiter] of await readWaiters(this.session, this.description, unread))
        this.#known.set(uuid, waiter);
      step = step
        .filter((uuid) => this.#members.has(uuid))
        .flatMap(neighbours)
        .filter((uuid) => !met.has(uuid) && met.add(uuid));
    }
  }
}

function dependenciesOf(waiter: Waiter | undefined): readonly { op_uuid: Uuid; op_type: string }[] {
  return waiter === undefined ? [] : [...waiter.dependsOn, ...waiter.runsAfter];
}

function edgesOf(waiter: Waiter | undefined): GraphEdge[] {
  if (waiter === undefined) return [];
  const { uuid: from, dependsOn, runsAfter } = waiter;
  return [
    ...dependsOn.map(({ op_uuid: to }): GraphEdge => ({ from, to, kind: 'depends_on' })),
    ...runsAfter.map(({ op_uuid: to }): GraphEdge => ({ from, to, kind: 'runs_after' })),
  ];
}
