import { setTimeout as sleep } from 'node:timers/promises';
import { applyRules, isProblem, type Finding } from '../core/finding.js';
import type { Database } from '../database/database.js';
import { interruption } from '../database/failure.js';
import type { KnownMigration } from './doctor/facts.js';
import { readAuditFacts } from './facts/audit-facts.js';
import { isSmall } from './facts/size.js';
import type { AuditFacts, Topic } from './rules/facts.js';
import type { AuditRule } from './rules/rule.js';
import { lookAgain } from './second-look.js';

/** Long enough for a worker that is between two statements to get to the next one. */
const SECOND_LOOK_AFTER_SECONDS = 2;

export interface AuditRequest {
  rules: readonly AuditRule[];
  minAgeSeconds: number;
  /** Pass over whole tables as well; where these are small, that is done anyway. */
  deep: boolean;
  migrations: readonly KnownMigration[];
  /** `SECOND_LOOK_AFTER_SECONDS`, but for tests. */
  secondLookAfterSeconds?: number;
}

export interface Audited {
  /** One for each rule, in their order. */
  findings: readonly Finding[];
  facts: AuditFacts;
}

/**
 * Looks for what is broken. All rules look at one moment. What could also be a writer who is between two statements is
 * looked at again after a while, and only what is still the same then is a finding.
 */
export async function audit(
  database: Database,
  {
    rules,
    minAgeSeconds,
    deep,
    migrations,
    secondLookAfterSeconds = SECOND_LOOK_AFTER_SECONDS,
  }: AuditRequest,
): Promise<Audited> {
  const description = await database.describe();
  const topics = new Set(rules.flatMap(({ topic, needs = [] }): Topic[] => [topic, ...needs]));
  const facts = await database.snapshot(async (session) => {
    const isDeep = deep || (await isSmall(session));
    if (isDeep && rules.some(({ topic }) => topic === 'activity')) topics.add('leftovers');
    if (!isDeep) topics.delete('leftovers');
    return readAuditFacts(session, description, { topics, minAgeSeconds, migrations });
  });
  const findings = applyRules(rules, facts);
  const fleeting = rules.filter(
    ({ fleeting: mayPass, id }) => mayPass && findings.some((one) => one.id === id && isProblem(one)),
  );
  if (fleeting.length === 0) return { findings, facts };
  const { signal } = database.options;
  await sleep(secondLookAfterSeconds * 1000, undefined, { signal }).catch(() => {
    throw interruption(signal);
  });
  const suspects = findings.filter(({ id }) => fleeting.some((rule) => rule.id === id));
  const later = await database.snapshot(async (session) => lookAgain(session, description, facts, suspects));
  const confirmed = new Map(applyRules(fleeting, later).map((finding) => [finding.id, finding]));
  return { findings: findings.map((finding) => confirmed.get(finding.id) ?? finding), facts: later };
}
