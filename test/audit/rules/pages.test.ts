import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { AUDIT_RULES } from '../../../src/audit/rules/index.js';
import { AUDIT_RULE_IDS } from '../../../src/core/audit-rules.js';

test('the rules are those of the interface, in its order', () => {
  expect(AUDIT_RULES.map(({ id }) => id)).toEqual(AUDIT_RULE_IDS);
});

test('every rule is at least a warning, but for what is left of finished operations', () => {
  const notes = AUDIT_RULES.filter(({ severity }) => severity === 'info');
  expect(notes.map(({ id }) => id)).toEqual(['targets-without-operation']);
});

test('each has a page, and no page is about nothing', () => {
  const pages = readdirSync('docs/findings').map((name) => name.replace(/\.md$/, ''));
  expect(pages.sort()).toEqual([...AUDIT_RULE_IDS].sort());
});

describe.each(AUDIT_RULES)('the page of $id', ({ id, title, why, examples, remedy, fix }) => {
  const page = readFileSync(`docs/findings/${id}.md`, 'utf8').replaceAll(/\s+/g, ' ');

  test('says what the rule says', () => {
    expect(examples).not.toEqual([]);
    for (const text of [why, remedy, fix ?? 'by hand', ...examples]) expect(text).toMatch(/^\S+ .+/);
    for (const text of [`# ${id} `, title, why, ...examples, remedy!]) expect(page).toContain(text);
    expect(page).toContain(fix ?? 'There is no `--fix` for it.');
  });
});

test('the page on audit lists them', () => {
  const page = readFileSync('docs/audit.md', 'utf8');
  const rows = [
    ...page.matchAll(/^\| \[([a-z-]+)\]\(findings\/\1\.md\) \| (\w+) \| ([^|]+) \| ([^|]+) \|/gm),
  ];
  expect(rows.map(([, ...cells]) => cells.map((cell) => cell.trim()))).toEqual(
    AUDIT_RULES.map(({ id, severity, title, fix }) => [id, severity, title, fix === null ? '-' : 'yes']),
  );
});
