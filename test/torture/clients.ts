import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { runFolder } from '../servers/run-folder.js';
import type { Assignment, Report } from './client.js';
import type { Step } from './history.js';

let bundle: Promise<string> | null = null;

/** The client, as one file that Node runs as it is. */
async function bundled(): Promise<string> {
  const outfile = join(runFolder(), `torture-client-${process.pid}.cjs`);
  await build({
    entryPoints: ['test/torture/client.ts'],
    outfile,
    bundle: true,
    loader: { '.sql': 'text' },
    platform: 'node',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}

/** A client process. One that is killed is replaced when it gets its next assignment. */
export class TortureClient {
  #child: ChildProcess | null = null;

  /** @returns once every session has ended, or the process has been killed */
  async work(assignment: Assignment, record: (step: Step) => void): Promise<void> {
    const child = (this.#child ??= await this.#start());
    await new Promise<void>((resolve, reject) => {
      const onMessage = (report: Report): void => {
        if ('step' in report) return record(report.step);
        finish(resolve);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        finish(() =>
          signal === 'SIGKILL' ? resolve() : reject(new Error(`a client ended with ${code ?? signal}`)),
        );
      };
      const finish = (settle: () => void): void => {
        child.off('message', onMessage).off('exit', onExit);
        settle();
      };
      child.on('message', onMessage).on('exit', onExit);
      child.send(assignment);
    });
  }

  kill(): void {
    this.#child?.kill('SIGKILL');
    // At once, not when its end is noticed: it may have no work at the moment, and must not be given any.
    this.#child = null;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === null) return;
    child.disconnect();
    await once(child, 'exit');
  }

  async #start(): Promise<ChildProcess> {
    bundle ??= bundled();
    // Infinity, for a step without an end, does not survive JSON.
    return fork(await bundle, { serialization: 'advanced' });
  }
}
