import type { Observed } from '../../core/observed.js';
import type { DoctorFacts, Topics } from './facts.js';

/**
 * - `pass`: what must be true is true.
 * - `fail`: it is not; `doctor` exits 3.
 * - `warn`: it works, and will trouble somebody.
 * - `info`: nothing to judge, good to know.
 * - `unknown`: this account cannot tell. Never counted as `pass`.
 */
export type CheckResult = 'pass' | 'fail' | 'warn' | 'info' | 'unknown';

export interface Finding {
  result: CheckResult;
  /** What was found, one sentence. */
  detail: string;
  /** What to do about it. */
  hint: string | null;
}

export interface Check {
  /** Stable name, for scripts. */
  id: string;
  /** What must be true. */
  title: string;
  /** Why it must. */
  why: string;
  /** Null where the check has no meaning, such as one of Galera's on a standalone server. */
  examine: (facts: DoctorFacts) => Finding | null;
}

interface Declaration<Name extends keyof Topics> extends Omit<Check, 'examine'> {
  about: Name;
  examine: (topic: Topics[Name]) => Finding | null;
}

/** Declares a check about one topic; it is `unknown` by itself where the topic is. */
export function declareCheck<Name extends keyof Topics>(declaration: Declaration<Name>): Check {
  const { id, title, why, about, examine } = declaration;
  return {
    id,
    title,
    why,
    examine: (facts) => {
      const topic: Observed<Topics[Name]> = facts[about];
      return 'value' in topic ? examine(topic.value) : unknown(topic.unknown);
    },
  };
}

export function pass(detail: string): Finding {
  return { result: 'pass', detail, hint: null };
}

export function fail(detail: string, hint: string): Finding {
  return { result: 'fail', detail, hint };
}

export function warn(detail: string, hint: string): Finding {
  return { result: 'warn', detail, hint };
}

export function info(detail: string, hint: string | null = null): Finding {
  return { result: 'info', detail, hint };
}

export function unknown(reason: string, hint: string | null = null): Finding {
  return { result: 'unknown', detail: `Cannot tell: ${reason}`, hint };
}
