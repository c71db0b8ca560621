/**
 * What starting costs: `npm run bench:startup [rounds]`. Whole processes, from spawn to exit, beside a Node that does
 * nothing. The command lines take turns, so that whatever else the machine does falls on all of them alike: read the
 * differences, not the times. `pending` asks a private server over its socket.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../bin/sf-ops', import.meta.url));
const rounds = Number(process.argv[2] ?? 40);

const folder = mkdtempSync(join(tmpdir(), 'sf-ops-bench-'));
const environment = { ...process.env, XDG_DATA_HOME: folder };
// Where it is set, every Node reads those certificates at its start.
delete environment.NODE_EXTRA_CA_CERTS;

try {
  const { socket_path: socket } = JSON.parse(run([PROGRAM, 'sandbox', 'start', '--json']).stdout);
  const { objects } = JSON.parse(run([PROGRAM, 'sandbox', 'seed', '--yes', '--json']).stdout);
  const network = objects.find(({ object_type: type }) => type === 'network').uuid;
  measure([
    { name: 'node -e 0', args: ['-e', '0'], budget: null },
    { name: 'sf-ops --version', args: [PROGRAM, '--version'], budget: 15 },
    { name: 'sf-ops --help', args: [PROGRAM, '--help'], budget: 15 },
    {
      name: 'sf-ops pending',
      args: [PROGRAM, 'pending', 'network', network, '--socket', socket],
      budget: 45,
    },
  ]);
} finally {
  run([PROGRAM, 'sandbox', 'stop']);
  rmSync(folder, { recursive: true, force: true });
}

function measure(commands) {
  const times = commands.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { args }] of commands.entries()) {
      const start = performance.now();
      run(args);
      // The first round fills the caches of the machine.
      if (round > 0) times[index].push(performance.now() - start);
    }
  }
  const least = (values) => Math.min(...values);
  const [idle] = times;
  print(['milliseconds', 'min', 'median', 'min - node', 'median - node', 'budget']);
  for (const [index, { name, budget }] of commands.entries()) {
    const values = [least(times[index]), median(times[index])];
    const differences = [values[0] - least(idle), values[1] - median(idle)];
    const cells = [...values, ...differences].map((value) => value.toFixed(1));
    print([name, ...cells, budget === null ? '' : `<= ${budget}`]);
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print([name, ...cells]) {
  console.log(name.padEnd(18) + cells.map((cell) => cell.padStart(15)).join(''));
}

function run(args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    env: environment,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${args.join(' ')} exited with ${status}: ${stderr}`);
  return { stdout };
}
