/**
 * What starting costs: `npm run bench:startup [rounds]`. Whole processes, from spawn to exit, beside a Node that does
 * nothing. The command lines take turns, so that whatever else the machine does falls on all of them alike: read the
 * differences, not the times. `pending` asks a private server over its socket.
 *
 * Three forms of the program: a checkout, with its code caches and without any, and the single executable, beside the
 * Node that is inside it. The executable is built first, where this machine can.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canBuild } from '../scripts/package/executable.mjs';
import { obtainNode } from '../scripts/package/node.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PROGRAM = join(root, 'bin', 'sf-ops');
const rounds = Number(process.argv[2] ?? 40);

const folder = mkdtempSync(join(tmpdir(), 'sf-ops-bench-'));
const environment = { ...process.env, XDG_DATA_HOME: folder };
// Where it is set, every Node reads those certificates at its start.
delete environment.NODE_EXTRA_CA_CERTS;

try {
  const forms = [
    form('node', process.execPath, [PROGRAM], { version: 7, help: 7, pending: 35 }),
    form('node, no caches', process.execPath, [withoutCaches()], { version: 12, help: 12 }),
  ];
  if (canBuild(process.arch)) {
    const node = join(obtainNode(process.arch), 'bin', 'node');
    forms.push({ ...form('executable', node, [], { version: 10, pending: 40 }), program: executable() });
  } else console.error('left out: the executable, for which binutils are not installed here');
  const { socket_path: socket } = JSON.parse(sfOps('sandbox', 'start', '--json'));
  const { objects } = JSON.parse(sfOps('sandbox', 'seed', '--yes', '--json'));
  const network = objects.find(({ object_type: type }) => type === 'network').uuid;
  measure(forms, {
    version: ['--version'],
    help: ['--help'],
    pending: ['pending', 'network', network, '--socket', socket],
  });
} finally {
  sfOps('sandbox', 'stop');
  rmSync(folder, { recursive: true, force: true });
}

/** @param node the Node that it runs on, beside which it is measured */
function form(name, node, words, budgets) {
  return { name, node, program: node, words, budgets };
}

/** A copy of the program as an installation has it that was never warmed. */
function withoutCaches() {
  const copy = join(folder, 'copy');
  cpSync(join(root, 'bin'), join(copy, 'bin'), { recursive: true });
  const isNoCache = (path) => !path.includes('.cache');
  cpSync(join(root, 'dist'), join(copy, 'dist'), { recursive: true, filter: isNoCache });
  return join(copy, 'bin', 'sf-ops');
}

function executable() {
  const into = join(folder, 'release');
  const script = join(root, 'scripts', 'package.mjs');
  const printed = execFileSync(process.execPath, [script, 'executable', `--into=${into}`], {
    encoding: 'utf8',
  });
  return printed.split('\n').find((path) => path.endsWith(process.arch));
}

/** @param commands the words of each command line, by the name under which the forms have their budgets */
function measure(forms, commands) {
  const rows = forms.flatMap(({ name, node, program, words, budgets }) => [
    { label: `${name}: -e 0`, program: node, words: ['-e', '0'] },
    ...Object.entries(commands).map(([command, line]) => ({
      label: `${name}: ${command}`,
      program,
      words: [...words, ...line],
      node: `${name}: -e 0`,
      budget: budgets[command],
    })),
  ]);
  const times = new Map(rows.map(({ label }) => [label, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { label, program, words } of rows) {
      const start = performance.now();
      run(program, words);
      // The first round fills the caches of the machine.
      if (round > 0) times.get(label).push(performance.now() - start);
    }
  }
  print(['milliseconds', 'min', 'median', 'over its Node', 'times', 'budget']);
  for (const { label, node, budget } of rows) {
    const own = times.get(label);
    const cells = [Math.min(...own).toFixed(1), median(own).toFixed(1)];
    if (node !== undefined) {
      const idle = median(times.get(node));
      cells.push((median(own) - idle).toFixed(1), (median(own) / idle).toFixed(2));
    }
    print([label, ...cells, ...(budget === undefined ? [] : [`<= ${budget}`])]);
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function print([label, ...cells]) {
  console.log(label.padEnd(26) + cells.map((cell) => cell.padStart(15)).join(''));
}

function sfOps(...words) {
  return run(process.execPath, [PROGRAM, ...words]);
}

function run(program, words) {
  const { status, stdout, stderr } = spawnSync(program, words, { env: environment, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} exited with ${status}: ${stderr}`);
  return stdout;
}
