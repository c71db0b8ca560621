import { SfOpsError } from '../../core/errors.js';
import { Names } from '../../core/names.js';
import type { OperationRecord } from '../../core/operations/operation-record.js';
import type { Waited, WaitProgress } from '../../core/operations/wait.js';
import type { Waiting } from '../../core/progress.js';
import type { Uuid } from '../../core/uuid.js';
import type { Database } from '../../database/database.js';
import { readRecords } from '../../database/queries/operation-records.js';
import { readNames } from '../../database/queries/names.js';
import type { CommandContext } from '../context.js';

/** Up to so many operations each change is told; of more, how many there are in which state. */
const TOLD_ONE_BY_ONE = 5;
/** Seconds between two lines about many. */
const SELDOM_SECONDS = 10;
/** Of how many it is read what they are, and why they failed. */
const DESCRIBED_AT_MOST = 1000;

/** Follows a wait: says on stderr what has changed, and keeps what the operations are, as long as it can be read. */
export class WaitStory {
  readonly records = new Map<Uuid, OperationRecord>();
  names = Names.NONE;
  #told = new Map<Uuid, string>();
  #lastLine = '';
  #lastLineAt = -Infinity;
  #isInTrouble = false;
  readonly #waiting: Waiting;

  constructor(
    private readonly context: CommandContext,
    private readonly database: Database,
  ) {
    this.#waiting = context.progress.wait();
  }

  async tell(progress: WaitProgress): Promise<void> {
    const waited = [...progress.waited.values()];
    await this.#read(waited.filter(({ uuid, seen }) => seen !== null && !this.records.has(uuid)));
    if (this.#isInTrouble) this.context.note('The database answers again.');
    this.#isInTrouble = false;
    if (waited.length > TOLD_ONE_BY_ONE) this.#tellAll(waited);
    else for (const one of waited) this.#tellOne(one);
    this.#waiting.tell(waited.length === 0 ? '' : countsText(waited.map(conditionOf)));
  }

  /** There is nothing more to wait for. */
  end(): void {
    this.#waiting.end();
  }

  tellTrouble(failure: SfOpsError): void {
    if (!this.#isInTrouble) this.context.note(`${failure.message} Asking again.`);
    this.#isInTrouble = true;
    this.#waiting.tell('no answer from the database');
  }

  /** Once more, for the reports of those that failed. */
  async readErrors({ waited }: WaitProgress): Promise<void> {
    await this.#read([...waited.values()].filter(({ outcome }) => outcome === 'failed'));
  }

  /** What they are is of interest, but nothing to fail for. */
  async #read(operations: readonly Waited[]): Promise<void> {
    const uuids = operations.map(({ uuid }) => uuid).slice(0, DESCRIBED_AT_MOST);
    if (uuids.length === 0 || this.database.options.signal.aborted) return;
    try {
      const description = await this.database.describe();
      const { records, names } = await this.database.snapshot(async (session) => {
        const read = await readRecords(session, description, uuids, this.context.now());
        const objects = [...read.records.values()].flatMap(({ targets }) => targets);
        const toName = { objects, operations: uuids };
        return { ...read, names: await readNames(session, description, toName, read.cluster.nodes) };
      });
      this.names = this.names.with(names);
      for (const [uuid, record] of records) this.records.set(uuid, record);
    } catch (error) {
      if (!(error instanceof SfOpsError)) throw error;
    }
  }

  #tellOne(one: Waited): void {
    const condition = conditionOf(one);
    if (this.#told.get(one.uuid) === condition) return;
    this.#told.set(one.uuid, condition);
    this.context.note(`${operationText(one, this)}: ${condition}`);
  }

  #tellAll(waited: readonly Waited[]): void {
    const line = `${waited.length} operations: ${countsText(waited.map(conditionOf))}`;
    const now = this.context.now();
    if (line === this.#lastLine || now - this.#lastLineAt < SELDOM_SECONDS) return;
    this.#lastLine = line;
    this.#lastLineAt = now;
    this.context.note(line);
  }
}

/** `queued`, `executing`, `complete`, `gone`. */
export function conditionOf({ outcome, seen }: Waited): string {
  if (outcome !== 'pending') return outcome;
  return seen === null ? 'not seen yet' : (seen.state ?? 'without a state');
}

/** `2 complete, 1 queued`, the most frequent first. */
export function countsText(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

/** What is known of the operations and of the objects that they are for. */
export interface Known {
  readonly records: ReadonlyMap<Uuid, OperationRecord>;
  readonly names: Names;
}

/** `70000024 network_deploy on network/web`, with what is known of it. */
export function operationText({ uuid, seen }: Waited, { records, names }: Known): string {
  const record = records.get(uuid);
  const tasks = record?.header?.stored.tasks ?? [];
  const what = tasks.length > 0 ? tasks.join(', ') : (record?.type ?? seen?.operationType ?? 'operation');
  const [target] = record?.targets ?? [];
  const where = target === undefined ? '' : ` on ${names.object(target.objectType, target.uuid)}`;
  return `${names.uuid(uuid)} ${what}${where}`;
}
