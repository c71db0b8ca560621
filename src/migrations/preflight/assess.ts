import { RefusedError } from '../../core/errors.js';
import { findingsOf, isBlocking, type Finding } from '../../core/finding.js';
import type { ApplyRequest, Migration } from '../migration.js';
import type { Servers } from '../servers.js';
import { readPrivileges } from './privileges.js';
import type { PreflightRule } from './rule.js';

/** What one rule found. */
export interface Assessed {
  rule: PreflightRule;
  findings: Finding[];
  /** What each of them states, but for those that hold. */
  details: string[];
  /** The worst of its findings; a failure that is no error is a warning. */
  result: 'pass' | 'warning' | 'unknown' | 'fail';
  /** Whether `apply` is refused because of it. */
  blocks: boolean;
}

const WORST_LAST = ['pass', 'warning', 'unknown', 'fail'] as const;

/** Lets every rule look, whatever the others find. */
export async function assess(
  migration: Migration,
  servers: Servers,
  request: ApplyRequest,
): Promise<Assessed[]> {
  const privileges = await servers.database.read(async (session) => readPrivileges(session, migration));
  const context = { migration, servers, privileges, request };
  const assessed: Assessed[] = [];
  for (const rule of migration.rules) {
    if (request.phase === 'hide' && !rule.beforeHide) continue;
    const findings = findingsOf(rule, await rule.check(context));
    const results = findings.map(resultOf);
    assessed.push({
      rule,
      findings,
      details: findings.filter(({ result }) => result !== 'pass').map(({ title }) => title),
      result: WORST_LAST.findLast((result) => results.includes(result)) ?? 'pass',
      blocks: findings.some(
        (finding) => isBlocking(finding) && !(finding.result === 'unknown' && request.acceptUnknown),
      ),
    });
  }
  return assessed;
}

function resultOf({ result, severity }: Finding): Assessed['result'] {
  if (result === 'fail') return severity === 'error' ? 'fail' : 'warning';
  return result === 'unknown' ? 'unknown' : 'pass';
}

/** @throws RefusedError that lists everything that stands in the way */
export function requirePassed(migration: Migration, assessed: readonly Assessed[]): void {
  const blocking = assessed.filter(({ blocks }) => blocks);
  if (blocking.length === 0) return;
  const reasons = blocking.map(
    ({ rule, details }, index) => `(${index + 1}) ${rule.id}: ${details.join(' ')}`,
  );
  const cannotLook = blocking.every(({ result }) => result === 'unknown');
  throw new RefusedError(
    `${migration.id} was not begun: ${blocking.length} of ${assessed.length} checks stand in the way. ${reasons.join(' ')}`,
    {
      word: 'preflight_failed',
      hint: cannotLook
        ? `sf-ops migrate plan ${migration.id} says what to do; --accept-unknown goes ahead without having looked.`
        : `sf-ops migrate plan ${migration.id} says what to do about each.`,
    },
  );
}
