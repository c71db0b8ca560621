import { readFileSync, readdirSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The process id of the server that runs on `dataDirectory`, or null.
 *
 * The process table is asked each time instead of a pid file: a file is left behind by kill -9, can name a process
 * that has nothing to do with us by then, and is not there yet while the server starts.
 */
export function findServerProcess(dataDirectory: string): number | null {
  for (const name of readdirSync('/proc')) {
    if (/^\d+$/.test(name) && runsOn(Number(name), dataDirectory)) return Number(name);
  }
  return null;
}

/** The TCP port that the server was started with; null without one. */
export function serverTcpPort(pid: number): number | null {
  const option = commandLine(pid).find((word) => word.startsWith('--port='));
  return option === undefined ? null : Number(option.slice('--port='.length));
}

/**
 * Asks the server to shut down (SIGTERM) and waits until it has; kills it if that takes longer than `timeoutMs`.
 * Signals nothing but a server that runs on `dataDirectory`.
 */
export async function stopServerProcess(
  pid: number,
  dataDirectory: string,
  timeoutMs = 15_000,
): Promise<void> {
  if (!(await endsBy('SIGTERM', pid, dataDirectory, timeoutMs))) await killServerProcess(pid, dataDirectory);
}

/** Kills the server that runs on `dataDirectory` (SIGKILL); when this resolves, its locks and sockets are gone too. */
export async function killServerProcess(pid: number, dataDirectory: string): Promise<void> {
  await endsBy('SIGKILL', pid, dataDirectory, Number.POSITIVE_INFINITY);
}

async function endsBy(
  signal: NodeJS.Signals,
  pid: number,
  dataDirectory: string,
  timeoutMs: number,
): Promise<boolean> {
  const begun = startTime(pid);
  if (begun === null || !runsOn(pid, dataDirectory)) return true;
  process.kill(pid, signal);
  const deadline = performance.now() + timeoutMs;
  while (startTime(pid) === begun) {
    if (performance.now() > deadline) return false;
    await sleep(5);
  }
  return true;
}

/**
 * When the process began, in the kernel's ticks; null once it has ended, all threads of it.
 *
 * Its command line tells nothing here: that is gone as soon as the process begins to die, while its files are still
 * locked and its sockets open. And a process id alone may be another process's by now; this number is not.
 */
function startTime(pid: number): string | null {
  const stat = readProcess(pid, 'stat');
  // The second field is a name in parentheses that can hold anything; the third is the state.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startedAt] = [fields[0], fields[19]];
  if (startedAt === undefined) return null;
  // Nobody has to collect an ended process: in a container without an init it stays a zombie.
  const isZombie = state === 'Z' && threads(pid) <= 1;
  return isZombie ? null : startedAt;
}

/** Ours only: anybody can start a process with our folder in its command line. */
function runsOn(pid: number, dataDirectory: string): boolean {
  if (unlessEnded(null, () => statSync(`/proc/${pid}`).uid) !== process.getuid?.()) return false;
  const words = commandLine(pid);
  return words.includes(`--datadir=${dataDirectory}`) && !words.includes('--bootstrap');
}

/** Empty for a process that has ended, and for one that is not ours to look at. */
function commandLine(pid: number): string[] {
  return readProcess(pid, 'cmdline').split('\0');
}

function readProcess(pid: number, file: 'cmdline' | 'stat'): string {
  return unlessEnded('', () => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
}

function threads(pid: number): number {
  return unlessEnded(0, () => readdirSync(`/proc/${pid}/task`).length);
}

function unlessEnded<T>(otherwise: T, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}
