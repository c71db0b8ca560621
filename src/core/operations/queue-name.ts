import { FAMILIES, type Family } from './operation-type.js';
import { PRIORITY_NAMES, type PriorityName } from './priority.js';

/** The parts of `{target}-{family}-{priority name}` (operations contract, section 2). */
export interface QueueName {
  /** The word `any` or `networknode`, or a node's uuid. */
  readonly target: string;
  readonly family: Family;
  readonly priority: PriorityName;
}

const PATTERN = new RegExp(
  `^(any|networknode|[0-9a-f-]{36})-(${FAMILIES.join('|')})-(${PRIORITY_NAMES.join('|')})$`,
);

export function queueName(target: string, family: string, priority: string): string {
  return `${target}-${family}-${priority}`;
}

/** The parts of a queue's name; null for a name that no daemon of Shaken Fist would look for. */
export function parseQueueName(name: string): QueueName | null {
  const match = PATTERN.exec(name);
  if (match === null) return null;
  const [, target, family, priority] = match as unknown as [string, string, Family, PriorityName];
  return { target, family, priority };
}
