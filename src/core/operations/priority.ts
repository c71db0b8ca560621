import { readWord, type Parsed } from '../parsed-value.js';

/** Shaken Fist's priorities; the lower the number, the more urgent (operations contract, section 1). */
export const PRIORITIES = {
  user_waiting: 10,
  user_facing: 20,
  user_facing_high_io: 25,
  background: 30,
  background_high_io: 40,
} as const;

export type PriorityName = keyof typeof PRIORITIES;

/** Every priority's name, the most urgent first. */
export const PRIORITY_NAMES = Object.keys(PRIORITIES) as readonly PriorityName[];

export const DEFAULT_PRIORITY: PriorityName = 'user_facing';

export function readPriority(value: unknown): Parsed<PriorityName> {
  return readWord(value, 'a priority', PRIORITY_NAMES);
}

/** Whether `offered` is served no later than `wanted`. An unknown priority is never urgent enough: nobody may drain its queue. */
export function isAtLeastAsUrgent(offered: string | null, wanted: PriorityName): boolean {
  const name = PRIORITY_NAMES.find((known) => known === offered);
  return name !== undefined && PRIORITIES[name] <= PRIORITIES[wanted];
}
