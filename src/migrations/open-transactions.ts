import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { UnavailableError } from '../core/errors.js';
import { deadlineIn, type Deadline } from '../database/limits.js';
import type { Session } from '../database/session.js';
import type { ServerNode, Servers } from './servers.js';

/** A transaction that is open on a node, and that a schema change there would have to wait for, or would kill. */
export interface OpenTransaction {
  node: string;
  connectionId: number;
  seconds: number;
  /** What it runs right now; null while its client is thinking. */
  statement: string | null;
}

/** A refused attempt costs the others nothing, and on a busy table quiet moments are short: so it is tried often. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
/** Kept back from `--timeout`, to end in good order: give up the lease, and say why. */
const RESERVE_SECONDS = 0.5;

/** How long to wait for a quiet moment: `--max-wait`, or what is left of `--timeout` if that is less. */
export function waitDeadlineOf(maxWaitSeconds: number, deadline: Deadline): Deadline {
  const own = deadlineIn(maxWaitSeconds);
  return { remaining: () => Math.max(0, Math.min(own.remaining(), deadline.remaining() - RESERVE_SECONDS)) };
}

export function isOver(deadline: Deadline): boolean {
  return deadline.remaining() <= RESERVE_SECONDS;
}

/** InnoDB makes its list of transactions anew only when nobody has read it for a tenth of a second (10.11, 11.8). */
const LIST_IDLE_MS = 110;
const LOOKS = 20;

interface TransactionRow {
  id: number;
  seconds: number;
  statement: string | null;
  own: number;
}

/**
 * Transactions that are open on one node. InnoDB does not tell which tables a transaction has touched, so every one
 * counts.
 *
 * @throws UnavailableError when others read the server's list so often that it is never up to date; with 1227 as its
 *   cause when the account lacks PROCESS
 */
export async function openTransactions({ name, database }: ServerNode): Promise<OpenTransaction[]> {
  for (let look = 1; look <= LOOKS; look += 1) {
    const rows = await database.snapshot((session) => listTransactions(session, randomUUID()));
    if (rows !== null) {
      return rows.map(({ id, seconds, statement }) => ({ node: name, connectionId: id, seconds, statement }));
    }
    // Longer from look to look: several who ask at once would keep the list old for each other.
    await sleep(LIST_IDLE_MS * (1 + Math.random() * look));
  }
  throw new UnavailableError(
    `${name} never showed an up-to-date list of its transactions: others keep reading it.`,
    {
      word: 'stale_list',
      hint: 'Stop the monitoring that reads information_schema.innodb_trx many times a second.',
    },
  );
}

/**
 * @param mark unique to this look. The list shows what each transaction runs, ours too: it was made for this very look
 *   if it shows the mark, and is an older one if it does not
 * @returns null for an older list
 */
async function listTransactions(session: Session, mark: string): Promise<TransactionRow[] | null> {
  const rows = await session.rows<TransactionRow>(sql`
    SELECT ${mark} AS mark, trx_mysql_thread_id AS id, TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds,
      trx_query AS statement, trx_mysql_thread_id = CONNECTION_ID() AS own
    FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> 0 ORDER BY trx_started`);
  const isCurrent = rows.some(({ own, statement }) => own === 1 && statement?.includes(mark));
  return isCurrent ? rows.filter(({ own }) => own === 0) : null;
}

/**
 * Waits until no transaction is open on any node.
 *
 * @returns the work that is still open at the deadline; empty = all is quiet
 */
export async function untilNoneOpen(
  servers: Servers,
  waitDeadline: Deadline,
  signal: AbortSignal,
): Promise<OpenTransaction[]> {
  for (let attempt = 1; ; attempt += 1) {
    const open = (await Promise.all(servers.nodes.map(openTransactions))).flat();
    if (open.length === 0 || waitDeadline.remaining() === 0 || signal.aborted) return open;
    await pause(attempt, waitDeadline);
  }
}

/** Longer from attempt to attempt and never in step with others, but not beyond the deadline. */
export async function pause(attempt: number, waitDeadline: Deadline): Promise<void> {
  const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
  const jittered = ceiling * (0.5 + Math.random() / 2);
  await new Promise((resolve) => setTimeout(resolve, Math.min(jittered, waitDeadline.remaining() * 1000)));
}

export function describeTransaction({ node, connectionId, seconds, statement }: OpenTransaction): string {
  const doing = statement === null ? 'idle in a transaction' : statement.replaceAll(/\s+/g, ' ').slice(0, 80);
  return `connection ${connectionId} on ${node}, open for ${seconds} s: ${doing}`;
}
