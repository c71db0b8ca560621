import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { failureText } from '../../src/cli/failure.js';
import { UsageError } from '../../src/core/errors.js';
import { insertCluster, insertNetwork, NETWORK } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { createDatabase, sharedServer } from '../servers/mariadb.js';
import { connectionFlags, jsonOf, runCli, temporaryFile, type Outcome } from './run.js';

const UNKNOWN = '00000000-0000-4000-8000-000000000000';
/** Clears the screen, sets a title, recolours, rewrites the line, reverses what follows. */
const HOSTILE = '\u001b[2J\u001b]0;x\u0007\u001b[31m\r\u009b\u202e😀';

let site: Site;
beforeAll(async () => {
  site = await Site.create();
  await insertCluster(site);
});
afterAll(async () => site.close());

const run = async (...words: string[]): Promise<Outcome> =>
  runCli([...words, '--json', ...connectionFlags(site.settings)]);
test('a failure breaks between words on a terminal, and nowhere else', () => {
  const error = new UsageError('The words of this sentence go on.', { hint: 'So do those of the hint.' });
  expect(failureText(error, false, 20)).toBe(
    'sf-ops: The words of\n    this sentence go\n    on.\n  So do those of the\n    hint.\n',
  );
  expect(failureText(error, false)).toBe(
    'sf-ops: The words of this sentence go on.\n  So do those of the hint.\n',
  );
});

describe('text that acts on terminals reaches none', () => {
  const isClean = ({ stdout, stderr }: Outcome): void => {
    for (const text of [stdout, stderr]) expect(text).not.toMatch(/(?!\n|\t)\p{Cc}|\u202e/u);
  };

  test.each([
    ['as a command', [HOSTILE]],
    ['as an option', ['pending', `--${HOSTILE}`]],
    ['as a format', ['pending', '--all', '--format', HOSTILE]],
    ['as a type', ['pending', HOSTILE, NETWORK]],
    ['as a name', ['pending', 'network', HOSTILE]],
    ['as a path', ['pending', '--all', '--config', `/${HOSTILE}`]],
    ['as a host', ['pending', '--all', '--host', HOSTILE]],
  ])('from the command line %s', async (_, words) => {
    for (const extra of [[], ['--json'], ['--verbose']]) {
      const outcome = await runCli([...words, ...extra]);
      expect(outcome.exitCode).not.toBe(0);
      expect(outcome.stderr).not.toBe('');
      isClean(outcome);
      if (extra[0] === '--json') expect(jsonOf(outcome)).toHaveProperty('error');
    }
  });

  test('from the database, in every format', async () => {
    const uuid = 'aaaaaaaa-0000-4000-8000-000000000001';
    await insertNetwork(site, uuid, HOSTILE);
    await site.query(
      'INSERT INTO object_states (object_type, object_uuid, state_value, update_time) VALUES ("NET_OP", ?, "queued", 0)',
      [UNKNOWN],
    );
    await site.query(
      'INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at) VALUES (?, ?, "NETWORK", ?, 0)',
      [UNKNOWN, HOSTILE, uuid],
    );
    for (const format of ['table', 'plain', 'ndjson', 'csv', 'json']) {
      const outcome = await runCli([
        'pending',
        'network',
        HOSTILE,
        '--format',
        format,
        ...connectionFlags(site.settings),
      ]);
      expect(outcome.exitCode).toBe(0);
      isClean({ ...outcome, stdout: outcome.stdout.replaceAll('\r\n', '\n') });
      expect(outcome.stdout).toContain('😀');
    }
    expect(jsonOf(await run('pending', 'network', uuid))).toMatchObject({
      targets: [{ operation_type: HOSTILE }],
    });
  });
});

describe('the database cannot tell', () => {
  test('it is empty', async () => {
    const empty = await createDatabase(await sharedServer(), []);
    const outcome = await runCli(['pending', '--all', '--json', ...connectionFlags(empty)]);
    expect(outcome.exitCode).toBe(69);
    expect(jsonOf(outcome)).toMatchObject({ error: { code: 'schema_missing' } });
  });

  test('nothing says where it is: both ways out are named', async () => {
    const outcome = await runCli(['pending', '--all', '--json']);
    expect(outcome.exitCode).toBe(78);
    expect(jsonOf(outcome)).toMatchObject({
      error: { code: 'not_configured', hint: expect.stringMatching(/--host.*--sandbox/) },
    });
  });

  test('garbage in the configuration does no harm, and what it holds is used', async () => {
    const garbage = await temporaryFile(
      'config',
      '\u0000\u001b[2J\n=\n\nnonsense\nSHAKENFIST_MARIADB_PASSWORD="a=b#c"\nSHAKENFIST_MARIADB_HOST="db.invalid"\n',
    );
    const outcome = await runCli(['pending', '--all', '--json', '--config', garbage]);
    expect(outcome.exitCode).toBe(69);
    expect(jsonOf(outcome)).toMatchObject({
      error: { message: expect.stringContaining('db.invalid:3306'), hint: expect.stringContaining(garbage) },
    });
  });
});
