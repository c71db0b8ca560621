const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
/** Before the text: behind a line that fills the width, it would take the last character with it. */
const CLEAR_LINE = '\u001b[2K';
const CLEAR_BELOW = '\u001b[J';

export interface Size {
  columns: number;
  rows: number;
}

/** What is taken and given back together with the screen. */
export interface Keyboard {
  take(): void;
  restore(): void;
}

/**
 * A view that redraws itself on a screen of its own, and leaves the terminal as it was however the process ends, short
 * of being killed outright.
 */
export class LiveScreen {
  private isOpen = false;
  private readonly leave = (): void => this.restore();
  private readonly stop = (): void => {
    this.restore();
    process.kill(process.pid, 'SIGSTOP');
  };
  private readonly resume = (): void => {
    this.take();
    this.redraw();
  };

  /**
   * @param redraw called when the size has changed, or the process was in the background: the caller draws again
   */
  constructor(
    private readonly stream: NodeJS.WriteStream,
    private readonly redraw: () => void,
    private readonly keyboard: Keyboard | null = null,
  ) {}

  get size(): Size {
    return { columns: this.stream.columns || 80, rows: this.stream.rows || 24 };
  }

  open(): void {
    this.take();
    this.stream.on('resize', this.redraw);
    process.on('exit', this.leave);
    process.on('SIGTSTP', this.stop);
    process.on('SIGCONT', this.resume);
  }

  /**
   * One frame, in one write: lines below the screen's edge are counted in its last line. A frame for which the terminal
   * has not been fast enough is left out.
   *
   * @param text lines no wider than the screen, with a line end each
   */
  draw(text: string): void {
    if (!this.isOpen || this.stream.writableNeedDrain) return;
    const lines = text.split('\n').slice(0, -1);
    const { rows } = this.size;
    const hidden = lines.length - rows;
    const shown = hidden > 0 ? [...lines.slice(0, rows - 1), `${hidden + 1} more lines`] : lines;
    const below = shown.length < rows ? `\r\n${CLEAR_BELOW}` : '';
    this.stream.write(`${HOME}${shown.map((line) => CLEAR_LINE + line).join('\r\n')}${below}`);
  }

  /** @param last what stays on the ordinary screen */
  close(last = ''): void {
    this.stream.off('resize', this.redraw);
    process.off('exit', this.leave);
    process.off('SIGTSTP', this.stop);
    process.off('SIGCONT', this.resume);
    this.restore();
    if (last !== '') this.stream.write(last);
  }

  private take(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.stream.write(ENTER);
    this.keyboard?.take();
  }

  private restore(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.keyboard?.restore();
    this.stream.write(LEAVE);
  }
}
