import { ACCOUNT_CHECKS } from './account-checks.js';
import { ADDRESS_CHECKS } from './address-checks.js';
import type { Check, CheckResult, Finding } from './check.js';
import { CLOCK_CHECKS } from './clock-checks.js';
import { CLUSTER_CHECKS } from './cluster-checks.js';
import type { DoctorFacts } from './facts.js';
import { GALERA_CHECKS } from './galera-checks.js';
import { KEY_CHECKS } from './key-checks.js';
import { SCHEMA_CHECKS } from './schema-checks.js';
import { SERVER_CHECKS } from './server-checks.js';
import { TYPE_CHECKS } from './type-checks.js';

/** Every check, in the order of `--json`. */
export const CHECKS: readonly Check[] = [
  ...ADDRESS_CHECKS,
  ...SERVER_CHECKS,
  ...CLOCK_CHECKS,
  ...GALERA_CHECKS,
  ...ACCOUNT_CHECKS,
  ...SCHEMA_CHECKS,
  ...KEY_CHECKS,
  ...TYPE_CHECKS,
  ...CLUSTER_CHECKS,
];

export interface CheckReport extends Finding {
  id: string;
  title: string;
  why: string;
}

/** Most urgent first. */
const URGENCY: readonly CheckResult[] = ['fail', 'warn', 'unknown', 'info', 'pass'];

/** Makes every check that has a meaning here. */
export function diagnose(facts: DoctorFacts): CheckReport[] {
  return CHECKS.flatMap(({ id, title, why, examine }) => {
    const finding = examine(facts);
    return finding === null ? [] : [{ id, title, ...finding, why }];
  });
}

export function byUrgency(reports: readonly CheckReport[]): CheckReport[] {
  return [...reports].sort((a, b) => URGENCY.indexOf(a.result) - URGENCY.indexOf(b.result));
}
