import { DOCTOR_RULES } from '../../audit/doctor/rules.js';
import { readDoctorFacts } from '../../audit/facts/doctor-facts.js';
import { ExitCode } from '../../core/exit-codes.js';
import { applyRules } from '../../core/finding.js';
import { MIGRATIONS } from '../../migrations/registry.js';
import { answerOf, type AnyAnswer } from '../../render/answer.js';
import type { CommandContext } from '../context.js';
import {
  CHECK_COLUMNS,
  checkLines,
  checkOf,
  checksOf,
  counted,
  headline,
  isError,
  isQuiet,
  rest,
} from './checks.js';
import { galeraProbes, nodeDocument, nodeLine, serverDocument } from './servers.js';

export async function run(context: CommandContext): Promise<AnyAnswer> {
  const facts = await readDoctorFacts(await context.database(), MIGRATIONS, () => context.ownNow());
  const findings = applyRules(DOCTOR_RULES, facts);
  const unsure = findings.filter(({ result }) => result === 'unknown');
  if (unsure.length > 0) {
    context.warn(
      `${counted(unsure.length, 'check')} could not be made: ${unsure.map(({ id }) => id).join(', ')}.`,
    );
  }
  const nodes = galeraProbes(facts.servers.value);
  const checks = checksOf(findings);
  const ok = !findings.some(isError);
  return answerOf({
    columns: CHECK_COLUMNS,
    rows: checks,
    json: {
      document: () => ({
        ok,
        checks: findings.map(checkOf),
        server: 'value' in facts.settings ? serverDocument(facts.settings.value) : null,
        nodes: nodes.map(nodeDocument),
      }),
    },
    before: () => [headline(checks), ...nodes.map(nodeLine)],
    block: (check, { full, verbose }) =>
      checkLines(check, full || verbose ? checks : checks.filter((one) => !isQuiet(one))),
    isQuiet,
    rest: () => rest(checks),
    exitCode: ok ? ExitCode.OK : ExitCode.NO,
  });
}
