import { execFile } from 'node:child_process';
import { join } from 'node:path';
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

function linesOf(captured: string): string[] {
  return captured
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}
