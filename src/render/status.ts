import { printable } from './printable.js';
import { wrap } from './wrap.js';

const CLEAR_LINE = '\r\u001b[K';

/**
 * stderr: lines that stay and, on a terminal, one line below them that changes. What is said while that line is shown
 * is put above it.
 */
export class Status {
  private current = '';

  constructor(
    private readonly stream: NodeJS.WriteStream,
    readonly isTerminal = stream.isTTY,
  ) {}

  get width(): number {
    return this.stream.columns || 80;
  }

  /** A sentence that stays: a line, or on a terminal as many as it takes, broken between words. */
  say(text: string): void {
    const shown = this.current;
    this.show('');
    const [first, ...more] = this.isTerminal ? wrap(printable(text), this.width, 2) : [printable(text)];
    this.stream.write([first, ...more.map((line) => `  ${line}`)].map((line) => `${line}\n`).join(''));
    this.show(shown);
  }

  /** The line that changes; empty: none. The caller keeps it narrower than the terminal. */
  show(text: string): void {
    if (!this.isTerminal || text === this.current) return;
    this.stream.write(this.current === '' ? text : `${CLEAR_LINE}${text}`);
    this.current = text;
  }
}
