/**
 * How far long work is. A use case tells it, whoever called the use case shows it; nobody has to listen.
 *
 *     const task = progress.start({ doing: 'Backing up', done: 'backed up', unit: 'values', total });
 *     try { …; task.advance(page.length); } finally { task.end(); }
 */
export interface Progress {
  start(work: Work): Task;
  /** Waiting for others: there is nothing to count, and on a terminal something that moves. */
  wait(): Waiting;
}

export interface Work {
  /** What is being done: `Backing up`. */
  doing: string;
  /** The same when it is over: `backed up`. */
  done: string;
  /** What is counted, in the plural: `values`; `bytes` are shown as kB, MB and GB. */
  unit: string;
  /** How many there are; null where that is not known, and a bar cannot be drawn. */
  total: number | null;
}

export interface Task {
  /** @param count of those done since the last call */
  advance(count: number): void;
  /** Ends it, also half-way: the account says how far it came. A second call does nothing. */
  end(): void;
}

export interface Waiting {
  /** What is waited for, as it stands: `2 queued, 1 complete`. */
  tell(condition: string): void;
  end(): void;
}

/** For callers whom nobody watches. */
export const NO_PROGRESS: Progress = {
  start: () => ({ advance: () => undefined, end: () => undefined }),
  wait: () => ({ tell: () => undefined, end: () => undefined }),
};
