import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Screen {
  /** What stands on the screen, line by line, colours included. */
  lines: string[];
  /** How many lines were too long for the screen, and went on in the next. */
  wrapped: number;
}

/** A real terminal, as far as a program can tell: tmux, which keeps what was written to it. */
export class Terminals {
  private count = 0;

  private constructor(
    private readonly socket: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async open(folder: string, environment: Readonly<Record<string, string>>): Promise<Terminals> {
    const terminals = new Terminals(join(folder, 'tmux'), environment);
    // With its last session tmux ends, and the next one would meet it at that.
    await terminals.tmux('new-session', '-d', '-s', 'held', '--', 'sleep', '3600');
    return terminals;
  }

  /** Runs a shell command in a terminal of that many columns, and reads its screen when the command has ended. */
  async run(
    command: string,
    columns: number,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Screen> {
    this.count += 1;
    const name = `screen${this.count}`;
    const variables = Object.entries({ ...this.environment, ...environment });
    const ending = `tmux -S ${this.socket} wait-for -S ${name}; exec sleep 600`;
    await this.tmux(
      ...['new-session', '-d', '-s', name, '-x', String(columns), '-y', '400'],
      ...['--', 'env', '-i', ...variables.map(([key, value]) => `${key}=${value}`)],
      ...['sh', '-c', `${command}; ${ending}`],
    );
    await this.tmux('wait-for', name);
    const shown = await this.tmux('capture-pane', '-p', '-e', '-t', name);
    const joined = await this.tmux('capture-pane', '-p', '-e', '-J', '-t', name);
    await this.tmux('kill-session', '-t', name);
    const lines = linesOf(shown);
    return { lines, wrapped: lines.length - linesOf(joined).length };
  }

  /** Starts a shell command in a terminal, for what is to happen while it runs. */
  async start(
    command: string,
    { columns, rows }: { columns: number; rows: number },
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunningScreen> {
    this.count += 1;
    const name = `running${this.count}`;
    const variables = Object.entries({ ...this.environment, ...environment });
    // The settings of the terminal as they are left: cooked, with echo.
    const after = `echo "code $?"; stty -a | grep -ow -e '-\\?icanon' -e '-\\?echo'; echo settled; exec sleep 600`;
    await this.tmux(
      ...['new-session', '-d', '-s', name, '-x', String(columns), '-y', String(rows)],
      ...['--', 'env', '-i', ...variables.map(([key, value]) => `${key}=${value}`)],
      // Ctrl-C is for the program: the shell outlives it.
      ...['sh', '-c', `trap : INT; echo before; ${command}; ${after}`],
    );
    return new RunningScreen(name, async (...words) => this.tmux(...words));
  }

  /** Ends the terminals, and whatever still runs in them. */
  async close(): Promise<void> {
    await this.tmux('kill-server');
  }

  private async tmux(...words: string[]): Promise<string> {
    const env = { ...process.env, LC_ALL: 'C.UTF-8', TMUX: '' };
    const { stdout } = await execute('tmux', ['-u', '-S', this.socket, '-f', '/dev/null', ...words], { env });
    return stdout;
  }
}

/** How long a screen may take to show what it is waited for. */
const TIMEOUT_MS = 20_000;

/** A program that runs in a terminal, its keyboard and its screen. */
export class RunningScreen {
  constructor(
    private readonly name: string,
    private readonly tmux: (...words: string[]) => Promise<string>,
  ) {}

  /** Presses keys as tmux names them: `q`, `Enter`, `C-c`, `Down`. */
  async press(...keys: string[]): Promise<void> {
    await this.tmux('send-keys', '-t', this.name, ...keys);
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.tmux('resize-window', '-t', this.name, '-x', String(columns), '-y', String(rows));
  }

  /** Of the shell that runs the program. */
  async pid(): Promise<number> {
    return Number(await this.tmux('display-message', '-p', '-t', this.name, '#{pane_pid}'));
  }

  async text(): Promise<string> {
    return linesOf(await this.tmux('capture-pane', '-p', '-t', this.name)).join('\n');
  }

  /** The screen, as soon as it shows that. */
  async shows(wanted: RegExp): Promise<string> {
    return this.#until(wanted, true);
  }

  /** The screen, as soon as it does not show that any more. */
  async hides(unwanted: RegExp): Promise<string> {
    return this.#until(unwanted, false);
  }

  /** Whether the terminal is as it was before the program: its own screen, with a cursor, cooked; and how it ended. */
  async end(): Promise<{ text: string; code: number; isClean: boolean }> {
    await this.shows(/^settled$/m);
    // With what has scrolled off a small screen.
    const text = await this.tmux('capture-pane', '-p', '-S', '-', '-t', this.name);
    const flags = await this.tmux('display-message', '-p', '-t', this.name, '#{alternate_on} #{cursor_flag}');
    const isCooked = /^icanon$/m.test(text) && /^echo$/m.test(text);
    return {
      text,
      code: Number(/^code (\d+)$/m.exec(text)?.[1]),
      isClean: flags.trim() === '0 1' && isCooked && text.startsWith('before\n'),
    };
  }

  async #until(wanted: RegExp, isThere: boolean): Promise<string> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      const text = await this.text();
      if (wanted.test(text) === isThere) return text;
      if (Date.now() > deadline)
        throw new Error(`${String(wanted)} is ${isThere ? 'not' : 'still'} on the screen:\n${text}`);
      await sleep(50);
    }
  }
}

function linesOf(captured: string): string[] {
  return captured
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}
