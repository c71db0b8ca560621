import { RefusedError } from '../../core/errors.js';
import type { ApplyRequest, Migration } from '../migration.js';
import type { Surroundings } from '../nodes.js';
import { readPrivileges } from '../privileges.js';
import type { Finding, PreflightRule } from './rule.js';

/** What one rule found. */
export interface Assessed {
  rule: PreflightRule;
  /** The worst of its findings. */
  result: 'pass' | Finding['result'];
  /** Whether `apply` is refused because of it. */
  blocks: boolean;
  details: string[];
}

const SEVERITY = ['warning', 'unknown', 'fail'] as const;

/** Lets every rule look, whatever the others find. */
export async function assess(
  migration: Migration,
  surroundings: Surroundings,
  request: ApplyRequest,
): Promise<Assessed[]> {
  const privileges = await surroundings.database.read(readPrivileges);
  const context = { table: migration.table, surroundings, privileges, request };
  const assessed: Assessed[] = [];
  for (const rule of migration.rules) {
    if (request.phase === 'hide' && !rule.beforeHide) continue;
    const findings = await rule.check(context);
    assessed.push({
      rule,
      result: SEVERITY.findLast((result) => findings.some((finding) => finding.result === result)) ?? 'pass',
      blocks: findings.some(
        (finding) => finding.blocks && !(finding.result === 'unknown' && request.acceptUnknown),
      ),
      details: findings.map(({ detail }) => detail),
    });
  }
  return assessed;
}

/** @throws RefusedError that lists everything that stands against it */
export function requirePassed(migration: Migration, assessed: readonly Assessed[]): void {
  const blocking = assessed.filter(({ blocks }) => blocks);
  if (blocking.length === 0) return;
  const reasons = blocking.map(
    ({ rule, details }, index) => `(${index + 1}) ${rule.id}: ${details.join(' ')}`,
  );
  const cannotLook = blocking.every(({ result }) => result === 'unknown');
  throw new RefusedError(`${migration.id} was not begun; preflight stands against it. ${reasons.join(' ')}`, {
    word: 'preflight_failed',
    hint: cannotLook
      ? `sf-ops migrate plan ${migration.id} says what to do; --accept-unknown goes ahead without having looked.`
      : `sf-ops migrate plan ${migration.id} says what to do about each.`,
  });
}
