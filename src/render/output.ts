import { UsageError } from '../core/errors.js';

/** Text is handed on in pieces of this size: a system call for each row would be slower than the rows. */
const PIECE = 1 << 15;

/**
 * A stream as writers use it: text is gathered into pieces, a slow reader slows the writer instead of filling memory,
 * and what goes wrong is told here once. Text that waits is handed on as soon as the process has nothing else to do.
 */
export class Output {
  private pieces: string[] = [];
  private length = 0;
  private isScheduled = false;
  private failure: NodeJS.ErrnoException | null = null;
  private readonly reader = new AbortController();
  private readonly end = new AbortController();

  constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly name: string,
  ) {
    stream.on('error', (error: NodeJS.ErrnoException) => this.broke(error));
  }

  /**
   * Aborted when the reader has closed the pipe, as `head` does: it has what it wanted, and what is written later is
   * dropped. Only a write can tell.
   */
  get readerLeft(): AbortSignal {
    return this.reader.signal;
  }

  /** Aborted when nothing that is written gets anywhere any more: the reader left, or the stream cannot be written. */
  get closed(): AbortSignal {
    return this.end.signal;
  }

  /** Whether text was lost: the reader left, or the stream cannot be written. */
  get isBroken(): boolean {
    return this.closed.aborted;
  }

  /**
   * @returns a promise where the caller has to wait before it writes more
   * @throws UsageError when the stream cannot be written: a full disk
   */
  write(text: string): Promise<void> | undefined {
    this.check();
    if (this.readerLeft.aborted) return undefined;
    this.pieces.push(text);
    this.length += text.length;
    if (this.length >= PIECE) return this.handOn();
    if (!this.isScheduled) {
      this.isScheduled = true;
      setImmediate(() => this.handOnIdle());
    }
    return undefined;
  }

  /**
   * Resolves when the stream has taken everything.
   *
   * @throws UsageError when the stream cannot be written
   */
  async flush(): Promise<void> {
    const text = this.take();
    if (!this.readerLeft.aborted && this.failure === null) {
      await new Promise<void>((resolve) => this.stream.write(text, () => resolve()));
    }
    this.check();
  }

  private handOnIdle(): void {
    this.isScheduled = false;
    if (this.length > 0 && !this.readerLeft.aborted && this.failure === null) this.stream.write(this.take());
  }

  private async handOn(): Promise<void> {
    if (this.stream.write(this.take())) return;
    await new Promise<void>((resolve) => {
      const go = (): void => {
        for (const event of ['drain', 'error', 'close']) this.stream.off(event, go);
        resolve();
      };
      for (const event of ['drain', 'error', 'close']) this.stream.on(event, go);
    });
    this.check();
  }

  private take(): string {
    const text = this.pieces.join('');
    this.pieces = [];
    this.length = 0;
    return text;
  }

  private broke(error: NodeJS.ErrnoException): void {
    if (error.code === 'EPIPE') this.reader.abort();
    else this.failure ??= error;
    this.end.abort();
  }

  private check(): void {
    if (this.failure === null) return;
    throw new UsageError(`${this.name} cannot be written: ${this.failure.message}.`, {
      word: 'output',
      cause: this.failure,
    });
  }
}
