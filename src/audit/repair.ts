import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { AuditRuleId } from '../core/audit-rules.js';
import type { Subject } from '../core/finding.js';
import type { Database } from '../database/database.js';
import { eventStatements, type AuditEvent } from '../database/queries/events.js';
import { statementText } from '../database/statement-text.js';
import { MovedFirst, takeSteps } from '../operations/transition.js';
import type { Audited } from './audit.js';
import { FIXES } from './fixes/index.js';
import type { Plan, Repair, RepairContext } from './fixes/plan.js';

/** Who repairs, for messages and events. */
export interface Repairer {
  /** `alice` */
  user: string;
  /** The host. */
  fqdn: string;
  /** Unix seconds. */
  now: () => number;
}

export interface PlannedRepair {
  rule: AuditRuleId;
  plan: Plan;
}

/** What became of one repair. `what` says it where it was done, `why` where it was not. */
export interface Repaired {
  rule: AuditRuleId;
  subject: Subject;
  result: 'changed' | 'planned' | 'moved_first' | 'left';
  what: string | null;
  why: string | null;
  /** The statements of the repair, values filled in. */
  statements: readonly string[];
}

/** Plans the repair of everything that was found and can be mended. Changes nothing. */
export async function planRepairs(
  database: Database,
  { findings, facts }: Audited,
  repairer: Repairer,
): Promise<PlannedRepair[]> {
  const description = await database.describe();
  const who = `sf-ops (${repairer.user}@${repairer.fqdn})`;
  const context: RepairContext = { facts, description, who };
  return findings.flatMap((finding) => {
    if (finding.result !== 'fail') return [];
    const rule = finding.id as AuditRuleId;
    const planner = FIXES[rule];
    return finding.subjects.flatMap((subject) =>
      (planner?.(subject, context) ?? []).map((plan) => ({ rule, plan })),
    );
  });
}

/** A repair that is only shown. */
export function shownRepair({ rule, plan }: PlannedRepair): Repaired {
  const { subject } = plan;
  if ('why' in plan) return { rule, subject, result: 'left', what: null, why: plan.why, statements: [] };
  const statements = plan.repair.steps.map((step) => statementText(step.sql));
  return { rule, subject, result: 'planned', what: plan.repair.what, why: null, statements };
}

/**
 * Makes a repair, in a transaction of its own together with its audit event. Each statement carries the condition that
 * made it a finding; where one does not hold any more, somebody moved first, and nothing is changed.
 */
export async function makeRepair(
  database: Database,
  planned: PlannedRepair,
  repairer: Repairer,
): Promise<Repaired> {
  const shown = shownRepair(planned);
  if ('why' in planned.plan) return shown;
  const { subject, repair } = planned.plan;
  const event = eventOf(planned.rule, repair, repairer);
  try {
    await database.write({
      subject: `the repair of ${subject.type} ${subject.uuid ?? subject.name ?? ''}`,
      work: async (session) => {
        await takeSteps(session, repair.steps);
        for (const statement of eventStatements(event)) await session.change(statement);
      },
      isCommitted: async (session) =>
        (await session.rows(sql`SELECT 1 FROM events WHERE event_uuid = ${event.eventUuid}`)).length > 0,
      inquiry: `sf-ops audit --only ${planned.rule}`,
    });
    return { ...shown, result: 'changed' };
  } catch (error) {
    if (!(error instanceof MovedFirst)) throw error;
    return { ...shown, result: 'moved_first', what: null, why: 'somebody else moved first' };
  }
}

function eventOf(
  rule: AuditRuleId,
  { what, extra, objects }: Repair,
  { user, fqdn, now }: Repairer,
): AuditEvent {
  return {
    eventUuid: randomUUID(),
    timestamp: now(),
    fqdn,
    message: `sf-ops audit, ${rule}: ${what}`,
    extra: { ...(extra as Record<string, string>), rule, program: 'sf-ops', user, host: fqdn },
    requestId: null,
    objects,
  };
}
