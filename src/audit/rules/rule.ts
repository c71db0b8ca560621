import type { AuditRuleId } from '../../core/audit-rules.js';
import {
  fail,
  pass,
  skip,
  whereKnown,
  type Rule,
  type Subject,
  type Verdict,
  type Verdicts,
} from '../../core/finding.js';
import type { OperationRecord } from '../../core/operations/operation-record.js';
import type { SchemaFacts } from '../doctor/facts.js';
import type { AuditFacts, Topic } from './facts.js';

/** A rule of audit, with what its documentation and `--explain` say. */
export interface AuditRule extends Rule<AuditFacts> {
  readonly id: AuditRuleId;
  readonly topic: Topic;
  /** Further topics without which it finds less. */
  readonly needs?: readonly Topic[];
  /** How it comes about: a line each. */
  readonly examples: readonly string[];
  /** What `--fix` does about one subject, in a sentence; null where nothing can be done by itself. */
  readonly fix: string | null;
  /** Whether rows that are about to follow, or about to go, can look like it, so that it takes two looks to be sure. */
  readonly fleeting?: boolean;
}

/** What a rule found wrong: with a clause, `queued for 2h30m, no work row`, and what was measured. */
export type Problem = Subject & { readonly detail: string };

type Content<Name extends Topic> = Extract<NonNullable<AuditFacts[Name]>, { value: unknown }>['value'];

interface Declaration<Name extends Topic> extends Omit<AuditRule, 'check' | 'topic'> {
  topic: Name;
  /** What is wrong, counted: `1 operation has no work row`. */
  found: (count: number) => string;
  /** What is said where nothing is wrong. */
  none: string;
  look: (topic: Content<Name>, facts: AuditFacts) => readonly Problem[];
}

/** Declares a rule that returns one finding about all that is wrong. */
export function auditRule<Name extends Topic>({ found, none, look, ...texts }: Declaration<Name>): AuditRule {
  return {
    ...texts,
    check: (facts) => {
      const topic = facts[texts.topic];
      if (topic === null) return skip(NOT_LOOKED_AT[texts.topic] ?? 'Not looked at.');
      return whereKnown<Content<Name>>(topic, (value) => {
        const problems = look(value, facts).map((problem) => ({
          ...problem,
          remedy: problem.remedy ?? generalRemedy(texts),
        }));
        return verdict(problems, found, none);
      });
    },
  };
}

interface TableDeclaration extends Omit<AuditRule, 'check' | 'topic'> {
  table: string;
  verdict: (schema: SchemaFacts) => Verdict;
}

/** Declares a rule about a table that doctor checks as well; what doctor only warns of is no finding of audit. */
export function tableRule({ table, verdict, ...texts }: TableDeclaration): AuditRule {
  return {
    ...texts,
    topic: 'schema',
    check: ({ schema }) => {
      if (schema === null) return skip('Not looked at.');
      return whereKnown(schema, (facts) => {
        const found = verdict(facts);
        if (found.result !== 'fail' || found.severity === 'warning')
          return { ...found, result: found.result === 'unknown' ? 'unknown' : 'pass' };
        const remedy = found.remedy ?? texts.remedy!;
        return {
          ...found,
          remedy,
          subjects: [{ type: 'table', uuid: null, name: table, detail: found.title, remedy }],
        };
      });
    },
  };
}

const NOT_LOOKED_AT: Partial<Record<Topic, string>> = {
  leftovers: 'It takes a pass over whole tables: --deep.',
};

/** The command that helps against each of what a rule finds alike. */
function generalRemedy({ id, fix, remedy }: Pick<AuditRule, 'id' | 'fix' | 'remedy'>): string {
  return fix === null ? remedy! : `sf-ops audit --fix ${id}`;
}

function verdict(
  problems: readonly (Problem & { remedy: string })[],
  found: (count: number) => string,
  none: string,
): Verdicts {
  if (problems.length === 0) return pass(none);
  return fail(found(problems.length), { subjects: problems, remedy: problems[0]!.remedy });
}

export function operationSubject({ type, uuid }: Pick<OperationRecord, 'type' | 'uuid'>): Subject {
  return { type: type ?? 'operation', uuid, name: null };
}

/** Whether something that has been so since then is old enough to be accused. */
export function isSettled(
  since: number,
  { now, minAgeSeconds }: Pick<AuditFacts, 'now' | 'minAgeSeconds'>,
): boolean {
  return now - since >= minAgeSeconds;
}

/** `1 operation has`, `2 operations have`. */
export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
