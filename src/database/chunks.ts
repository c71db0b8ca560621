/** How much is named in one statement: keeps every packet far below `max_allowed_packet`. */
export const NAMED_AT_ONCE = 1000;

/** The list in parts that one statement can name. */
export function* chunks<T>(items: readonly T[], size = NAMED_AT_ONCE): Iterable<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
