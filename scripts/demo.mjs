/**
 * `npm run demo`: the main job as a session, each command with its true output, on a private MariaDB server that is
 * made for it and thrown away afterwards. A sandbox of your own is not touched.
 *
 * Ends with 1 as soon as a command ends otherwise than it should.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OPERATION = '0d9d3e1c-5b1f-4c7e-9a55-3f0b7c1f6d2e';

const STORY = [
  {
    why: 'A private MariaDB server with a small made-up cluster, as it was before the migrations. Its networks:',
    command: 'sf-ops sandbox seed --format json > /dev/null && sf-ops network list',
  },
  {
    why: 'Enqueue an operation: header, state, work row and target rows in one transaction.',
    command: `sf-ops enqueue net_op --network-uuid web --task network_deploy --uuid ${OPERATION}`,
  },
  { why: 'What is pending on the network?', command: 'sf-ops pending network web' },
  {
    why: 'Is it okay? While an operation is pending, yes: whoever repairs networks must not interfere.',
    command: 'sf-ops network is-okay web',
  },
  { why: 'A sandbox has no workers; this plays one.', command: `sf-ops sandbox finish ${OPERATION}` },
  {
    why: 'Are all networks okay? Strictly: an operation that will never run excuses none.',
    command: 'sf-ops network is-okay --all --strict',
    exitCode: 3,
  },
  { why: 'Why does that operation not go on?', command: 'sf-ops explain 70000002' },
  {
    why: 'So mend it: back into its queue, guarded, and on record.',
    command: 'sf-ops requeue 70000002 --yes',
  },
  { why: 'A worker finds it now.', command: 'sf-ops sandbox finish 70000002' },
  { why: 'And the network is okay by itself.', command: 'sf-ops network is-okay dmz --strict' },
  {
    why: 'May the dead column be dropped? The plan looks from all sides, and finds two things in the way:',
    command: 'sf-ops migrate plan drop-last-cluster-operation',
    exitCode: 3,
  },
  {
    why: 'We keep the values in a file; and the daemons of the made-up cluster are not there at all.',
    command:
      'sf-ops migrate apply drop-last-cluster-operation --backup dropped.jsonl --yes-daemons-are-stopped --yes',
  },
  {
    why: 'Is it gone, everywhere and properly?',
    command: 'sf-ops migrate verify drop-last-cluster-operation',
  },
];

const home = mkdtempSync(join(tmpdir(), 'sf-ops-demo-'));
const environment = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SF_OPS|SHAKENFIST)_/.test(name))),
  PATH: [fileURLToPath(new URL('../bin', import.meta.url)), process.env.PATH].join(delimiter),
  XDG_DATA_HOME: home,
  SF_OPS_SANDBOX: '1',
  SF_OPS_FORMAT: 'table',
  COLUMNS: '80',
};

// A Ctrl-C ends the command that runs, and with it the story; what was started must still be stopped.
process.on('SIGINT', () => undefined);
try {
  process.exitCode = STORY.every(happensAsTold) ? 0 : 1;
} finally {
  run('sf-ops sandbox stop', 'ignore');
  rmSync(home, { recursive: true, force: true });
}
if (process.exitCode === 0)
  console.log('\nThe server of this demo is gone. To try for yourself: sf-ops sandbox seed');

function happensAsTold({ why, command, exitCode = 0 }) {
  console.log(`\n# ${why}\n$ ${command}`);
  const status = run(command, 'inherit');
  if (status === exitCode) return true;
  console.error(`demo: this should have ended with ${exitCode}, and ended with ${status}`);
  return false;
}

function run(command, output) {
  return spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: home,
    env: environment,
    stdio: ['ignore', output, output],
  }).status;
}
