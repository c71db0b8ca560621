import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Browser, findBrowser, type Visit, type VisitOptions } from '../fixtures/browser.js';
import { hex, insertCluster, insertInstance, insertNetwork, insertOperation, now } from '../fixtures/rows.js';
import { Site } from '../fixtures/site.js';
import { connectionFlags, jsonOf, runCli, temporaryFile, type Outcome } from './run.js';

/** What a tenant may call a network, and a worker may report. */
const HOSTILE = `</td><script>console.error('ran')</script><img src="http://x.example/p.png" onerror="alert(1)">|\`\u001b[31m`;
const browser = findBrowser();

describe('report', () => {
  let site: Site;
  let html = '';
  const report = async (...words: string[]): Promise<Outcome> =>
    runCli([...connectionFlags(site.settings), 'report', ...words]);

  beforeAll(async () => {
    site = await Site.create();
    await insertCluster(site);
    const [hostile, instance] = [randomUUID(), randomUUID()];
    await insertNetwork(site, hostile, HOSTILE);
    await insertInstance(site, instance, HOSTILE);
    const failed = await insertOperation(site, {
      ...{ state: 'error', targets: [['NETWORK', hostile]], createdAt: now() - 300 },
      stored: { tasks: [HOSTILE] },
    });
    const error = {
      code: HOSTILE,
      message: HOSTILE,
      details: null,
      origin_class: null,
      traceback: `${HOSTILE}\nline 2`,
    };
    await site.query('INSERT INTO cluster_operation_errors VALUES (?, ?, 0)', [
      hex(failed),
      JSON.stringify(error),
    ]);
    await insertOperation(site, {
      ...{ targets: [['INSTANCE', instance]], createdAt: now() - 200 },
      stored: { depends_on: [{ op_type: 'net_op', op_uuid: failed }] },
    });
    await insertOperation(site, { work: 'none', createdAt: now() - 100, state: 'executing' });
    await site.query("UPDATE object_states SET update_time = ? WHERE state_value = 'executing'", [
      now() - 90,
    ]);
    html = (await report()).stdout;
  });
  afterAll(async () => site.close());

  test('JSON: what failed, what is stuck and why, queues, networks', async () => {
    expect(jsonOf(await report('--json'))).toMatchObject({
      pending: 2,
      failed: [{ state: 'error', error: { message: HOSTILE } }],
      stuck: [{ reason: 'blocked_by_failed' }, { reason: 'orphaned' }],
      queues: [{ ready: 2, stuck: 0, drained: true }],
      networks: [{ name: 'lan', okay: false, verdict: 'stuck' }],
      graph: { edges: [{ kind: 'depends_on' }] },
    });
  });

  test('what is older than asked for is left out', async () => {
    expect(jsonOf(await report('--since', '1ms', '--json'))).toMatchObject({ failed: [] });
  });

  test('Markdown keeps text from the database in its place', async () => {
    const { stdout } = await report('--format', 'markdown');
    expect(stdout).toContain('\\`?\\[31m');
    const outside = stdout.replace(/^(`{3,})[^]*?^\1$/gm, '');
    for (const sign of ['<script', '<img', '\u001b']) expect(outside).not.toContain(sign);
  });

  test('to a file', async () => {
    const path = await temporaryFile('incident.html', '');
    expect(await report('--output', path)).toMatchObject({ exitCode: 0, stdout: '' });
  });

  describe('in a browser', () => {
    let chromium: Browser;
    const visit = async (text: string, options: VisitOptions = {}): Promise<Visit> =>
      chromium.visit(`file://${await temporaryFile('page.html', text)}`, options);
    const inBrowser = browser === null ? test.skip : test;

    beforeAll(async () => {
      if (browser !== null) chromium = await Browser.start(browser);
    });
    afterAll(async () => {
      if (browser !== null) await chromium.close();
    });

    inBrowser('it asks for nothing and complains of nothing, and no text becomes a tag', async () => {
      const expression = `({ scripts: document.querySelectorAll('script, img, [onerror]').length,
        headings: [...document.querySelectorAll('h2')].map((heading) => heading.textContent),
        drawings: document.querySelectorAll('svg.drawing').length,
        cells: document.querySelectorAll('td').length })`;
      const { requests, complaints, value } = await visit(html, { expression });
      expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
      expect(value).toMatchObject({
        scripts: 0,
        headings: [
          'Stuck, and why',
          'Failed or aborted',
          'Networks that are not okay',
          'Queues',
          'Timelines',
          'Who waits for whom',
        ],
        drawings: 4,
      });
    });

    inBrowser('the same judge sees what is wrong with a page that is not so careful', async () => {
      const { requests, complaints } = await visit(
        `<img src="http://x.invalid/p.png"><script>console.error(1)</script>`,
      );
      expect(requests).toEqual(['http://x.invalid/p.png']);
      expect(complaints.length).toBeGreaterThan(0);
    });

    inBrowser.each(['light', 'dark'] as const)('%s: paper and ink', async (scheme) => {
      const expression = `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`;
      const { value, screenshot } = await visit(html, { scheme, expression });
      expect(value).toEqual(
        scheme === 'light'
          ? ['rgb(255, 255, 255)', 'rgb(31, 35, 40)']
          : ['rgb(13, 17, 23)', 'rgb(230, 237, 243)'],
      );
      expect(screenshot.length).toBeGreaterThan(10_000);
    });

    inBrowser('it is printed dark on white, and no wider than the paper', async () => {
      const expression = `getComputedStyle(document.body).backgroundColor`;
      const { value, width } = await visit(html, { media: 'print', scheme: 'dark', width: 794, expression });
      expect(value).toBe('rgb(255, 255, 255)');
      expect(width).toBeLessThanOrEqual(794);
    });
  });

  test('a thousand failures with long reports stay below a megabyte', async () => {
    const many = await Site.create();
    const uuids = Array.from({ length: 1000 }, () => randomUUID());
    const report = JSON.stringify({ code: 'x', message: 'm'.repeat(2000), traceback: 't'.repeat(20_000) });
    await many.query(
      'INSERT INTO object_states (object_uuid, object_type, state_value, update_time) VALUES ?',
      [uuids.map((uuid) => [uuid, 'NET_OP', 'error', now()])],
    );
    await many.query(
      'INSERT INTO cluster_operation_targets (operation_uuid, operation_type, target_object_type, target_uuid, created_at) VALUES ?',
      [uuids.map((uuid) => [uuid, 'net_op', 'NETWORK', uuids[0], now()])],
    );
    await many.query(
      "INSERT INTO cluster_operation_errors SELECT REPLACE(object_uuid, '-', ''), ?, 0 FROM object_states",
      [report],
    );
    const { stdout, exitCode } = await runCli([...connectionFlags(many.settings), 'report']);
    expect(exitCode).toBe(0);
    expect(stdout.length).toBeLessThan(1_000_000);
    expect(stdout).toContain('600 more are not shown');
    await many.close();
  });
});
