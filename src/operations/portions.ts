/** A list of more operations than this is read in portions. */
export const AT_ONCE = 5_000;

/** A list of one moment, read as somebody reads on. */
interface Portions<Portion> {
  /** How many of the list were no longer there to be read; known when all portions have been. */
  readonly missed: () => number;
  readonly portions: () => AsyncGenerator<Portion>;
}

/**
 * @param numbers what is listed, in its order
 * @param size of a portion
 * @param read reads a portion, without what is no longer there
 */
export function inPortions<Portion extends { readonly operations: readonly unknown[] }>(
  numbers: readonly (number | string)[],
  size: number,
  read: (wanted: readonly (number | string)[], isFirst: boolean) => Promise<Portion>,
): Portions<Portion> {
  let missed = 0;
  async function* portions(): AsyncGenerator<Portion> {
    for (let start = 0; start < numbers.length; start += size) {
      const wanted = numbers.slice(start, start + size);
      const portion = await read(wanted, start === 0);
      missed += wanted.length - portion.operations.length;
      yield portion;
    }
  }
  return { missed: () => missed, portions };
}
