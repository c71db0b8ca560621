import { SeededRandom } from './random.js';

/** A line of `enqueue --file`; its `request_id` is the mark by which its operations are told from all others. */
export interface MarkedRequest extends Record<string, unknown> {
  operation_type: string;
  network_uuid: string;
  tasks: string[];
  request_id: string;
}

export interface AskedObject {
  typeName: 'NETWORK' | 'INSTANCE';
  uuid: string;
}

/** What one session does at one time. `pick` takes an operation that the session itself has enqueued. */
export type Action =
  /** As `enqueue --file --run-id`, again until all of it is done. */
  | { kind: 'load'; requests: MarkedRequest[]; runId: string }
  | { kind: 'abort'; pick: number }
  /** Takes the work row away first, as a worker that dies does. */
  | { kind: 'requeue'; pick: number }
  | { kind: 'enqueue'; requests: MarkedRequest[] }
  | { kind: 'end'; pick: number }
  | { kind: 'remove'; pick: number }
  /** Of everything that has ended, however short a while ago. */
  | { kind: 'prune' }
  | { kind: 'ask'; object: AskedObject }
  | { kind: 'survey' };

type Fault =
  /** The connection that sends COMMIT ends, before the server gets it or before the answer gets back. */
  | { kind: 'cut commit'; node: number; side: 'before' | 'after'; ending: 'close' | 'reset' }
  | { kind: 'cut'; node: number; direction: 'request' | 'reply'; packet: number; side: 'before' | 'after' }
  | { kind: 'reset all'; node: number }
  | { kind: 'delay'; node: number; milliseconds: number }
  | { kind: 'hold up'; node: number; milliseconds: number }
  | { kind: 'kill client'; client: number }
  | { kind: 'kill node'; node: number; milliseconds: number }
  | { kind: 'freeze node'; node: number; milliseconds: number }
  | { kind: 'partition node'; node: number; milliseconds: number };

/** When a fault happens: milliseconds after the sessions begin. */
export type TimedFault = Fault & { atMs: number };

export interface HistoryPlan {
  seed: number;
  networks: string[];
  /** One list of actions for each session. */
  sessions: Action[][];
  faults: TimedFault[];
}

export interface PlanSize {
  sessions: number;
  actions: number;
  clients: number;
  nodes: number;
  /** One in so many histories has a fault of a whole node, which takes seconds to heal. */
  nodeFaultEvery: number;
}

const COALESCIBLE = ['network_ensure_mesh', 'network_apply_update_dnsmasq'];

/** All that a seed decides: who does what, and which faults there are. What meets what is up to the machine. */
export function planHistory(seed: number, size: PlanSize): HistoryPlan {
  const random = new SeededRandom(seed);
  const networks = [random.uuid(), random.uuid()];
  const instances = [random.uuid(), random.uuid()];
  const shared = [0, 1].map((number): MarkedRequest => ({
    ...single(random, networks, `${seed}/shared${number}`),
    uuid: random.uuid(),
  }));
  const action = (session: number, index: number): Action => {
    const mark = (part: number): string => `${seed}/${session}/${index}/${part}`;
    const roll = random.below(100);
    if (roll < 18) return { kind: 'enqueue', requests: [attachment(random, networks, instances, mark(0))] };
    if (roll < 28) return { kind: 'enqueue', requests: [single(random, networks, mark(0))] };
    if (roll < 42) return { kind: 'enqueue', requests: [coalesced(random, networks, mark(0))] };
    if (roll < 48) return { kind: 'enqueue', requests: [random.pick(shared)] };
    if (roll < 54) {
      const requests = [0, 1, 2, 3].map((part) =>
        part === 3
          ? coalesced(random, networks, mark(part))
          : attachment(random, networks, instances, mark(part)),
      );
      return { kind: 'enqueue', requests };
    }
    if (roll < 57) {
      const requests = [0, 1, 2, 3, 4].map((part) => attachment(random, networks, instances, mark(part)));
      return { kind: 'load', requests, runId: mark(0) };
    }
    if (roll < 60) return { kind: 'abort', pick: random.below(100) };
    if (roll < 62) return { kind: 'requeue', pick: random.below(100) };
    if (roll < 64) return { kind: 'end', pick: random.below(100) };
    if (roll < 68) return { kind: 'remove', pick: random.below(100) };
    if (roll < 92) {
      const isNetwork = random.chance(0.6);
      return {
        kind: 'ask',
        object: isNetwork
          ? { typeName: 'NETWORK', uuid: random.pick(networks) }
          : { typeName: 'INSTANCE', uuid: random.pick(instances) },
      };
    }
    return roll < 95 ? { kind: 'prune' } : { kind: 'survey' };
  };
  const sessions = Array.from({ length: size.sessions }, (_, session) =>
    Array.from({ length: size.actions }, (_, index) => action(session, index)),
  );
  return { seed, networks, sessions, faults: planFaults(random, seed, size) };
}

function planFaults(random: SeededRandom, seed: number, size: PlanSize): TimedFault[] {
  const node = (): number => random.below(size.nodes);
  const side = (): 'before' | 'after' => random.pick(['before', 'after']);
  const faults: TimedFault[] = [];
  const count = random.below(4);
  for (let number = 0; number < count; number += 1) {
    const roll = random.below(100);
    const fault: Fault =
      roll < 45
        ? { kind: 'cut commit', node: node(), side: side(), ending: random.pick(['close', 'reset']) }
        : roll < 60
          ? {
              kind: 'cut',
              node: node(),
              direction: random.pick(['request', 'reply']),
              packet: 1 + random.below(300),
              side: side(),
            }
          : roll < 72
            ? { kind: 'reset all', node: node() }
            : roll < 84
              ? { kind: 'delay', node: node(), milliseconds: 2 + random.below(15) }
              : roll < 94
                ? { kind: 'hold up', node: node(), milliseconds: 20 + random.below(250) }
                : { kind: 'kill client', client: random.below(size.clients) };
    faults.push({ ...fault, atMs: random.below(250) });
  }
  if (seed % size.nodeFaultEvery === 0) {
    const kind = random.pick(['kill node', 'freeze node', 'partition node'] as const);
    // Shorter and longer than the others need to give it up.
    faults.push({ kind, node: node(), milliseconds: random.pick([300, 3000]), atMs: random.below(150) });
  }
  return faults;
}

function single(random: SeededRandom, networks: string[], mark: string): MarkedRequest {
  return {
    operation_type: 'net_op',
    network_uuid: random.pick(networks),
    tasks: ['network_deploy'],
    request_id: mark,
  };
}

function coalesced(random: SeededRandom, networks: string[], mark: string): MarkedRequest {
  return { ...single(random, networks, mark), tasks: [random.pick(COALESCIBLE)] };
}

function attachment(
  random: SeededRandom,
  networks: string[],
  instances: string[],
  mark: string,
): MarkedRequest {
  return {
    operation_type: 'node_inst_net_iface_op',
    node_uuid: random.uuid(),
    instance_uuid: random.pick(instances),
    network_uuid: random.pick(networks),
    interface_uuid: random.uuid(),
    tasks: ['hot_plug_instance_interface'],
    request_id: mark,
  };
}
