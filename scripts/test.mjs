/**
 * Runs the test tiers and adds up their totals: `npm test` for all of them, `npm test -- core cli` for some.
 * Anything after the tiers that begins with `-` goes to jest.
 *
 * The last line is the sum, on a line of its own: `412 passed, 0 failed, 3 skipped`. What is skipped is listed with its
 * reason above it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Fast ones first; those with deadlines come last and one after another, so that nothing else slows them down. */
const TIERS = {
  core: {
    folders: [
      'core',
      'commands',
      'structure',
      'files',
      'render',
      'configuration',
      'audit/doctor',
      'audit/rules',
    ],
    workers: 2,
  },
  database: {
    folders: [
      'database',
      'operations',
      'gate',
      'audit/facts',
      'audit/fixes',
      'migrations',
      'sandbox',
      'host',
    ],
    workers: 2,
  },
  cli: { folders: ['cli'], workers: 2 },
  screens: { folders: ['screens'], workers: 1 },
  package: { folders: ['package'], workers: 2 },
  cluster: { folders: ['cluster', 'torture'], workers: 2 },
  faults: { folders: ['faults'], workers: 1 },
};

const args = process.argv.slice(2);
const chosen = args.filter((arg) => arg in TIERS);
const passedOn = args.filter((arg) => !(arg in TIERS));
const tiers = chosen.length > 0 ? chosen : Object.keys(TIERS);

if (!existsSync(join(root, 'dist', 'sf-ops.cjs'))) run('node', ['scripts/build.mjs'], {});

const inTiers = Object.values(TIERS).flatMap(({ folders }) => folders);
const forgotten = readdirSync(join(root, 'test'), { recursive: true })
  .filter((path) => path.endsWith('.test.ts') && !inTiers.some((folder) => path.startsWith(`${folder}/`)))
  .map((path) => `test/${path}`);
if (forgotten.length > 0) throw new Error(`no tier runs ${forgotten.join(', ')}`);

const totals = { passed: 0, failed: 0, skipped: 0 };
/** Everything that a test makes lies below, servers included. */
const runFolder = mkdtempSync(join(tmpdir(), 'sf-ops-run-'));
for (const tier of tiers) {
  const { folders, workers } = TIERS[tier];
  const present = folders.filter((folder) => existsSync(join(root, 'test', folder)));
  if (present.length === 0) continue;
  console.log(`\n== ${tier}`);
  const report = join(runFolder, `${tier}.json`);
  const status = run(
    process.execPath,
    [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      `--maxWorkers=${workers}`,
      '--json',
      `--outputFile=${report}`,
      ...passedOn,
      `test/(${present.join('|')})/`,
    ],
    { NODE_OPTIONS: '--disable-warning=ExperimentalWarning', TMPDIR: runFolder },
  );
  count(report, status);
}

const orphans = leftBehind();
for (const orphan of orphans) console.log(`left running: ${orphan}`);
rmSync(runFolder, { recursive: true, force: true });
console.log(`\n${totals.passed} passed, ${totals.failed + orphans.length} failed, ${totals.skipped} skipped`);
process.exit(totals.failed + orphans.length > 0 || totals.passed === 0 ? 1 : 0);

function run(program, words, environment) {
  // stdout carries jest's JSON, which goes to the file as well; people read stderr.
  const { status } = spawnSync(program, words, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_EXTRA_CA_CERTS: undefined, ...environment },
  });
  return status ?? 1;
}

/** A tier whose runner died without a report, or that cannot load a file, has failed even if no test did. */
function count(report, status) {
  if (!existsSync(report)) {
    totals.failed += 1;
    return;
  }
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  totals.passed += numPassedTests;
  totals.failed += numFailedTests + broken.length;
  totals.skipped += numPendingTests + numTodoTests;
  if (status !== 0 && numFailedTests + broken.length === 0) totals.failed += 1;
  for (const file of testResults) {
    for (const test of file.assertionResults.filter(
      ({ status }) => status === 'pending' || status === 'todo',
    )) {
      console.log(`skipped: ${test.fullName}`);
    }
  }
}

/** Programs that a test started and did not stop: each has a folder of this run in its command line. */
function leftBehind() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return ''; // ended meanwhile
      }
    })
    .filter((command) => command.includes(runFolder));
}
