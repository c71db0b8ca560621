/**
 * Runs random histories against a private Galera cluster under faults, as the test suite does, only more of them:
 * `npm run torture -- --histories 2000 --seed 1`. Prints the figures; a finding comes with the seed that replays it.
 * The seed decides who does what and which faults there are; what meets what is up to the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'sf-ops-torture-'));
const report = join(folder, 'report.json');
const begun = Date.now();
console.log(`${values.histories} histories from seed ${values.seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    'test/torture/',
    '--testNamePattern=nothing lost',
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: undefined,
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
      SF_OPS_TORTURE_HISTORIES: values.histories,
      SF_OPS_TORTURE_SEED: values.seed,
      SF_OPS_TORTURE_REPORT: report,
    },
  },
);
try {
  const summary = JSON.parse(readFileSync(report, 'utf8'));
  console.log(
    JSON.stringify({ minutes: Math.round((Date.now() - begun) / 6_000) / 10, ...summary }, null, 2),
  );
} catch (error) {
  console.log(`no figures: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;
