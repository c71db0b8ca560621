import { sql, type SQL } from 'drizzle-orm';
import type { Observed } from '../../core/observed.js';
import { likelyQueues } from '../../core/operations/likely-queues.js';
import type { WorkRow } from '../../core/operations/operation-record.js';
import { parseUuid, undashed, type Uuid } from '../../core/uuid.js';
import { chunks } from '../chunks.js';
import { answered, question, type Question } from '../questions.js';
import type { Session } from '../session.js';
import { WORK_COLUMNS, workQueuePages, workRow, type WorkColumns } from './work-rows.js';

/** What is known of an operation whose work rows are sought. */
export interface WorkSought {
  uuid: Uuid;
  type: string | null;
  /** Unix seconds; null where its header is gone. */
  createdAt: number | null;
  nodeUuid: Uuid | null;
  priority: string | null;
}

export type WorkRows = Observed<readonly WorkRow[]>;

/** How far work rows are looked for; a test may set it lower. */
export interface WorkQueueLimits {
  /** Operations that are looked for in their places with one SELECT; for more, reading a short queue once is cheaper. */
  probedAtMost: number;
  /** Queues that are looked into for claimed and deferred rows, and rows of a kind that are read there, all in all. */
  queuesAtMost: number;
  rowsOfAKind: number;
  /** A queue of up to so many rows is kept in memory when many operations are looked for; more takes too much of it. */
  keptAtMost: number;
  /** Rows of the queue that are read in search of suspects. What is left then stays unknown. */
  searchedAtMost: number;
}

/** Operations that one SELECT looks for. From 1,000 times on, MariaDB would read the whole table instead. */
const PROBED_AT_MOST = 200;

const LIMITS: WorkQueueLimits = {
  probedAtMost: PROBED_AT_MOST,
  queuesAtMost: 40,
  rowsOfAKind: 200,
  keptAtMost: 60_000,
  searchedAtMost: 1_000_000,
};

/** Uuids named in one search of the queue. */
const SOUGHT_AT_ONCE = 5_000;

const NOT_SEARCHED: WorkRows = {
  unknown: 'its work row is not where it should be, and the work queue is too long to be searched',
};

/**
 * Finds the work rows of operations. Shaken Fist keeps the operation's uuid only inside `payload`, which no index
 * covers, so the first look goes where a row has to be by the index (`queue_name`, `claimed_at`, `scheduled_at`):
 * the queue follows from the operation; a row that nobody has touched is due when the operation was made; claimed rows
 * stand together, and so do those that are put off. What is found nowhere there is suspected to have no row at all.
 * That must be proved, and only for that is the whole queue read: where it is too long, nothing is said.
 *
 * What was read of the whole queue is kept, so that many operations can be looked for in portions.
 */
export class WorkQueue {
  #length: number | null = null;
  #searched = 0;
  #kept: Map<Uuid, WorkRow[]> | null = null;

  /**
   * @param now unix seconds
   * @param expected how many operations will be looked for in all
   */
  constructor(
    private readonly now: number,
    private readonly expected: number,
    private readonly limits = LIMITS,
  ) {}

  /** The question that looks where the rows have to be; to be asked together with others, and handed to `complete`. */
  likelyRows(sought: readonly WorkSought[]): Question<Map<Uuid, WorkRow[]>> {
    const places = this.#kept !== null ? [] : likelyPlaces(sought, this.now, this.limits);
    if (places.length === 0) return answered(new Map<Uuid, WorkRow[]>());
    return question(sql.join(places, sql` UNION ALL `), grouped);
  }

  /**
   * What is known of each operation, given what the first look found; reads the queue for the others.
   *
   * @returns an entry for each operation
   */
  async complete(
    session: Session,
    sought: readonly WorkSought[],
    likely: ReadonlyMap<Uuid, WorkRow[]>,
  ): Promise<Map<Uuid, WorkRows>> {
    const suspected = sought.filter(({ uuid }) => !likely.has(uuid)).map(({ uuid }) => uuid);
    const searched = await this.#search(session, suspected);
    return new Map(
      sought.map(({ uuid }) => {
        const rows = likely.get(uuid) ?? searched?.get(uuid);
        return [uuid, rows === undefined && searched === null ? NOT_SEARCHED : { value: rows ?? [] }];
      }),
    );
  }

  /** To be called first: reads the queue, where so many operations are expected that it is worth keeping. */
  async prepare(session: Session): Promise<void> {
    if (this.expected <= this.limits.probedAtMost) return;
    this.#length ??= await lengthOf(session);
    if (this.#isWorthKeeping(this.#length)) this.#kept ??= await readAll(session);
  }

  /** Both looks. */
  async find(session: Session, sought: readonly WorkSought[]): Promise<Map<Uuid, WorkRows>> {
    await this.prepare(session);
    const { statement, read } = this.likelyRows(sought);
    return this.complete(session, sought, read(statement === null ? [] : await session.rows(statement)));
  }

  /** @returns null where the queue is too long */
  async #search(session: Session, uuids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, WorkRow[]> | null> {
    if (uuids.length === 0) return new Map();
    this.#length ??= await lengthOf(session);
    if (this.#isWorthKeeping(this.#length)) return (this.#kept ??= await readAll(session));
    const found: WorkColumns[] = [];
    for (const chunk of chunks(uuids, SOUGHT_AT_ONCE)) {
      this.#searched += this.#length;
      if (this.#searched > this.limits.searchedAtMost) return null;
      const named = chunk.map(undashed);
      found.push(
        ...(await session.rows<WorkColumns>(
          sql`SELECT ${WORK_COLUMNS} FROM work_queue WHERE ${UNDASHED_OPERATION} IN ${named}`,
        )),
      );
    }
    return grouped(found);
  }

  #isWorthKeeping(length: number): boolean {
    return this.expected > this.limits.probedAtMost && length <= this.limits.keptAtMost;
  }
}

/** By the server's estimate, which costs no row. */
async function lengthOf(session: Session): Promise<number> {
  const [plan] = await session.rows<{ rows: number | null }>(sql`EXPLAIN SELECT payload FROM work_queue`);
  return Number(plan?.rows ?? 0);
}

async function readAll(session: Session): Promise<Map<Uuid, WorkRow[]>> {
  const found = new Map<Uuid, WorkRow[]>();
  for await (const rows of workQueuePages(session)) addTo(found, rows);
  return inOrder(found);
}

const UNDASHED_OPERATION = sql`LOWER(REPLACE(JSON_VALUE(payload, '$.operation_uuid'), '-', ''))`;

/** One SELECT for each kind of place in each queue; each reads a bounded part of the index. */
function likelyPlaces(
  sought: readonly WorkSought[],
  now: number,
  { probedAtMost, queuesAtMost, rowsOfAKind }: WorkQueueLimits,
): SQL[] {
  const queues = new Map<string, WorkSought[]>();
  for (const one of sought) {
    for (const queue of likelyQueues(one.type, one.nodeUuid, one.priority)) {
      const there = queues.get(queue) ?? [];
      queues.set(queue, there);
      there.push(one);
    }
  }
  const untouched = [...queues].flatMap(([queue, there]) => {
    const dated = there.filter(({ createdAt }) => createdAt !== null);
    return [...chunks(dated, probedAtMost)].map((chunk) => {
      const times = [...new Set(chunk.map(({ createdAt }) => createdAt))];
      return sql`(SELECT ${WORK_COLUMNS} FROM work_queue
        WHERE queue_name = ${queue} AND claimed_at IS NULL AND scheduled_at IN ${times}
          AND ${UNDASHED_OPERATION} IN ${chunk.map(({ uuid }) => undashed(uuid))})`;
    });
  });
  if (queues.size > queuesAtMost) return untouched;
  const limit = Math.ceil(rowsOfAKind / queues.size);
  const touched = [...queues.keys()].flatMap((queue) =>
    [
      sql`claimed_at IS NOT NULL ORDER BY claimed_at DESC, scheduled_at DESC`,
      sql`claimed_at IS NULL AND scheduled_at > ${now} ORDER BY scheduled_at`,
    ].map(
      (kind) =>
        sql`(SELECT ${WORK_COLUMNS} FROM work_queue WHERE queue_name = ${queue} AND ${kind} LIMIT ${limit})`,
    ),
  );
  return [...untouched, ...touched];
}

function grouped(rows: readonly WorkColumns[]): Map<Uuid, WorkRow[]> {
  const found = new Map<Uuid, WorkRow[]>();
  addTo(found, rows);
  return inOrder(found);
}

/** A row that was found in two places counts once. */
function addTo(found: Map<Uuid, WorkRow[]>, rows: readonly WorkColumns[]): void {
  for (const row of rows) {
    const uuid = row.operation_uuid === null ? null : parseUuid(row.operation_uuid);
    if (uuid === null) continue;
    const known = found.get(uuid);
    if (known === undefined) found.set(uuid, [workRow(row)]);
    else if (!known.some(({ id }) => id === row.id)) known.push(workRow(row));
  }
}

function inOrder(found: Map<Uuid, WorkRow[]>): Map<Uuid, WorkRow[]> {
  for (const rows of found.values()) if (rows.length > 1) rows.sort((a, b) => a.scheduledAt - b.scheduledAt);
  return found;
}
