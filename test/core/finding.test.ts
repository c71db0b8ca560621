import { describe, expect, test } from '@jest/globals';
import {
  applyProbes,
  applyRules,
  byUrgency,
  fail,
  isBlocking,
  isProblem,
  pass,
  skip,
  unknown,
  whereKnown,
  type Finding,
  type FindingResult,
  type Rule,
  type Severity,
  type Verdicts,
} from '../../src/core/finding.js';

const rule = (id: string, check: () => Verdicts, severity: Severity = 'error'): Rule<null> => ({
  id,
  severity,
  title: `about ${id}`,
  why: `because of ${id}`,
  remedy: `mend ${id}`,
  check,
});

const found = (result: FindingResult, severity: Severity): Finding =>
  applyRules([rule('a', () => ({ result, title: 't', detail: null, severity }))], null)[0]!;

describe('what a rule says', () => {
  test('its own texts complete the verdict', () => {
    expect(applyRules([rule('keys', () => fail('No key.'))], null)).toEqual([
      {
        id: 'keys',
        severity: 'error',
        result: 'fail',
        title: 'No key.',
        detail: null,
        subjects: [],
        evidence: {},
        remedy: 'mend keys',
        why: 'because of keys',
      },
    ]);
  });

  test('the verdict knows better: severity, subjects, evidence, remedy', () => {
    const subjects = [{ type: 'server', uuid: null, name: 'db1' }];
    const verdict = fail('Late.', {
      severity: 'warning',
      detail: 'By an hour.',
      subjects,
      evidence: { seconds: 3600 },
      remedy: 'Set the clock.',
    });
    expect(applyRules([rule('clock', () => verdict)], null)).toEqual([
      expect.objectContaining({
        severity: 'warning',
        detail: 'By an hour.',
        subjects,
        evidence: { seconds: 3600 },
        remedy: 'Set the clock.',
      }),
    ]);
  });

  test('advice belongs to what fails', () => {
    const [passed, unseen, skipped] = applyRules(
      [rule('a', () => [pass('Fine.'), unknown('no privilege'), skip('Not here.')])],
      null,
    );
    expect([passed!.remedy, unseen!.remedy, skipped!.remedy]).toEqual([null, null, null]);
    expect(unseen!.title).toBe('Cannot tell: no privilege.');
    expect(unknown('MariaDB 10.4 does not say').title).toBe('Cannot tell: MariaDB 10.4 does not say.');
    expect(skip('Not here.')).toEqual({ result: 'skip', title: 'Not here.', detail: null });
    expect(skipped!.result).toBe('skip');
  });

  test('one, several or none, in the order of the rules', async () => {
    const rules = [
      rule('none', () => null),
      rule('two', () => [pass('1'), pass('2')]),
      rule('one', () => pass('3')),
    ];
    expect(applyRules(rules, null).map(({ title }) => title)).toEqual(['1', '2', '3']);
    expect(await applyProbes(rules, null)).toEqual(applyRules(rules, null));
  });

  test('what was not observed is not known', () => {
    expect(whereKnown({ value: 3 }, (value) => pass(String(value)))).toEqual(pass('3'));
    expect(whereKnown<number>({ unknown: 'hidden' }, () => pass('never'))).toEqual(unknown('hidden'));
  });
});

describe('how bad it is', () => {
  test.each<[FindingResult, Severity, boolean, boolean]>([
    ['fail', 'error', true, true],
    ['fail', 'warning', true, false],
    ['fail', 'info', false, false],
    ['unknown', 'error', false, true],
    ['unknown', 'warning', false, false],
    ['pass', 'error', false, false],
    ['skip', 'error', false, false],
  ])('%s of severity %s: problem %p, blocking %p', (result, severity, problem, blocking) => {
    expect(isProblem(found(result, severity))).toBe(problem);
    expect(isBlocking(found(result, severity))).toBe(blocking);
  });

  test('most urgent first, and otherwise as they came', () => {
    const order: [FindingResult, Severity][] = [
      ['fail', 'error'],
      ['fail', 'warning'],
      ['unknown', 'error'],
      ['unknown', 'warning'],
      ['fail', 'info'],
      ['pass', 'error'],
      ['skip', 'error'],
    ];
    const findings = order.map(([result, severity]) => found(result, severity));
    expect(byUrgency([...findings].reverse())).toEqual(findings);
    const twins = [found('pass', 'error'), found('pass', 'info')];
    expect(byUrgency(twins)).toEqual(twins);
  });
});
