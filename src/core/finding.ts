import type { Observed } from './observed.js';

/**
 * One engine of rules and findings for doctor, preflight, verify, the gate's checks of a host, and audit. A rule says
 * what must hold and checks facts; a finding is what it says about them.
 *
 * How much it matters where a rule does not hold. `error`: something is broken, or would be. `warning`: somebody will be
 * troubled by it. `info`: good to know.
 */
export type Severity = 'error' | 'warning' | 'info';

/**
 * `pass`: it holds. `fail`: it does not. `unknown`: nobody could look, which is never a pass. `skip`: the question has no
 * meaning here, such as one about Galera on a standalone server.
 */
export type FindingResult = 'pass' | 'fail' | 'unknown' | 'skip';

/** What a finding is about: an operation, an object, a queue, a server, a table. */
export interface Subject {
  /** `net_op`, `network`, `node`, `queue`, `server`, `table`, … */
  readonly type: string;
  readonly uuid: string | null;
  readonly name: string | null;
  /** A clause about this one, where a finding is about several. */
  readonly detail?: string;
  /** What to do about this one: a command to paste, ids in full, where there is one. */
  readonly remedy?: string;
  readonly evidence?: Evidence;
}

/** What was measured, for scripts: JSON. Times are unix seconds, durations seconds. */
export type Evidence = Readonly<Record<string, EvidenceValue>>;
export type EvidenceValue =
  string | number | boolean | null | readonly EvidenceValue[] | { readonly [name: string]: EvidenceValue };

/** What a check returns; what it leaves out comes from its rule. */
export interface Verdict {
  readonly result: FindingResult;
  /** States what was found, and so reads differently where the rule holds and where it does not. One sentence. */
  readonly title: string;
  /** More about it, in sentences; null where the title says all. */
  readonly detail: string | null;
  readonly severity?: Severity;
  readonly subjects?: readonly Subject[];
  readonly evidence?: Evidence;
  /** What to do about it: a sentence, or a command to paste. */
  readonly remedy?: string | null | undefined;
}

/** A check may look at several things and return one verdict for each; none at all means that the rule was skipped. */
export type Verdicts = Verdict | readonly Verdict[] | null;

interface RuleTexts {
  /** Stable, for scripts: an API. */
  readonly id: string;
  readonly severity: Severity;
  /** What must hold, or what is told, in a few words: for lists of rules. */
  readonly title: string;
  /** Why it matters. */
  readonly why: string;
  /** What to do where it does not hold and the finding knows nothing better; null where there is no general advice. */
  readonly remedy: string | null;
}

/** A rule that checks facts, and needs nothing else. */
export interface Rule<Facts> extends RuleTexts {
  check(facts: Facts): Verdicts;
}

/** A rule that has to look for itself. It changes nothing. */
export interface ProbingRule<Facts> extends RuleTexts {
  check(facts: Facts): Verdicts | Promise<Verdicts>;
}

export interface Finding {
  /** The rule's. */
  readonly id: string;
  readonly severity: Severity;
  readonly result: FindingResult;
  readonly title: string;
  readonly detail: string | null;
  readonly subjects: readonly Subject[];
  readonly evidence: Evidence;
  readonly remedy: string | null;
  readonly why: string;
}

/** Applies every rule, whatever the others find. Findings come in the order of the rules. */
export function applyRules<Facts>(rules: readonly Rule<Facts>[], facts: Facts): Finding[] {
  return rules.flatMap((rule) => findingsOf(rule, rule.check(facts)));
}

/** Lets every rule look, one after the other: they share a connection. */
export async function applyProbes<Facts>(
  rules: readonly ProbingRule<Facts>[],
  facts: Facts,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const rule of rules) findings.push(...findingsOf(rule, await rule.check(facts)));
  return findings;
}

/** Completes what a check returned with what its rule says. */
export function findingsOf(rule: RuleTexts, verdicts: Verdicts): Finding[] {
  const list: readonly Verdict[] = verdicts === null ? [] : isList(verdicts) ? verdicts : [verdicts];
  return list.map((verdict) => ({
    id: rule.id,
    severity: verdict.severity ?? rule.severity,
    result: verdict.result,
    title: verdict.title,
    detail: verdict.detail,
    subjects: verdict.subjects ?? [],
    evidence: verdict.evidence ?? {},
    remedy: verdict.result === 'fail' ? (verdict.remedy ?? rule.remedy) : (verdict.remedy ?? null),
    why: rule.why,
  }));
}

function isList(verdicts: Verdict | readonly Verdict[]): verdicts is readonly Verdict[] {
  return Array.isArray(verdicts);
}

type Extras = Partial<Omit<Verdict, 'result' | 'title'>>;

export function pass(title: string, extras: Extras = {}): Verdict {
  return { result: 'pass', title, detail: null, ...extras };
}

export function fail(title: string, extras: Extras = {}): Verdict {
  return { result: 'fail', title, detail: null, ...extras };
}

/** Something good to know and nothing to mend: it is no problem, and never counts as one. */
export function note(title: string, extras: Extras = {}): Verdict {
  return { result: 'fail', title, detail: null, severity: 'info', ...extras };
}

/** @param reason why nobody could look: a clause or a sentence */
export function unknown(reason: string, extras: Extras = {}): Verdict {
  return {
    result: 'unknown',
    title: `Cannot tell: ${reason}${/[.!?]$/.test(reason) ? '' : '.'}`,
    detail: null,
    ...extras,
  };
}

export function skip(reason: string, extras: Extras = {}): Verdict {
  return { result: 'skip', title: reason, detail: null, ...extras };
}

/** The verdict on what was observed; where it was not, the verdict is `unknown` for the reason why. */
export function whereKnown<T>(observed: Observed<T>, verdict: (value: T) => Verdicts): Verdicts {
  return 'value' in observed ? verdict(observed.value) : unknown(observed.unknown);
}

/** Whether it is a problem: something of at least a warning does not hold. */
export function isProblem({ result, severity }: Finding): boolean {
  return result === 'fail' && severity !== 'info';
}

/**
 * Whether it forbids to go on: an error, or something that nobody could look at and that could be one. An `unknown` that
 * could do no harm is declared as less than an error.
 */
export function isBlocking({ result, severity }: Finding): boolean {
  return severity === 'error' && (result === 'fail' || result === 'unknown');
}

const SEVERITIES: readonly Severity[] = ['error', 'warning', 'info'];

/** Most urgent first: what fails by severity, then what is not known by severity, then notes, then what holds. */
export function byUrgency(findings: readonly Finding[]): Finding[] {
  return [...findings].sort((a, b) => urgency(a) - urgency(b));
}

function urgency({ result, severity }: Finding): number {
  const weight = SEVERITIES.indexOf(severity);
  switch (result) {
    case 'fail':
      return severity === 'info' ? 20 : weight;
    case 'unknown':
      return 10 + weight;
    case 'pass':
      return 30;
    case 'skip':
      return 40;
  }
}
