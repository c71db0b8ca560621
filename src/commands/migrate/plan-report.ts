import type { PlannedStatement } from '../../migrations/migration.js';
import type { Plan } from '../../migrations/runner.js';
import { tableOf, type Line, type Report } from '../../render/report.js';
import { RESULT_TONES } from './tones.js';

/** Whether `apply` would refuse to begin. */
export function wouldBeRefused({ standing, assessed }: Plan): boolean {
  return standing.state === 'blocked' || assessed.some(({ blocks }) => blocks);
}

export function planReport(plans: readonly Plan[], database: string): Report {
  return {
    document: { migrations: plans.map(planDocument), ok: !plans.some(wouldBeRefused) },
    table: tableOf({
      columns: [
        { name: 'migration', heading: 'MIGRATION', value: ({ migration }) => migration },
        { name: 'phase', heading: 'PHASE', value: ({ phase }) => phase },
        { name: 'sql', heading: 'SQL', value: ({ sql }) => sql },
        { name: 'lock', heading: 'LOCK', value: ({ lock }) => lock },
      ],
      items: plans.flatMap(({ migration, statements }) =>
        statements.map((statement) => ({ migration: migration.id, ...statement })),
      ),
      empty: 'Nothing remains to be done.',
    }),
    headline: plans.map((plan) => ({ text: introduction(plan, database), tone: 'strong' })),
    footer: plans.flatMap(preflightLines),
    special: { sql: () => plans.map((plan) => script(plan, database)).join('\n') },
  };
}

function planDocument(plan: Plan): object {
  const { migration, standing, size, statements, assessed, nodes } = plan;
  return {
    id: migration.id,
    table: migration.table,
    from_version: migration.fromVersion,
    to_version: migration.toVersion,
    current_version: standing.currentVersion,
    state: standing.state,
    detail: standing.detail,
    nodes,
    size,
    statements,
    preflight: assessed.map(({ rule, result, blocks, details }) => ({
      id: rule.id,
      title: rule.title,
      result,
      blocks,
      details,
      why: rule.why,
      what_to_do: rule.whatToDo,
    })),
    ok: !wouldBeRefused(plan),
  };
}

function introduction({ migration, standing, size, nodes }: Plan, database: string): string {
  const where = `${database}.${migration.table} on ${nodes.join(', ')}`;
  return `${migration.id}: ${standing.state}. ${standing.detail} (${where}; about ${size.rows} rows, ${megabytes(size.bytes)})`;
}

function preflightLines({ migration, assessed }: Plan): Line[] {
  return assessed.flatMap((found): Line[] => {
    const { rule, result, blocks, details } = found;
    const verdict = blocks ? `${result}, blocks ${migration.id}` : result;
    const first: Line = {
      text: `${verdict.padEnd(7)} ${rule.id}: ${rule.title}.`,
      tone: RESULT_TONES[result],
    };
    if (result === 'pass') return [first];
    const findings = details.map((detail): Line => ({ text: `        ${detail}` }));
    if (result === 'warning') return [first, ...findings];
    return [
      first,
      ...findings,
      muted(`        Why: ${rule.why}`),
      muted(`        What to do: ${rule.whatToDo}`),
    ];
  });
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
      migration.id === 'drop-last-cluster-operation'
        ? 'Undo: sf-ops migrate restore drop-last-cluster-operation --from BACKUP'
        : 'Undo: none; the old key has no room for several targets of one operation.',
    ),
    '',
  ].join('\n');
}

function executable({ sql }: PlannedStatement): string {
  return `${sql};`;
}

/** One line, whatever a name in the database may hold. */
function comment(text: string): string[] {
  return [`-- ${text.replaceAll(/\s+/g, ' ')}`];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

function muted(text: string): Line {
  return { text, tone: 'muted' };
}
