import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { runFolder } from './run-folder.js';

const LOWEST = 10_000;
const HIGHEST = 32_000;

/**
 * That many different ports of 127.0.0.1 on which nobody listens. They are the caller's for the rest of the run: a
 * server needs its port seconds after it was chosen, and again when it is started anew after a crash.
 */
export async function freePorts(count: number): Promise<number[]> {
  const end = Math.min(HIGHEST, await firstOutgoingPort());
  const ports: number[] = [];
  while (ports.length < count) {
    const port = randomInt(LOWEST, end);
    if ((await isFree(port)) && (await reserve(port))) ports.push(port);
  }
  return ports;
}

/** What the kernel gives to outgoing connections begins here: one of those could take a port before its server does. */
async function firstOutgoingPort(): Promise<number> {
  const range = await readFile('/proc/sys/net/ipv4/ip_local_port_range', 'utf8');
  return Number(/^\d+/.exec(range)![0]);
}

/** False if another test file of this run has it. */
async function reserve(port: number): Promise<boolean> {
  const folder = join(runFolder(), 'ports');
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(join(folder, String(port)), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return false;
    throw error;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}
