import { AUDIT_RULE_IDS, type AuditRuleId } from '../../core/audit-rules.js';
import { ExitCode } from '../../core/exit-codes.js';
import { readWord, type Parsed } from '../../core/parsed-value.js';
import { defineCommand, type OptionDefinition, type Request } from '../definition.js';
import { choice, duration, flag, option } from '../parameters.js';

const ARGUMENTS = {};

const OPTIONS = {
  list: flag('what the rules are; looks at nothing'),
  explain: choice(
    'id',
    AUDIT_RULE_IDS,
    'what a rule means, how it comes about, what to do; looks at nothing',
  ),
  only: rules('only these rules'),
  skip: rules('all rules but these'),
  minAge: duration('accuse nothing that is younger', { default: '30s' }),
  deep: flag('pass over whole tables too, a page at a time; done anyway where they are small'),
  fix: rules('mend what these rules find, and look at nothing else'),
  dryRun: flag('with --fix: show what would be changed, and the SQL'),
};

/** Ids, separated by commas; of several options, all count. */
function rules(description: string): OptionDefinition<readonly AuditRuleId[]> {
  return {
    ...option('id,...', readIds, description, { choices: AUDIT_RULE_IDS }),
    repeatable: true,
    read: (typed) => readIds(typed.join(',')),
  };
}

function readIds(typed: string): Parsed<readonly AuditRuleId[]> {
  const found: AuditRuleId[] = [];
  for (const text of typed.split(',').map((part) => part.trim().toLowerCase())) {
    if (text === '') continue;
    const id = readWord(text, 'a rule', AUDIT_RULE_IDS);
    if ('problem' in id) return id;
    found.push(id.value);
  }
  return { value: [...new Set(found)] };
}

export type AuditCommandRequest = Request<typeof OPTIONS, typeof ARGUMENTS>;

export const audit = defineCommand({
  name: 'audit',
  summary: 'find operations and rows that are broken, and mend them',
  details: `Each rule looks for one thing that Shaken Fist leaves behind: operations that no worker will run, claims of workers
that are gone, rows without the others that belong to them. All rules look at one moment; what could be a worker between
two statements is looked at again.

Nothing is changed without --fix. Each repair is a small transaction of its own, carries the condition that made it a
finding, and leaves an audit event: whoever moved first wins, and the answer says what was really changed.`,
  examples: [
    { command: 'audit', comment: 'what is broken', exitCode: ExitCode.NO },
    { command: 'audit --list', comment: 'every rule, with its severity' },
    { command: 'audit --explain orphaned-operation', comment: 'what that means, and what to do' },
    {
      command: 'audit --fix orphaned-operation --dry-run',
      comment: 'what would be changed, with the SQL',
    },
  ],
  arguments: ARGUMENTS,
  options: OPTIONS,
  formats: ['nagios', 'prometheus', 'sarif'],
  service: 'AUDIT',
  toFile: true,
  exitCodes: {
    [ExitCode.OK]: 'nothing of at least a warning was found; with --fix, all of it was mended',
    [ExitCode.NO]: 'something was found; with --fix, some of it cannot be mended this way',
    [ExitCode.CONFLICT]: 'with --fix: somebody else moved first in some cases',
    [ExitCode.UNAVAILABLE]: 'cannot tell: something could not be looked at, and nothing else was found',
  },
  needs: 'database',
  writes: true,
  load: async () => (await import('./run.js')).run,
});
