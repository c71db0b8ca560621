/**
 * Runs random histories against a private Galera cluster under faults, as the test suite does, only more of them:
 * `npm run torture -- --histories 2000 --seed 1`. Prints the figures; a finding comes with the seed that replays it.
 * `npm run torture -- --migrations 50` does the same to migrations: so many on one server and on three nodes, of both
 * releases. `npm run torture -- --audit-minutes 10` audits so long beside workers at full speed, and accuses nobody.
 * The seed decides who does what and which faults there are; what meets what is up to the machine.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    histories: { type: 'string', default: '2000' },
    migrations: { type: 'string' },
    'audit-minutes': { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'sf-ops-torture-'));
const report = join(folder, 'report.json');
const begun = Date.now();
const subject = chooseSubject();
console.log(`${subject.what} from seed ${values.seed}`);
const { status } = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    'node_modules/jest/bin/jest.js',
    subject.file,
    `--testNamePattern=${subject.pattern}`,
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: undefined,
      NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
      ...subject.environment,
      SF_OPS_TORTURE_SEED: values.seed,
      SF_OPS_TORTURE_REPORT: report,
    },
  },
);
try {
  // One report of histories, or one for each kind of server that migrations were run on.
  const reports = readdirSync(folder).sort();
  if (reports.length === 0) throw new Error('no report was written');
  const minutes = Math.round((Date.now() - begun) / 6_000) / 10;
  for (const name of reports) {
    const summary = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    console.log(
      JSON.stringify({ report: name.replace(/^report\.json\.?/, ''), minutes, ...summary }, null, 2),
    );
  }
} catch (error) {
  console.log(`no figures: ${error.message}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = status ?? 1;

function chooseSubject() {
  const { histories, migrations, 'audit-minutes': minutes } = values;
  if (migrations !== undefined)
    return {
      what: `${migrations} migrations everywhere`,
      file: 'test/torture/migrations',
      pattern: 'not one is lost',
      environment: { SF_OPS_TORTURE_MIGRATIONS: migrations },
    };
  if (minutes !== undefined)
    return {
      what: `${minutes} minutes of audits beside a cluster at work`,
      file: 'test/audit/facts/at-work',
      pattern: 'nothing is accused',
      environment: { SF_OPS_TORTURE_AUDIT_SECONDS: String(Number(minutes) * 60) },
    };
  return {
    what: `${histories} histories`,
    file: 'test/torture/histories',
    pattern: 'nothing lost',
    environment: { SF_OPS_TORTURE_HISTORIES: histories },
  };
}
