import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { DOCTOR_RULES } from '../../../src/audit/doctor/rules.js';
import { account, cluster, diagnose, NETWORK_NODE, node, schema, server, SETTINGS } from './site.js';

test('where nothing could be learned, nothing passes and nothing fails', () => {
  const findings = diagnose({});
  expect(findings.map(({ id }) => id)).toEqual(DOCTOR_RULES.map(({ id }) => id));
  expect(new Set(findings.map(({ result }) => result))).toEqual(new Set(['unknown']));
  expect(findings[0]!.title).toBe('Cannot tell: not asked.');
});

test('where all is as it should be, everything passes, and a few things are noted', () => {
  const findings = diagnose({
    servers: [server('db1')],
    settings: SETTINGS,
    schema: schema(),
    account: account(),
    cluster: cluster(NETWORK_NODE, node('hyp1')),
  });
  const notes = findings.filter(({ result, severity }) => result === 'fail' && severity === 'info');
  expect(notes.map(({ id }) => id)).toEqual(['lock-wait-timeout', 'snapshot-isolation', 'observational']);
  const others = findings.filter((finding) => !notes.includes(finding));
  expect(others.filter(({ result }) => result !== 'pass')).toEqual([]);
  for (const { title } of findings) expect(title).toMatch(/\.$/);
});

describe('the texts of the rules', () => {
  test('some only tell something; none advises with an empty text', () => {
    const telling = DOCTOR_RULES.filter(({ severity }) => severity === 'info').map(({ id }) => id);
    expect(telling).toEqual([
      ...[
        'lock-wait-timeout',
        'snapshot-isolation',
        'galera-auto-increment',
        'observational',
        'unknown-labels',
      ],
    ]);
    for (const { severity } of DOCTOR_RULES) expect(severity).toMatch(/^(error|warning|info)$/);
    for (const { remedy } of DOCTOR_RULES) expect(remedy ?? 'none').toMatch(/^\S+/);
  });

  test('ids are unique', () => {
    const ids = DOCTOR_RULES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('the page on doctor describes every rule as the program does, in the same order', () => {
    const page = readFileSync('docs/doctor.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|/gm)].map(([, ...cells]) =>
      cells.map((cell) => cell.trim()),
    );
    expect(rows).toEqual(DOCTOR_RULES.map(({ id, title, why }) => [id, title, why]));
  });
});
