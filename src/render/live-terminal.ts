import { keysOf, type Key } from './keys.js';
import { LiveScreen, type Keyboard, type Size } from './live.js';
import type { Look } from './look.js';

/** How long the rest of a key's sequence may take to arrive. */
const KEY_MS = 50;

/** A terminal that a live view may take over: the screen, and the keyboard where that is a terminal as well. */
export class LiveTerminal {
  private screen: LiveScreen | null = null;

  constructor(
    private readonly stdin: NodeJS.ReadStream,
    private readonly stdout: NodeJS.WriteStream,
    private readonly lookOf: () => Look,
  ) {}

  get hasKeys(): boolean {
    return this.stdin.isTTY;
  }

  /** How answers are to look, as wide as the terminal is now. */
  get look(): Look {
    return { ...this.lookOf(), width: this.size.columns };
  }

  get size(): Size {
    return { columns: this.stdout.columns || 80, rows: this.stdout.rows || 24 };
  }

  /**
   * Takes the terminal. Ctrl-C and Ctrl-Z do what they do elsewhere.
   *
   * @param redraw called when the size has changed, or the process was in the background
   */
  open(redraw: () => void, onKey: (key: Key) => void): void {
    this.screen = new LiveScreen(
      this.stdout,
      redraw,
      this.hasKeys ? new RawKeyboard(this.stdin, onKey) : null,
    );
    this.screen.open();
  }

  /** One frame, in one write. */
  draw(text: string): void {
    this.screen?.draw(text);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.screen?.close();
    this.screen = null;
  }
}

/** Keys one by one, as they are pressed. */
class RawKeyboard implements Keyboard {
  private rest = '';
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly stdin: NodeJS.ReadStream,
    private readonly onKey: (key: Key) => void,
  ) {
    // A terminal that is gone ends the process by SIGHUP; what its keyboard says then is no news.
    stdin.setEncoding('utf8').on('error', () => undefined);
  }

  take(): void {
    this.stdin.setRawMode(true);
    this.stdin.on('data', this.hear).resume();
  }

  restore(): void {
    clearTimeout(this.timer);
    this.stdin.off('data', this.hear).pause();
    this.stdin.setRawMode(false);
  }

  private readonly hear = (arrived: unknown): void => {
    clearTimeout(this.timer);
    this.press(this.rest + String(arrived), false);
    if (this.rest !== '') this.timer = setTimeout(() => this.press(this.rest, true), KEY_MS);
  };

  private press(text: string, isAll: boolean): void {
    const { keys, rest } = keysOf(text, isAll);
    this.rest = rest;
    for (const key of keys) {
      if ('name' in key && key.name === 'interrupt') process.kill(process.pid, 'SIGINT');
      else if ('name' in key && key.name === 'suspend') process.kill(process.pid, 'SIGTSTP');
      else this.onKey(key);
    }
  }
}
