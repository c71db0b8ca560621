import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { byUrgency, CHECKS, diagnose, type CheckReport } from '../../../src/audit/doctor/diagnosis.js';

const UNKNOWN = { unknown: 'nobody said' };

test('where nothing could be learned, nothing passes and nothing fails', () => {
  const reports = diagnose({
    servers: UNKNOWN,
    settings: UNKNOWN,
    schema: UNKNOWN,
    account: UNKNOWN,
    cluster: UNKNOWN,
  });

  expect(reports).toHaveLength(CHECKS.length);
  expect(new Set(reports.map(({ result }) => result))).toEqual(new Set(['unknown']));
  expect(reports[0]!.detail).toBe('Cannot tell: nobody said');
});

test('the most urgent come first, each kind in its usual order', () => {
  const report = (id: string, result: CheckReport['result']): CheckReport => ({
    id,
    result,
    title: '',
    why: '',
    detail: '',
    hint: null,
  });
  const reports = [
    report('a', 'pass'),
    report('b', 'info'),
    report('c', 'fail'),
    report('d', 'unknown'),
    report('e', 'warn'),
    report('f', 'fail'),
  ];
  expect(
    byUrgency(reports)
      .map(({ id }) => id)
      .join(''),
  ).toBe('cfedba');
});

describe('the page on doctor', () => {
  const page = readFileSync('docs/doctor.md', 'utf8');

  test('describes every check as the program does, in the same order', () => {
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| ([^|]+) \| ([^|]+) \|/gm)].map(([, ...cells]) =>
      cells.map((cell) => cell.trim()),
    );
    expect(rows).toEqual(CHECKS.map(({ id, title, why }) => [id, title, why]));
  });
});
