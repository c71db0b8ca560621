import { execFile } from 'node:child_process';
import { delimiter } from 'node:path';
import type { Environment } from '../../configuration/connection-settings.js';
import { toolEnvironment } from '../../configuration/tool-environment.js';
import { InterruptedError } from '../../core/errors.js';
import type { Observed } from '../../core/observed.js';

/** How the tools of this machine are run. */
export interface ToolOptions {
  environment: Environment;
  /** Aborted by SIGINT and SIGTERM. */
  signal: AbortSignal;
  /** A tool that takes longer is killed. */
  seconds: number;
}

/** Tens of thousands of interfaces with all their attributes. */
const LONGEST_OUTPUT = 256 * 1024 * 1024;
/** Where `ip` and `bridge` lie, which an ordinary user's or cron's PATH may leave out. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/**
 * Runs a tool that only looks, and returns the JSON that it prints. A tool that is missing, refuses, hangs or talks
 * nonsense is a reason, not an error.
 *
 * @throws InterruptedError
 */
export async function readJson(
  command: string,
  parameters: readonly string[],
  options: ToolOptions,
): Promise<Observed<unknown>> {
  const line = [command, ...parameters].join(' ');
  const output = await runTool(command, parameters, options);
  if ('unknown' in output) return { unknown: `\`${line}\` ${output.unknown}` };
  try {
    return { value: JSON.parse(output.value === '' ? '[]' : output.value) as unknown };
  } catch (error) {
    if (error instanceof SyntaxError) return { unknown: `\`${line}\` did not print JSON` };
    throw error;
  }
}

async function runTool(
  command: string,
  parameters: readonly string[],
  { environment, signal, seconds }: ToolOptions,
): Promise<Observed<string>> {
  const path = [environment.PATH ?? '', ...SYSTEM_FOLDERS].filter((folder) => folder !== '').join(delimiter);
  return new Promise((resolve, reject) => {
    execFile(
      command,
      parameters,
      {
        env: { ...toolEnvironment(environment), PATH: path, LC_ALL: 'C' },
        encoding: 'utf8',
        maxBuffer: LONGEST_OUTPUT,
        timeout: seconds * 1000,
        killSignal: 'SIGKILL',
        signal,
      },
      (error, stdout, stderr) => {
        if (error === null) return resolve({ value: stdout });
        if (signal.aborted) return reject(interrupted(signal));
        resolve({ unknown: whyFailed(error, stderr, seconds) });
      },
    );
  });
}

function whyFailed(error: Error, stderr: string, seconds: number): string {
  const { code, killed } = error as { code?: unknown; killed?: boolean };
  if (code === 'ENOENT') return 'is not installed';
  if (code === 'EACCES') return 'may not be run';
  if (killed) return `did not end within ${seconds} s`;
  const [firstLine] = stderr.trim().split('\n');
  return `failed: ${firstLine || `exit ${String(code)}`}`;
}

function interrupted({ reason }: AbortSignal): InterruptedError {
  return new InterruptedError(
    reason === 'SIGTERM' ? 'SIGTERM' : 'SIGINT',
    'Interrupted while looking at this machine.',
  );
}
