import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRegularFile } from '../../configuration/regular-file.js';
import { ConfigurationError } from '../../core/errors.js';
import type { HostVerdict } from '../../core/gate/host-rules.js';
import type { Uuid } from '../../core/uuid.js';

/** Bytes; a pid has ten digits at most. */
const LONGEST_PID_FILE = 4096;

/**
 * Whether the dnsmasq of a network runs. Shaken Fist asks whether the pid file names a live process, so a pid that the
 * system gave to another program passes; here the process must have been started with the network's own configuration.
 *
 * @param lenient Shaken Fist's weaker rule
 */
export async function inspectDnsmasq(
  storagePath: string,
  network: Uuid,
  lenient: boolean,
): Promise<HostVerdict> {
  const folder = join(storagePath, 'dhcp', network);
  const pidFile = join(folder, 'pid');
  let text: string;
  try {
    text = readRegularFile(pidFile, 'pid file', { mostBytes: LONGEST_PID_FILE });
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { code, message } = error.cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return { result: 'fail', title: `${pidFile} does not exist` };
    return { result: 'unknown', title: `${pidFile} cannot be read: ${code ?? message}` };
  }
  if (!/^\s*[1-9]\d{0,9}\s*$/.test(text)) return { result: 'fail', title: `${pidFile} does not hold a pid` };
  const pid = Number(text);
  if (!isAlive(pid)) return { result: 'fail', title: `dnsmasq is not running: there is no process ${pid}` };
  if (lenient) return { result: 'pass', title: `process ${pid} is running` };
  return inspectCommandLine(pid, `--conf-file=${join(folder, 'config')}`);
}

async function inspectCommandLine(pid: number, expected: string): Promise<HostVerdict> {
  const path = `/proc/${pid}/cmdline`;
  let words: string[];
  try {
    words = (await readFile(path, 'utf8')).split('\0').filter((word) => word !== '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Alive a moment ago, and invisible now: it ended, or /proc hides the processes of others (hidepid).
    if (code === 'ENOENT' && !isAlive(pid))
      return { result: 'fail', title: `dnsmasq ended: there is no process ${pid}` };
    return { result: 'unknown', title: `${path} cannot be read: ${code ?? message}` };
  }
  if (words.includes(expected)) return { result: 'pass', title: `dnsmasq is running as process ${pid}` };
  if (words.length === 0) return { result: 'fail', title: `process ${pid} has ended and was not waited for` };
  return {
    result: 'fail',
    title: `process ${pid} is not this network's dnsmasq, it is ${words[0]}: the pid was reused`,
  };
}

/** EPERM: there is one, of another user. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ESRCH') return false;
    if (code === 'EPERM') return true;
    throw error;
  }
}
