import { ExitCode } from '../../core/exit-codes.js';
import type { PlannedStatement } from '../../migrations/migration.js';
import type { Assessed } from '../../migrations/preflight/assess.js';
import type { Plan } from '../../migrations/runner.js';
import { answerOf, type AnyAnswer, type Line, type NextCommand } from '../../render/answer.js';
import { printable } from '../../render/printable.js';
import { RESULT_STYLES } from './styles.js';

/** Whether `apply` would refuse to begin. */
function wouldBeRefused({ status, assessed }: Plan): boolean {
  return status.state === 'blocked' || assessed.some(({ blocks }) => blocks);
}

/** @param refused how it ends where `apply` would refuse to begin */
export function planAnswer(plans: readonly Plan[], database: string, refused: ExitCode): AnyAnswer {
  const isRefused = plans.some(wouldBeRefused);
  return answerOf<PlannedRow>({
    columns: [
      { name: 'migration', heading: 'MIGRATION', value: ({ migration }) => migration },
      { name: 'phase', heading: 'PHASE', value: ({ phase }) => phase },
      { name: 'sql', heading: 'SQL', value: ({ sql }) => sql },
      { name: 'lock', heading: 'LOCK', value: ({ lock }) => lock },
    ],
    rows: plans.flatMap(({ migration, statements }) =>
      statements.map((statement) => ({ migration: migration.id, ...statement })),
    ),
    json: { document: () => ({ migrations: plans.map(planDocument), ok: !isRefused }) },
    block: (step, { verbose, full }) => (verbose || full ? stepLines(step) : []),
    before: ({ verbose, full }) => plans.flatMap((plan) => screen(plan, database, verbose || full)),
    next: () => nextOf(plans),
    exitCode: isRefused ? refused : ExitCode.OK,
    special: { sql: { text: () => plans.map((plan) => script(plan, database)).join('\n') } },
  });
}

type PlannedRow = { migration: string } & PlannedStatement;

function planDocument(plan: Plan): object {
  const { migration, status, size, statements, assessed, nodes } = plan;
  return {
    id: migration.id,
    table: migration.table,
    from_version: migration.fromVersion,
    to_version: migration.toVersion,
    current_version: status.currentVersion,
    state: status.state,
    detail: status.detail,
    nodes,
    size,
    statements,
    preflight: assessed.map(({ rule, findings, result, blocks, details }) => ({
      id: rule.id,
      title: findings[0]?.title ?? rule.title,
      result,
      blocks,
      details,
      why: rule.why,
      what_to_do: rule.remedy,
    })),
    ok: !wouldBeRefused(plan),
  };
}

function introduction({ migration, status, size, nodes }: Plan, database: string): string {
  const where = `${database}.${migration.table} on ${nodes.join(', ')}`;
  return `${migration.id}: ${status.state}. ${status.detail} (${where}; about ${size.rows} rows, ${megabytes(size.bytes)})`;
}

/** What people see of one migration: the answer, what stands in the way, and the steps. */
function screen(plan: Plan, database: string, all: boolean): Line[] {
  const { migration, status, size, nodes, assessed } = plan;
  const shown = assessed.filter(({ result }) => all || result !== 'pass');
  const idWidth = Math.max(0, ...shown.map(({ rule }) => rule.id.length));
  return [
    headline(plan),
    { text: `  ${status.detail}` },
    {
      text: `  ${database}.${migration.table} on ${nodes.join(', ')}, about ${size.rows} rows, ${megabytes(size.bytes)}`,
      style: 'dim',
    },
    ...shown.flatMap((found) => findingLines(found, idWidth)),
    ...passed(assessed.length - shown.length),
    ...steps(plan),
  ];
}

function headline({ migration, status, assessed }: Plan): Line {
  const { table, fromVersion, toVersion, id } = migration;
  const change = `${table} ${fromVersion} to ${toVersion}`;
  const blocking = assessed.filter(({ blocks }) => blocks).length;
  if (blocking > 0) {
    const stand = blocking === 1 ? 'stands' : 'stand';
    return {
      text: `blocked: ${blocking} of ${assessed.length} checks ${stand} in the way of ${change} (${id})`,
      style: 'bad',
    };
  }
  if (status.state === 'blocked') return { text: `blocked: ${change} (${id})`, style: 'bad' };
  if (status.state === 'applied') return { text: `applied: ${change} (${id})`, style: 'good' };
  return { text: `ready: ${change} (${id})`, style: 'good' };
}

function findingLines({ rule, findings, result, blocks, details }: Assessed, idWidth: number): Line[] {
  const place = `  ${result.padEnd(8)} ${rule.id.padEnd(idWidth)}  `;
  const hang = place.length;
  const text = result === 'pass' ? findings.map(({ title }) => title).join(' ') : details.join(' ');
  const first: Line = { text: place + text, style: RESULT_STYLES[result], hang };
  if (!blocks) return [first];
  return [first, { text: `${' '.repeat(hang)}${rule.remedy ?? ''}`, style: 'dim', hang }];
}

function passed(count: number): Line[] {
  return count === 0 ? [] : [{ text: `  ${count} passed (--verbose)`, style: 'dim' }];
}

function steps({ statements }: Plan): Line[] {
  if (statements.length === 0) return ['Nothing remains to be done.'];
  const phases = [...new Set(statements.map(({ phase }) => phase))];
  return [`Steps: ${phases.join(', ')}. SQL: --format sql`];
}

function stepLines({ phase, sql, lock }: PlannedRow): Line[] {
  return [
    { text: `  ${phase}: ${sql};`, hang: 6 },
    { text: `      ${lock}`, style: 'dim' },
  ];
}

function nextOf(plans: readonly Plan[]): NextCommand | null {
  const plan = plans.find(({ statements }) => statements.length > 0);
  if (plan === undefined || plans.some(wouldBeRefused)) return null;
  return { label: 'Apply', command: `sf-ops migrate apply ${plan.migration.id}` };
}

/** Fit for a change request: the statements with what they cost, and how they are undone, as comments. */
function script(plan: Plan, database: string): string {
  const { migration, statements, assessed } = plan;
  const findings = assessed
    .filter(({ result }) => result !== 'pass')
    .flatMap(({ rule, result, details }) => details.map((detail) => `${result} ${rule.id}: ${detail}`));
  const passed = assessed.filter(({ result }) => result === 'pass').map(({ rule }) => rule.id);
  return [
    ...comment(
      `${migration.id}: ${migration.summary} (version ${migration.fromVersion} to ${migration.toVersion})`,
    ),
    ...comment(introduction(plan, database)),
    ...(passed.length === 0 ? [] : comment(`preflight passed: ${passed.join(', ')}`)),
    ...findings.flatMap(comment),
    ...statements.flatMap((statement) => [
      '',
      ...comment(`${statement.phase}: ${statement.lock}`),
      executable(statement),
    ]),
    ...(statements.length === 0 ? ['', '-- Nothing remains to be done.'] : []),
    '',
    ...comment(
      'impossible' in migration.undo
        ? `Undo: none; ${migration.undo.impossible}.`
        : `Undo: sf-ops migrate restore ${migration.id}, with --from BACKUP once it was dropped`,
    ),
    '',
  ].join('\n');
}

function executable({ sql }: PlannedStatement): string {
  return `${sql};`;
}

/** One line, whatever a name in the database may hold. */
function comment(text: string): string[] {
  return [`-- ${printable(text.replaceAll(/\s+/g, ' '))}`];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}
