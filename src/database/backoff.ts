import type { Deadline } from './limits.js';

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 500;

/** Trying again until a point in time: pauses that grow, each of a random length so that rivals do not stay in step. */
export class Backoff {
  #pauses = 0;

  constructor(private readonly until: Deadline) {}

  get exhausted(): boolean {
    return this.until.remaining() === 0;
  }

  /** Waits a moment; ends at once when `signal` is aborted. */
  async pause(signal: AbortSignal): Promise<void> {
    this.#pauses += 1;
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#pauses);
    const length = Math.min(ceiling * (0.5 + Math.random() / 2), this.until.remaining() * 1000);
    await new Promise<void>((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, length);
      if (signal.aborted) finish();
      else signal.addEventListener('abort', finish, { once: true });
    });
  }
}
