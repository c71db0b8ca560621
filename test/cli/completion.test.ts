import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { insertCluster, insertNetwork, insertOperation, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectAsAdministrator, sharedServer } from '../servers/mariadb.js';
import { newSandboxUser, type SandboxUser } from './shell.js';

const OPERATION = '7a000001-0000-4000-8000-000000000001';

let site: Site;
let user: SandboxUser;
let environment: Record<string, string>;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
  await insertNetwork(site, '11111111-1111-4111-8111-222222222222', 'lab_1');
  await insertOperation(site, { uuid: OPERATION, targets: [['NETWORK', NETWORK]] });
  const { socketPath, database } = site.settings;
  const administrator = await connectAsAdministrator(await sharedServer());
  await administrator.query(`CREATE USER '${database}'@localhost`);
  await administrator.query(`GRANT SELECT ON ${database}.* TO '${database}'@localhost`);
  await administrator.end();
  user = await newSandboxUser();
  environment = { SF_OPS_SOCKET: socketPath, SF_OPS_USER: database, SF_OPS_DATABASE: database };
});
afterAll(async () => site.close());

/** What an account that may only read is offered at the end of a command line. */
const SHELLS: Record<string, (line: string) => string> = {
  bash: (line) =>
    `source <(sf-ops completion bash); COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _sf_ops; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (line) => `fish -c "sf-ops completion fish | source; complete -C '${line}'" | cut -f 1`,
};

/** Asked again where a busy machine did not answer in time: silence is right then. */
async function offered(command: string): Promise<string[]> {
  for (let attempt = 1; ; attempt += 1) {
    const { stdout, stderr } = await user.type(command, environment);
    expect(stderr).toBe('');
    const words = stdout.split('\n').filter((word) => word !== '');
    if (words.length > 0 || attempt === 20) return words;
  }
}

describe.each(Object.keys(SHELLS))('%s offers', (shell) => {
  const last = (words: readonly string[]): string[] => words.map((word) => word.replace(/^.*[=:]/, ''));

  test.each<[string, string, string[]]>([
    ['commands', 'sf-ops pen', ['pending']],
    ['commands of a group', 'sf-ops network ', ['is-okay', 'list']],
    ['a common option before the command', 'sf-ops --so', ['--socket']],
    ['its own options', 'sf-ops network is-okay --len', ['--lenient-dnsmasq']],
    ['the words of an option', 'sf-ops network is-okay --host-checks ', ['auto', 'off', 'on']],
    ['the words behind an equals sign', 'sf-ops pending --format=j', ['json']],
    ['formats of the command only', 'sf-ops network is-okay -o nag', ['nagios']],
    ['object types', 'sf-ops pending netw', ['network']],
    ['operation types', 'sf-ops enqueue net_m', ['net_macaddr_ip_op']],
    ['tasks', 'sf-ops enqueue net_op --task network_dest', ['network_destroy']],
    ['migrations', 'sf-ops migrate plan drop', ['drop-last-cluster-operation']],
    ['topics', 'sf-ops help exit', ['exit-codes']],
    ['names of networks', 'sf-ops network is-okay la', ['lab_1', 'lan']],
    ['names, taking nothing for a wildcard', 'sf-ops network is-okay lab_', ['lab_1']],
    ['names of the type before', 'sf-ops pending instance v', ['vm']],
    ['names behind an option', 'sf-ops enqueue net_op --network-uuid lan', ['lan']],
    ['operations with their types', 'sf-ops enqueue net_op --depends-on net_op:7a', [OPERATION]],
    ['nothing where nothing fits', 'sf-ops pending network nowhere', []],
    ['nothing to a wrong line', 'sf-ops pending --nonsense network la', []],
  ])('%s', async (_, line, expected) => {
    const words = expected.length > 0 ? await offered(SHELLS[shell]!(line)) : [];
    expect(last(words).sort()).toEqual(expected);
  });

  test('files', async () => {
    expect((await offered(SHELLS[shell]!('sf-ops --config /etc/pass'))).join()).toContain('/etc/passwd');
  });
});

test('zsh completes the line of a real terminal', async () => {
  const lines = {
    'sf-ops pen': 'sf-ops pending',
    'sf-ops network is-okay --len': 'sf-ops network is-okay --lenient-dnsmasq',
    'sf-ops pending --format=j': 'sf-ops pending --format=json',
    'sf-ops network is-okay lab': 'sf-ops network is-okay lab_1',
    'sf-ops enqueue net_op --depends-on net_op:7a': `sf-ops enqueue net_op --depends-on net_op:${OPERATION}`,
  };
  const words = Object.keys(lines).map((line) => `'${line}'`);
  for (let attempt = 1; ; attempt += 1) {
    const { stdout } = await user.type(`zsh $REPO/test/cli/completion.zsh ${words.join(' ')}`, {
      ...environment,
      REPO: process.cwd(),
    });
    const completed = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.trim());
    // Names and ids come in time, or not at all.
    if (attempt < 20 && completed.at(-1)?.includes(OPERATION) !== true) continue;
    expect(completed).toEqual(Object.values(lines));
    return;
  }
});

test('a server that does not answer is silence, soon', async () => {
  const silent = createServer();
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  const { port } = silent.address() as AddressInfo;
  const { stdout, stderr, exitCode } = await user.type("sf-ops __complete network '' -- pending network", {
    SF_OPS_HOST: `127.0.0.1:${port}`,
  });
  silent.close();
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: '', stderr: '', exitCode: 0 });
});

test('a sandbox that does not run is not started', async () => {
  const { stdout } = await user.type("sf-ops __complete network '' -- --sandbox pending network");
  expect(stdout).toBe('');
  expect((await user.type('sf-ops sandbox status')).stdout).toMatch(/^absent/);
});
