import type { Uuid } from '../uuid.js';
import { isStuck, type Blocker } from './blocker.js';
import { blockerClause, type Naming } from './blocker-clause.js';
import type { DependencyGraph } from './dependency-graph.js';
import type { OperationRecord, RelatedOperation } from './operation-record.js';
import { isTerminal } from './state.js';

/** An operation, and why it does not go on. */
export interface ExplainedOperation {
  readonly record: OperationRecord;
  readonly blocker: Blocker;
}

/** What an operation waits for, what that waits for, and so on. */
export interface ChainLink {
  readonly related: RelatedOperation;
  /** 1: the operation itself waits for it. */
  readonly depth: number;
  /** Null where nothing of it is left. */
  readonly explained: ExplainedOperation | null;
}

/** What to do about it: a command to paste, and why. */
export interface Remedy {
  readonly command: string;
  /** What it does: a clause that follows the command. */
  readonly sentence: string;
  /** The node to run it on, where it matters. */
  readonly host?: string;
  /** A further step of the one before it, not something to do instead. */
  readonly follows?: true;
}

/** Where an operation stands in its queue. */
export interface QueuePosition {
  /** Rows that are taken before it: due earlier, or in a more urgent lane of the same daemon. */
  readonly ahead: number;
  /** Whether there are more than were counted. */
  readonly isMore: boolean;
  /** Of the same queue: how many operations completed lately, and in how many seconds. */
  readonly drained: { readonly count: number; readonly seconds: number } | null;
}

/** Links shown of one chain. */
const MOST_LINKS = 50;

/** Who waits for whom among these, as far as the waiting goes on. */
export function waitingGraph(records: Iterable<OperationRecord>): DependencyGraph {
  const graph = new Map<Uuid, Uuid[]>();
  for (const record of records)
    graph.set(
      record.uuid,
      holding(record).map(({ uuid }) => uuid),
    );
  return graph;
}

/** What still holds an operation: what must complete and has not, and what must end and has not. */
export function holding({
  dependsOn,
  runsAfter,
}: Pick<OperationRecord, 'dependsOn' | 'runsAfter'>): RelatedOperation[] {
  return [
    ...dependsOn.filter(({ state }) => state !== 'complete'),
    ...runsAfter.filter(({ state }) => state !== null && !isTerminal(state)),
  ];
}

/** What holds an operation, depth first, each operation once. */
export function chainOf(record: OperationRecord, known: ReadonlyMap<Uuid, ExplainedOperation>): ChainLink[] {
  const links: ChainLink[] = [];
  const seen = new Set([record.uuid]);
  const left = holding(record).map((related) => ({ related, depth: 1 }));
  for (let next = left.shift(); next !== undefined && links.length < MOST_LINKS; next = left.shift()) {
    const { related, depth } = next;
    if (seen.has(related.uuid)) continue;
    seen.add(related.uuid);
    const explained = known.get(related.uuid) ?? null;
    links.push({ related, depth, explained });
    if (explained === null || isTerminal(explained.record.state?.value ?? null)) continue;
    left.unshift(...holding(explained.record).map((further) => ({ related: further, depth: depth + 1 })));
  }
  return links;
}

/** The link that holds up the whole chain: the first that will not go on by itself, else the last. */
export function rootOf(chain: readonly ChainLink[]): ChainLink | null {
  const isDeadEnd = ({ explained }: ChainLink): boolean =>
    explained === null || isStuck(explained.blocker) || isTerminal(explained.record.state?.value ?? null);
  return chain.find(isDeadEnd) ?? chain.at(-1) ?? null;
}

/** One sentence about an operation that is called "it". */
export function explanationSentence(
  blocker: Blocker,
  chain: readonly ChainLink[],
  now: number,
  naming: Naming,
): string {
  if (blocker.reason !== 'waits_for') return `It ${blockerClause(blocker, now, naming)}.`;
  const [first] = chain;
  const clauseOf = ({ explained }: ChainLink): string =>
    explained === null ? 'is gone' : blockerClause(explained.blocker, now, naming);
  const title = ({ related }: ChainLink): string => `${related.type} ${naming.uuid(related.uuid)}`;
  if (first === undefined) return `It ${blockerClause(blocker, now, naming)}.`;
  const others = blocker.operations.length - 1;
  const more = others === 0 ? '' : ` It waits for ${others} more.`;
  const root = rootOf(chain);
  const end = root === null || root === first ? '' : ` In the end, ${title(root)} ${clauseOf(root)}.`;
  return `It waits for ${title(first)}, which ${clauseOf(first)}.${end}${more}`;
}

/**
 * What helps, the best first.
 *
 * @param naming short forms that sf-ops accepts
 */
export function remediesOf(
  { record, blocker }: ExplainedOperation,
  chain: readonly ChainLink[],
  naming: Naming,
): Remedy[] {
  const id = naming.uuid(record.uuid);
  const show = { command: `sf-ops show ${id}`, sentence: 'shows everything about it' };
  const wait = { command: `sf-ops wait --operation ${id}`, sentence: 'waits until it has ended' };
  const abort = { command: `sf-ops abort ${id}`, sentence: 'gives it up, so that it holds nothing any more' };
  switch (blocker.reason) {
    case 'orphaned':
      return [{ command: `sf-ops requeue ${id}`, sentence: 'gives it a new work row in its queue' }, abort];
    case 'stale_claim':
      return [
        {
          command: `sf-ops requeue ${id}`,
          sentence: 'takes the claim back, so that another worker takes it',
        },
        abort,
      ];
    case 'undrained':
      return [...startConsumers(blocker), abort];
    case 'blocked_by_failed':
      return [
        ...blocker.operations.map(({ uuid }, index) => ({
          command: `sf-ops enqueue --like ${naming.uuid(uuid)}`,
          sentence: 'does again what failed; what has failed never completes',
          ...(index === 0 ? {} : { follows: true as const }),
        })),
        {
          command: `sf-ops abort ${id}`,
          sentence: 'then gives this one up, to be enqueued again',
          follows: true,
        },
      ];
    case 'blocked_by_missing':
      return [
        { command: `sf-ops abort ${id}`, sentence: 'gives it up: what it waits for does not come back' },
      ];
    case 'cycle':
      return [
        { command: `sf-ops abort ${id}`, sentence: 'opens the circle; the others then abort or go on' },
      ];
    case 'failed':
      return [
        { command: `sf-ops show ${id} --traceback`, sentence: 'shows where it failed' },
        { command: `sf-ops enqueue --like ${id}`, sentence: 'does it again as a new operation' },
      ];
    case 'aborted':
      return [{ command: `sf-ops enqueue --like ${id}`, sentence: 'does it again as a new operation' }];
    case 'waits_for': {
      const root = rootOf(chain);
      const ofRoot = root?.explained ? remediesOf(root.explained, [], naming) : [];
      return ofRoot.length > 0 ? ofRoot : [wait];
    }
    case 'deferred':
    case 'waiting_its_turn':
    case 'running':
      return [wait];
    case 'unknown_state':
    case 'cannot_tell':
      return [show];
    case 'complete':
    case 'folded':
    case 'gone':
      return [];
  }
}

/** The first remedy, with the steps that belong to it, as one command line. */
export function stepsOf([first, ...others]: readonly Remedy[]): string | null {
  if (first === undefined) return null;
  const steps = others.filter(({ follows }) => follows);
  return [first, ...steps].map(({ command }) => command).join(' && ');
}

/** What would do instead of the first remedy. */
export function alternativesOf(remedies: readonly Remedy[]): readonly Remedy[] {
  return remedies.slice(1).filter(({ follows }) => !follows);
}

function startConsumers({ why }: Extract<Blocker, { reason: 'undrained' }>): Remedy[] {
  if (why.cause !== 'no_consumer_runs') return [];
  return why.consumers.map(({ node, daemon }) => ({
    command: `systemctl start sf-${daemon}`,
    sentence: `on ${node.fqdn}, whose sf-${daemon} would take it`,
    host: node.fqdn,
  }));
}

/** Fewer completed operations say nothing about a pace. */
const FEW = 3;

/** When the work will probably begin, in seconds, and what that rests on; null where nothing speaks for a figure. */
export function estimateOf({
  ahead,
  isMore,
  drained,
}: QueuePosition): { seconds: number; basis: string } | null {
  if (isMore || drained === null || drained.count < FEW) return null;
  const seconds = Math.round(((ahead + 1) * drained.seconds) / drained.count);
  const minutes = Math.max(1, Math.round(drained.seconds / 60));
  return { seconds, basis: `${drained.count} of this queue completed in the last ${minutes} min` };
}
