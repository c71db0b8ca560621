import type { Finding } from '../../core/finding.js';

/**
 * Prometheus' text exposition format, for the textfile collector. A rule that could not be looked at has NaN, one that
 * was not looked at has no sample. Written only when the database answered.
 *
 * @param now unix seconds
 */
export function prometheusText(findings: readonly Finding[], now: number): string {
  const samples = findings.flatMap(({ id, severity, result, subjects }) => {
    if (result === 'skip') return [];
    const value = result === 'unknown' ? NaN : result === 'pass' ? 0 : Math.max(1, subjects.length);
    return [`sf_ops_audit_findings{rule="${id}",severity="${severity}"} ${value}`];
  });
  return [
    '# HELP sf_ops_audit_findings What a rule of audit found; NaN where it could not look.',
    '# TYPE sf_ops_audit_findings gauge',
    ...samples,
    '# HELP sf_ops_audit_last_success_timestamp_seconds When audit last came to an answer.',
    '# TYPE sf_ops_audit_last_success_timestamp_seconds gauge',
    `sf_ops_audit_last_success_timestamp_seconds ${now}`,
  ]
    .map((line) => `${line}\n`)
    .join('');
}
