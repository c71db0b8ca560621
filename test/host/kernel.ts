import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe } from '@jest/globals';
import { bridgeName, vxlanName } from '../../src/core/gate/network.js';

const run = promisify(execFile);

/** A network namespace of the test's own, with real bridges, vxlan interfaces and forwarding entries in it. */
export class Namespace {
  readonly #dnsmasqs: number[] = [];

  private constructor(readonly name: string) {}

  static async create(): Promise<Namespace> {
    const name = `sf-ops-${process.pid}-${Math.floor(performance.now())}`;
    await run('ip', ['netns', 'add', name]);
    const namespace = new Namespace(name);
    await namespace.ip('link', 'set', 'lo', 'up');
    return namespace;
  }

  /** What to put before a command to run it inside. */
  get inside(): string[] {
    return ['ip', 'netns', 'exec', this.name];
  }

  async addBridge(vxid: number, state: 'up' | 'down'): Promise<void> {
    await this.ip('link', 'add', bridgeName(vxid), 'type', 'bridge');
    await this.ip('link', 'set', bridgeName(vxid), state);
  }

  /** A vxlan interface that floods to these addresses. */
  async addVxlan(vxid: number, floods: readonly string[]): Promise<void> {
    const name = vxlanName(vxid);
    await this.ip('link', 'add', name, 'type', 'vxlan', 'id', String(vxid), 'dstport', '4789');
    for (const address of floods) {
      await run('bridge', [
        '-n',
        this.name,
        'fdb',
        'append',
        '00:00:00:00:00:00',
        'dst',
        address,
        'dev',
        name,
      ]);
    }
  }

  /** A dnsmasq for a network as Shaken Fist starts it: its configuration and pid file in a folder of the network's own. */
  async startDnsmasq(storagePath: string, network: string): Promise<number> {
    const folder = join(storagePath, 'dhcp', network);
    await mkdir(folder, { recursive: true });
    const pidFile = join(folder, 'pid');
    await writeFile(join(folder, 'config'), `port=0\nuser=root\npid-file=${pidFile}\n`);
    const child = spawn(this.inside[0]!, [
      ...this.inside.slice(1),
      'dnsmasq',
      `--conf-file=${join(folder, 'config')}`,
    ]);
    const [exitCode] = (await once(child, 'close')) as [number];
    if (exitCode !== 0) throw new Error(`dnsmasq did not start: exit ${exitCode}`);
    const pid = Number(await readFile(pidFile, 'utf8'));
    this.#dnsmasqs.push(pid);
    return pid;
  }

  /** Every interface and every forwarding entry, as the tools print them. */
  async links(): Promise<string> {
    const links = await run('ip', ['-n', this.name, 'link', 'show']);
    const entries = await run('bridge', ['-n', this.name, 'fdb', 'show']);
    return links.stdout + entries.stdout;
  }

  async close(): Promise<void> {
    for (const pid of this.#dnsmasqs) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
    await run('ip', ['netns', 'delete', this.name]);
  }

  async ip(...words: string[]): Promise<void> {
    await run('ip', ['-n', this.name, ...words]);
  }
}

/** Like `describe`, for tests that make kernel objects. Where that is not possible they are skipped, and say why. */
export function describeOnKernel(name: string, tests: () => void): void {
  const missing = whatIsMissing();
  if (missing === null) describe(name, tests);
  else describe.skip(`${name} (${missing})`, tests);
}

function whatIsMissing(): string | null {
  if (process.getuid?.() !== 0) return 'needs root, for network namespaces';
  for (const [program, ...words] of [
    ['ip', '-Version'],
    ['bridge', '-Version'],
    ['dnsmasq', '--version'],
  ] as [string, string][]) {
    if (!succeeds(program, words)) return `needs ${program}, from the Debian package ${PACKAGES[program]}`;
  }
  return succeeds('unshare', ['--net', 'ip', 'link', 'add', 'br-probe', 'type', 'bridge'])
    ? null
    : 'needs a kernel that lets root make network namespaces and bridges';
}

const PACKAGES: Record<string, string> = { ip: 'iproute2', bridge: 'iproute2', dnsmasq: 'dnsmasq-base' };

function succeeds(program: string, words: readonly string[]): boolean {
  try {
    execFileSync(program, words, { stdio: 'ignore' });
    return true;
  } catch {
    return false; // Whatever the reason: it cannot be used here.
  }
}
