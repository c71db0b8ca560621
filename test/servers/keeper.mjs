/**
 * Ends what a test run leaves behind: every server whose data directory lies in the run's folder, then the folder.
 *
 * Its standard input is a pipe that the run never writes to. The pipe closes when the run is over, however it ended:
 * a jest that is killed with -9 leaves no server behind either.
 */
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const TIMEOUT_MS = 5_000;
const folder = process.argv[2];

process.stdin.resume();
await once(process.stdin, 'end');

const deadline = Date.now() + TIMEOUT_MS;
for (let servers = serversOfRun(); servers.length > 0; servers = serversOfRun()) {
  const late = Date.now() > deadline;
  for (const pid of servers) signal(pid, late ? ['SIGKILL'] : ['SIGCONT', 'SIGTERM']);
  await sleep(20);
}
rmSync(folder, { recursive: true, force: true });

function serversOfRun() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandLine(pid).some((word) => word.startsWith(`--datadir=${folder}/`)));
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // Ended since, or not ours to read.
  }
}

function signal(pid, names) {
  for (const name of names) {
    try {
      process.kill(pid, name);
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}
