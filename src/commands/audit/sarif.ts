import { AUDIT_RULES } from '../../audit/rules/index.js';
import type { Finding, Subject } from '../../core/finding.js';
import { VERSION } from '../../version.js';
import { pageOf } from './rules-answer.js';

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const;

/** SARIF 2.1.0, which code hosts and viewers of static analysis read: one result for each thing that is wrong. */
export function sarifText(found: readonly Finding[], nameOf: (subject: Subject) => string): string {
  const rules = AUDIT_RULES.map(({ id, title, why, remedy, severity }) => ({
    id,
    shortDescription: { text: title },
    fullDescription: { text: why },
    help: { text: [remedy ?? '', `See ${pageOf(id)}.`].join(' ').trim() },
    defaultConfiguration: { level: LEVELS[severity] },
  }));
  const results = found.flatMap(({ id, severity, title, subjects }) =>
    subjects.map((subject) => ({
      ruleId: id,
      ruleIndex: AUDIT_RULES.findIndex((rule) => rule.id === id),
      level: LEVELS[severity],
      message: { text: subject.detail === undefined ? title : `${nameOf(subject)}: ${subject.detail}` },
      locations: [{ logicalLocations: [{ name: nameOf(subject), kind: 'resource' }] }],
    })),
  );
  const driver = { name: 'sf-ops audit', version: VERSION, rules };
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
