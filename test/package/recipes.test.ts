import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { built, connectionFlags } from '../cli/run.js';
import { insertCluster } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { runFolder } from '../servers/run-folder.js';

const run = promisify(execFile);
const EXAMPLES = resolve('packaging/examples');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(runFolder(), 'recipes-'));
});

/** A test that needs a program which not every machine has; its name says so where it is skipped. */
function testWith(program: string, name: string, body: () => Promise<void>): void {
  if (existsSync(program)) test(name, body);
  else test.skip(`${name} (needs ${program})`, body);
}

describe('for monitoring', () => {
  testWith(
    '/usr/bin/promtool',
    'Prometheus takes the alert rules, and they fire when they should',
    async () => {
      await run('promtool', ['check', 'rules', join(EXAMPLES, 'prometheus-rules.yml')]);
      await run('promtool', ['test', 'rules', join(EXAMPLES, 'prometheus-rules.test.yml')]);
    },
  );

  testWith('/usr/sbin/nagios4', 'Nagios takes the definitions', async () => {
    const objects = join(folder, 'objects.cfg');
    writeFileSync(objects, NAGIOS_SURROUNDINGS + readFileSync(join(EXAMPLES, 'nagios.cfg'), 'utf8'));
    const main = [
      'log_file',
      'object_cache_file',
      'precached_object_file',
      'status_file',
      'lock_file',
      'temp_file',
    ];
    const settings = [...main.map((name) => `${name}=${join(folder, name)}`), `cfg_file=${objects}`];
    writeFileSync(
      join(folder, 'nagios.cfg'),
      `${settings.join('\n')}\ncheck_result_path=${folder}\nnagios_user=root\nnagios_group=root\n`,
    );
    const { stdout } = await run('nagios4', ['-v', join(folder, 'nagios.cfg')]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toMatch(/Total Errors: +0/);
    expect(stdout).toMatch(/Checked 1 services/);
  });

  testWith('/usr/sbin/icinga2', 'Icinga 2 takes the definitions, and applies them', async () => {
    const main = join(folder, 'icinga2.conf');
    writeFileSync(
      main,
      `include <itl>
object Host "sf-1" {
  check_command = "dummy"
  vars.shakenfist_database_node = true
}
include "${join(EXAMPLES, 'icinga2.conf')}"
`,
    );
    const places = ['DataDir', 'LogDir', 'CacheDir'].map((name) => `-D${name}=${folder}`);
    const { stdout } = await run('icinga2', [
      'daemon',
      '-C',
      '-c',
      main,
      ...places,
      '-DRunAsUser=root',
      '-DRunAsGroup=root',
    ]);
    expect(stdout).toContain('Instantiated 1 Service.');
  });

  test('the dashboard of Grafana asks for gauges that there are', () => {
    const dashboard = readFileSync(join(EXAMPLES, 'grafana-dashboard.json'), 'utf8');
    const source = readFileSync('src/commands/network/prometheus.ts', 'utf8');
    const asked = new Set(dashboard.match(/sf_ops_[a-z_]+/g));
    expect(asked.size).toBeGreaterThan(4);
    expect([...asked].filter((name) => !source.includes(`'${name}'`))).toEqual([]);
    expect((JSON.parse(dashboard) as { panels: unknown[] }).panels.length).toBe(7);
  });
});

describe('for systemd', () => {
  const unit = (name: string): string => readFileSync(join('packaging', 'systemd', name), 'utf8');

  testWith('/usr/bin/systemd-analyze', 'the timer and its service are well formed', async () => {
    const units = join(folder, 'units');
    mkdirSync(units);
    const service = unit('sf-ops-nightly.service').replaceAll('/usr/bin/sf-ops', resolve('bin/sf-ops'));
    writeFileSync(join(units, 'sf-ops-nightly.service'), service);
    writeFileSync(join(units, 'sf-ops-nightly.timer'), unit('sf-ops-nightly.timer'));
    const files = ['sf-ops-nightly.timer', 'sf-ops-nightly.service'].map((name) => join(units, name));
    const { stderr } = await run('systemd-analyze', ['verify', '--man=no', ...files]);
    expect(stderr).toBe('');
  });

  testWith('/usr/bin/systemd-analyze', 'the service can do little but its work', async () => {
    const path = resolve('packaging/systemd/sf-ops-nightly.service');
    const { stdout } = await run('systemd-analyze', ['security', '--offline=true', '--no-pager', path]);
    const level = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    expect(level).toBeLessThanOrEqual(3);
  });
});

describe('for cron', () => {
  let site: Site;
  beforeAll(async () => {
    await built();
    site = await Site.create();
    await insertCluster(site);
  });
  afterAll(async () => site.close());

  /** A line as cron runs it: its shell, its few variables, and whatever it prints goes into a mail. */
  async function mailOf(line: string, variables: Record<string, string> = {}): Promise<string> {
    const [, command] = /^(?:\S+\s+){5}root\s+(.*)$/.exec(line)!;
    const empty = join(folder, 'config');
    writeFileSync(empty, '');
    const configuration = join(folder, 'defaults.cnf');
    const flags = connectionFlags(site.settings);
    const value = (flag: string): string => flags[flags.indexOf(flag) + 1]!;
    writeFileSync(
      configuration,
      `[client]\nsocket=${value('--socket')}\nuser=${value('--user')}\ndatabase=${value('--database')}\n`,
    );
    const env = {
      PATH: [resolve('bin'), ...process.env.PATH!.split(delimiter)].join(delimiter),
      HOME: folder,
      SF_OPS_DEFAULTS_FILE: configuration,
      SF_OPS_CONFIG: empty,
      TEXTFILES: folder,
      ...variables,
    };
    const moved = command!.replaceAll('/var/lib/prometheus/node-exporter', folder);
    const { stdout, stderr } = await run('/bin/sh', ['-c', moved], { env }).catch(
      (error: { stdout: string; stderr: string }) => error,
    );
    return stdout + stderr;
  }

  const lines = readFileSync(join(EXAMPLES, 'crontab'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !/^#|^[A-Z]+=/.test(line));

  test.each(lines)('%s: silent while all is well, one sentence where there is no answer', async (line) => {
    expect(await mailOf(line)).toBe('');
    const mail = await mailOf(line, { SF_OPS_SOCKET: '/nonexistent', SF_OPS_DEFAULTS_FILE: '' });
    expect(mail).toContain('sf-ops: ');
    expect(mail.trim().split('\n').length).toBeLessThanOrEqual(2);
  });
});

const NAGIOS_SURROUNDINGS = `
define timeperiod {
    timeperiod_name  always
    alias            always
    monday           00:00-24:00
}
define command {
    command_name  nothing
    command_line  /bin/true
}
define contact {
    contact_name                   operator
    host_notification_period       always
    service_notification_period    always
    host_notification_options      n
    service_notification_options   n
    host_notification_commands     nothing
    service_notification_commands  nothing
}
define host {
    host_name            sf-1
    address              127.0.0.1
    check_command        nothing
    max_check_attempts   1
    check_period         always
    contacts             operator
    notification_period  always
}
define service {
    name                 generic-service
    register             0
    max_check_attempts   3
    check_period         always
    notification_period  always
    contacts             operator
}
`;
