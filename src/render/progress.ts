import { formatDuration } from '../core/duration.js';
import { NO_PROGRESS, type Progress, type Task, type Waiting, type Work } from '../core/progress.js';
import type { Status } from './status.js';

export interface ProgressOptions {
  unicode: boolean;
  /** With `--quiet`. */
  isSilent: boolean;
  /** Seconds, of a clock that only goes forward. */
  clock: () => number;
}

/** Work that is over within this many seconds is not spoken of. */
const SILENT_SECONDS = 1;
/** Between two frames on a terminal. */
const FRAME_SECONDS = 0.1;
/** Between two lines off it, unless a tenth of the work was done. */
const LINE_SECONDS = 10;

/**
 * Shows long work on stderr: a bar with rate and remaining time on a terminal, a line now and then off it, and an
 * account at the end.
 */
export class StatusProgress implements Progress {
  constructor(
    private readonly status: Status,
    private readonly options: ProgressOptions,
  ) {}

  start(work: Work): Task {
    if (this.options.isSilent) return NO_PROGRESS.start(work);
    return new ShownTask(work, this.status, this.options);
  }

  wait(): Waiting {
    if (this.options.isSilent || !this.status.isTerminal) return NO_PROGRESS.wait();
    return new ShownWaiting(this.status, this.options);
  }
}

const FRAMES = { unicode: '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', ascii: '|/-\\' };

/** `⠹ 2 queued, 1 complete, 12s`, on a terminal only: elsewhere what changes is told by whoever waits. */
class ShownWaiting implements Waiting {
  private condition = '';
  private frame = 0;
  private readonly begun: number;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly status: Status,
    private readonly options: ProgressOptions,
  ) {
    this.begun = options.clock();
    this.timer = setInterval(() => this.show(), FRAME_SECONDS * 1000).unref();
  }

  tell(condition: string): void {
    this.condition = condition;
    this.show();
  }

  end(): void {
    clearInterval(this.timer);
    this.status.show('');
  }

  private show(): void {
    const seconds = this.options.clock() - this.begun;
    if (seconds < SILENT_SECONDS || this.condition === '') return;
    const frames = this.options.unicode ? FRAMES.unicode : FRAMES.ascii;
    this.frame = (this.frame + 1) % frames.length;
    const text = `${frames[this.frame]} ${this.condition}, ${formatDuration(seconds)}`;
    this.status.show(text.slice(0, this.status.width - 1));
  }
}

class ShownTask implements Task {
  private count = 0;
  private readonly begun: number;
  private shownAt: number;
  private shownTenth = 0;
  private isOver = false;
  private readonly timer: NodeJS.Timeout | null;

  constructor(
    private readonly work: Work,
    private readonly status: Status,
    private readonly options: ProgressOptions,
  ) {
    this.begun = options.clock();
    this.shownAt = this.begun + SILENT_SECONDS - FRAME_SECONDS;
    // Seconds pass on the bar too while nothing is done.
    this.timer = status.isTerminal ? setInterval(() => this.show(), 250).unref() : null;
  }

  advance(count: number): void {
    this.count += count;
    this.show();
  }

  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    if (this.timer !== null) clearInterval(this.timer);
    this.status.show('');
    const { total } = this.work;
    const isWhole = total === null || this.count >= total;
    if (!isWhole || this.seconds() >= SILENT_SECONDS)
      this.status.say(account(this.work, this.count, this.seconds()));
  }

  private show(): void {
    if (this.isOver) return;
    const now = this.options.clock();
    if (this.status.isTerminal) {
      if (now - this.shownAt < FRAME_SECONDS) return;
      this.status.show(bar(this.work, this.count, this.seconds(), this.status.width, this.options.unicode));
    } else {
      const { total } = this.work;
      const tenth = total === null ? 0 : Math.floor((10 * this.count) / Math.max(1, total));
      const isDue = tenth > this.shownTenth || now - this.shownAt >= LINE_SECONDS;
      if (now - this.begun < SILENT_SECONDS || !isDue || tenth === 10) return;
      this.shownTenth = tenth;
      this.status.say(line(this.work, this.count, this.seconds()));
    }
    this.shownAt = now;
  }

  private seconds(): number {
    return this.options.clock() - this.begun;
  }
}

const BAR_WIDTH = 20;

/** `Backing up ███████████░░░░░░░░░ 56 % · 2,240 of 4,000 values · 812/s · 2s left`, with what has room of it. */
export function bar(work: Work, count: number, seconds: number, columns: number, unicode: boolean): string {
  // Behind it a terminal writes `^C`, which must not begin another line.
  const width = columns - 2;
  const { total } = work;
  const facts = factsOf(work, count, seconds);
  const separator = unicode ? ' · ' : ', ';
  if (total !== null) {
    const part = Math.min(1, count / Math.max(1, total));
    const filled = Math.round(part * BAR_WIDTH);
    const [full, empty] = unicode ? ['█', '░'] : ['#', '.'];
    const drawn = full.repeat(filled) + empty.repeat(BAR_WIDTH - filled);
    facts[0] = `${drawn} ${Math.floor(part * 100)} %${separator}${facts[0]}`;
    if (work.doing.length + 1 + facts[0].length >= width) facts[0] = `${Math.floor(part * 100)} %`;
  }
  let text = `${work.doing} ${facts[0]}`;
  for (const fact of facts.slice(1)) {
    if (text.length + separator.length + fact.length >= width) break;
    text += separator + fact;
  }
  return text.slice(0, width - 1);
}

function line(work: Work, count: number, seconds: number): string {
  const percent = work.total === null ? '' : ` (${Math.floor((100 * count) / Math.max(1, work.total))} %)`;
  const [amount, ...rest] = factsOf(work, count, seconds);
  return `${work.doing}: ${amount}${percent}, ${rest.join(', ')}`;
}

/** `2,240 of 4,000 values backed up in 2s (812/s).` */
export function account({ done, unit, total }: Work, count: number, seconds: number): string {
  const rate = rateText(unit, count, seconds);
  return `${amountText(unit, count, total)} ${done} in ${formatDuration(seconds)}${rate === null ? '' : ` (${rate})`}.`;
}

function factsOf({ unit, total }: Work, count: number, seconds: number): string[] {
  const rate = rateText(unit, count, seconds);
  const left = total === null || count === 0 ? null : ((total - count) * seconds) / count;
  return [
    amountText(unit, count, total),
    ...(rate === null ? [] : [rate]),
    left === null ? formatDuration(seconds) : `${formatDuration(Math.max(0, left))} left`,
  ];
}

function amountText(unit: string, count: number, total: number | null): string {
  if (unit === 'bytes') return total === null ? bytes(count) : `${bytes(count)} of ${bytes(total)}`;
  return total === null ? `${number(count)} ${unit}` : `${number(count)} of ${number(total)} ${unit}`;
}

function rateText(unit: string, count: number, seconds: number): string | null {
  if (count === 0 || seconds <= 0) return null;
  const rate = count / seconds;
  return `${unit === 'bytes' ? bytes(rate) : number(rate < 10 ? Number(rate.toFixed(1)) : Math.round(rate))}/s`;
}

/** The same whatever the locale: `4,000`. */
function number(value: number): string {
  const [whole, part] = String(value).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

function bytes(value: number): string {
  if (value < 1_000) return `${Math.round(value)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  return `${(value / 1_000 ** power).toFixed(1)} ${units[power - 1]}`;
}
