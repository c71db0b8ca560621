import { audit } from '../../audit/audit.js';
import { planRepairs, type PlannedRepair } from '../../audit/repair.js';
import { AUDIT_RULES } from '../../audit/rules/index.js';
import type { AuditRule } from '../../audit/rules/rule.js';
import { UsageError } from '../../core/errors.js';
import type { Names } from '../../core/names.js';
import { ExitCode } from '../../core/exit-codes.js';
import { isProblem, type Finding } from '../../core/finding.js';
import { MIGRATIONS } from '../../migrations/registry.js';
import { answerOf, type AnyAnswer, type Line } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import type { AuditCommandRequest } from './definition.js';
import { fixAnswer, repairerOf } from './fix.js';
import { explainAnswer, listAnswer } from './rules-answer.js';
import { auditColumns, auditFinding, foundIn, headline, nextStep, rowsOf, subjectText } from './rows.js';
import { readAuditNames } from './names.js';
import { nagiosExit, nagiosText } from './nagios.js';
import { prometheusText } from './prometheus.js';
import { sarifText } from './sarif.js';

export async function run(context: CommandContext, { options }: AuditCommandRequest): Promise<AnyAnswer> {
  if (options.list) return listAnswer();
  if (options.explain !== undefined) return explainAnswer(options.explain);
  const rules = chosenRules(options);
  const database = await context.database();
  const audited = await audit(database, {
    rules,
    minAgeSeconds: options.minAge,
    deep: options.deep,
    migrations: MIGRATIONS,
  });
  const names = await readAuditNames(database, foundIn(audited.findings), audited.facts);
  const plans = await planRepairs(database, audited, repairerOf(context));
  if (options.fix.length === 0) return auditAnswer(context, audited.findings, plans, names);
  return fixAnswer(context, database, { audited, plans, names, dryRun: options.dryRun }, (found) =>
    documentOf(found, audited.findings),
  );
}

function chosenRules({ only, skip, fix, dryRun }: AuditCommandRequest['options']): readonly AuditRule[] {
  if (dryRun && fix.length === 0) throw new UsageError('--dry-run goes with --fix.');
  if (fix.length > 0 && only.length + skip.length > 0)
    throw new UsageError('--fix names the rules; --only and --skip do not go with it.');
  const unfixable = AUDIT_RULES.filter((rule) => fix.includes(rule.id) && rule.fix === null);
  if (unfixable.length > 0) {
    const [{ id }] = unfixable as [AuditRule];
    throw new UsageError(`There is no --fix for ${id}.`, {
      hint: `What to do: sf-ops audit --explain ${id}`,
    });
  }
  const chosen = fix.length > 0 ? fix : only;
  const rules = AUDIT_RULES.filter(
    ({ id }) => (chosen.length === 0 || chosen.includes(id)) && !skip.includes(id),
  );
  if (rules.length === 0) throw new UsageError('--only and --skip leave no rule to apply.');
  return rules;
}

function documentOf(found: readonly Finding[], findings: readonly Finding[]): object {
  const reasons = (result: Finding['result']): object[] =>
    findings.filter((finding) => finding.result === result).map(({ id, title: reason }) => ({ id, reason }));
  return {
    findings: found.map((finding) => auditFinding(finding, fixOf(finding.id))),
    ok: findings.every((finding) => !isProblem(finding) && finding.result !== 'unknown'),
    unknown: reasons('unknown'),
    skipped: reasons('skip'),
  };
}

function auditAnswer(
  context: CommandContext,
  findings: readonly Finding[],
  plans: readonly PlannedRepair[],
  names: Names,
): AnyAnswer {
  const found = foundIn(findings);
  const unseen = findings.filter(({ result }) => result === 'unknown');
  const skipped = findings.filter(({ result }) => result === 'skip');
  for (const { id, title } of unseen) context.warn(`${id}: ${title}`);
  const repairable = new Set(plans.flatMap(({ rule, plan }) => ('repair' in plan ? [rule] : [])));
  const now = context.now();
  return answerOf({
    columns: auditColumns(names),
    rows: rowsOf(found),
    json: {
      document: () => documentOf(found, findings),
    },
    record: ({ id, severity, subject, detail, hint }) => ({ id, severity, ...subject, detail, hint }),
    before: () => [headline(findings)],
    isQuiet: ({ severity }) => severity === 'info',
    rest: (count) => ({ text: `${count} more to know (--verbose)`, style: 'dim' }),
    after: () => notLookedAt(skipped),
    next: () => nextStep(findings, repairable, names),
    exitCode: findings.some(isProblem) ? ExitCode.NO : unseen.length > 0 ? ExitCode.UNAVAILABLE : ExitCode.OK,
    isReport: true,
    special: {
      nagios: { text: () => nagiosText(findings), exitCode: () => nagiosExit(findings) },
      prometheus: { text: () => prometheusText(findings, now) },
      sarif: { text: () => sarifText(found, subjectText) },
    },
  });
}

function fixOf(id: string): string | null {
  return AUDIT_RULES.find((rule) => rule.id === id)?.fix ?? null;
}

function notLookedAt(skipped: readonly Finding[]): Line[] {
  if (skipped.length === 0) return [];
  return [{ text: `Not looked at: ${skipped.map(({ id }) => id).join(', ')} (--deep).`, style: 'dim' }];
}
