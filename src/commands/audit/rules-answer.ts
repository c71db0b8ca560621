import { AUDIT_RULES } from '../../audit/rules/index.js';
import type { AuditRule } from '../../audit/rules/rule.js';
import type { AuditRuleId } from '../../core/audit-rules.js';
import { ExitCode } from '../../core/exit-codes.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import { styleOf } from './rows.js';

/** Every rule, without looking at anything. */
export function listAnswer(): AnyAnswer {
  return answerOf<AuditRule>({
    columns: [
      { name: 'id', heading: 'RULE', value: ({ id }) => id },
      {
        name: 'severity',
        heading: 'SEVERITY',
        value: ({ severity }) => severity,
        style: ({ severity }) => styleOf(severity),
      },
      {
        name: 'fix',
        heading: 'FIX',
        value: ({ fix }) => fix !== null,
        display: ({ fix }) => (fix === null ? '-' : 'yes'),
      },
      { name: 'title', heading: 'WHAT MUST HOLD', value: ({ title }) => title, shrink: 'wrap', least: 20 },
    ],
    rows: AUDIT_RULES,
    json: { rows: 'rules' },
    record: ruleRecord,
    exitCode: ExitCode.OK,
  });
}

/** All that there is to say about one rule. */
export function explainAnswer(id: AuditRuleId): AnyAnswer {
  const rule = AUDIT_RULES.find((one) => one.id === id)!;
  return answerOf<AuditRule>({
    columns: [
      { name: 'id', heading: 'RULE', value: (one) => one.id },
      { name: 'severity', heading: 'SEVERITY', value: ({ severity }) => severity },
      { name: 'why', heading: 'WHY', value: ({ why }) => why },
      { name: 'remedy', heading: 'WHAT TO DO', value: ({ remedy }) => remedy },
    ],
    rows: [rule],
    json: { document: () => ruleRecord(rule) },
    record: ruleRecord,
    block: explanation,
    exitCode: ExitCode.OK,
  });
}

function ruleRecord({ id, severity, title, why, examples, remedy, fix }: AuditRule): object {
  return { id, severity, title, why, examples, remedy, fix, page: pageOf(id) };
}

/** Where the documentation of a rule stands. */
export function pageOf(id: string): string {
  return `docs/findings/${id}.md`;
}

function explanation({ id, severity, title, why, examples, remedy, fix }: AuditRule): Line[] {
  return [
    { text: `${id}: ${title}`, style: 'strong' },
    `Severity: ${severity}.`,
    why,
    'It comes about when:',
    ...examples.map((text): Line => ({ text: `  - ${text}`, hang: 4 })),
    ...(remedy === null ? [] : [`What to do: ${remedy}`]),
    fix === null ? 'There is no --fix for it.' : `sf-ops audit --fix ${id} ${fix}. Look first: --dry-run.`,
    { text: `More: ${pageOf(id)}`, style: 'dim' },
  ];
}
