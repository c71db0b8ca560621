import { whereKnown, type Rule, type Verdicts } from '../../core/finding.js';
import type { DoctorFacts, Topics } from './facts.js';

/** A rule of doctor: null where it has no meaning, such as one about Galera on a standalone server. */
export type DoctorRule = Rule<DoctorFacts>;

interface Declaration<Topic> extends Omit<DoctorRule, 'check'> {
  verdict: (topic: Topic) => Verdicts;
}

/** Declares a rule about one topic; its verdict is `unknown` by itself where the topic is. */
export function ruleAbout<Name extends keyof Topics>(
  topic: Name,
  { verdict, ...texts }: Declaration<Topics[Name]>,
): DoctorRule {
  return { ...texts, check: (facts) => whereKnown(facts[topic], verdict) };
}
