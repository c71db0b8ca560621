import { createHash, type Hash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { RefusedError } from '../../core/errors.js';
import { isRecord } from '../../core/json.js';
import { pythonJson } from '../../core/python-json.js';
import { parseUuid, type Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { insertRows, type BoundStatement } from '../../database/insert.js';
import type { Producer } from './audit.js';

/** Lines that a batch of a run has done, with what was used instead of a new operation. */
export interface DoneLines {
  lines: readonly number[];
  /** Line → the operation that was adopted for it. */
  adopted: ReadonlyMap<number, Uuid>;
  /** Of the lines' texts, so that another file under the same name is noticed. */
  digest: string;
}

/**
 * A load that can be run again after any interruption, and then goes on where it was: `--run-id`.
 *
 * Each batch leaves a mark in the transaction that writes it: an audit event of its own, which tells its lines. Operations
 * cannot tell it: they vanish half a minute after they ended. The uuids of operations follow from the run and the line,
 * so that two programs which run the same load at once write each operation once.
 */
export class Run {
  readonly #digests = new Map<DoneLines, Hash>();
  readonly #doneBy: Map<number, DoneLines>;

  private constructor(
    readonly id: string,
    marks: readonly DoneLines[],
  ) {
    this.#doneBy = new Map(marks.flatMap((mark) => mark.lines.map((line) => [line, mark] as const)));
  }

  /** Reads how far the run has come. */
  static async resume(database: Database, id: string): Promise<Run> {
    const rows = await database.read(async (session) =>
      session.rows<{ extra: string | null }>(
        sql`SELECT extra FROM events WHERE request_id = ${requestIdOf(id)} ORDER BY timestamp`,
      ),
    );
    return new Run(
      id,
      rows.flatMap(({ extra }) => readMark(extra, id) ?? []),
    );
  }

  get doneLines(): number {
    return this.#doneBy.size;
  }

  /** The uuid of the operation that the line makes. */
  uuidOf(line: number): Uuid {
    return derivedUuid(`${this.id}/${line}`);
  }

  /**
   * The operation that did the line in an earlier run; null if none has.
   *
   * @throws RefusedError when the lines of a batch that was done are not what they were
   */
  operationOf(line: number, text: string): Uuid | null {
    const mark = this.#doneBy.get(line);
    if (mark === undefined) return null;
    const digest = this.#digests.get(mark) ?? createHash('sha256');
    this.#digests.set(mark, digest.update(`${text}\n`));
    if (line === mark.lines.at(-1) && digest.digest('hex') !== mark.digest) {
      throw new RefusedError(
        `Lines ${mark.lines[0]!} to ${line} are not what they were when the run ${this.id} did them.`,
        { word: 'run_changed', hint: 'Give the same file, or another --run-id for another one.' },
      );
    }
    return mark.adopted.get(line) ?? this.uuidOf(line);
  }

  /** The statement that marks lines as done, and the key by which the mark is found. */
  mark(done: DoneLines, producer: Producer, timestamp: number): { statement: BoundStatement; uuid: Uuid } {
    const ranges = rangesOf(done.lines);
    const uuid = derivedUuid(`${this.id}/lines/${JSON.stringify(ranges)}`);
    const extra = {
      adopted: Object.fromEntries(done.adopted),
      digest: done.digest,
      lines: ranges,
      requested_by: { host: producer.fqdn, program: 'sf-ops', user: producer.user },
      run_id: this.id,
    };
    const row = {
      ...{ event_uuid: uuid, event_type: 'audit', timestamp, fqdn: producer.fqdn, duration: null },
      message: `sf-ops enqueued lines ${ranges[0]![0]} to ${ranges.at(-1)![1]} of run ${this.id}`,
      extra: pythonJson(extra),
      request_id: requestIdOf(this.id),
    };
    const suffix = 'ON DUPLICATE KEY UPDATE event_uuid = VALUES(event_uuid)';
    return { statement: insertRows('events', [row], { suffix })[0]!, uuid };
  }
}

export function digestOf(texts: readonly string[]): string {
  const digest = createHash('sha256');
  for (const text of texts) digest.update(`${text}\n`);
  return digest.digest('hex');
}

/** A uuid of version 4 that follows from a text. */
function derivedUuid(text: string): Uuid {
  const hex = createHash('sha256').update(`sf-ops/enqueue/${text}`).digest('hex').slice(0, 32);
  const variant = '89ab'[parseInt(hex[16]!, 16) % 4]!;
  return parseUuid(`${hex.slice(0, 12)}4${hex.slice(13, 16)}${variant}${hex.slice(17)}`)!;
}

/** `events.request_id` is indexed, and VARCHAR(64): an id of any length goes in as its digest. */
function requestIdOf(id: string): string {
  return `sf-ops-run-${createHash('sha256').update(id).digest('hex').slice(0, 40)}`;
}

function readMark(extra: string | null, id: string): DoneLines | null {
  const mark: unknown = extra === null ? null : JSON.parse(extra);
  if (!isRecord(mark) || mark.run_id !== id || !Array.isArray(mark.lines)) return null;
  const lines = (mark.lines as [number, number][]).flatMap(([first, last]) =>
    Array.from({ length: last - first + 1 }, (_, index) => first + index),
  );
  const adopted = Object.entries(isRecord(mark.adopted) ? (mark.adopted as Record<string, string>) : {});
  return {
    lines,
    adopted: new Map(adopted.map(([line, uuid]) => [Number(line), uuid])),
    digest: String(mark.digest),
  };
}

function rangesOf(lines: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const line of lines) {
    const last = ranges.at(-1);
    if (last?.[1] === line - 1) last[1] = line;
    else ranges.push([line, line]);
  }
  return ranges;
}
