/** How answers are to look: what is known of the terminal, and what the operator asked for. */
export interface Look {
  /** Columns of the terminal; null: as wide as need be. */
  width: number | null;
  /** 0: no colour; 1 to 3: as chalk counts. */
  colorLevel: 0 | 1 | 2 | 3;
  /** Whether the locale can show more than ASCII. */
  unicode: boolean;
  /** Every column, every value and every row in full, and lines as long as they are. */
  full: boolean;
  /** Rows too that tell nothing to act on. */
  verbose: boolean;
  /** Times of day in UTC; otherwise local, with the zone. */
  utc: boolean;
  /** `--columns`, in the order given; null: those that the answer has. */
  columns: readonly string[] | null;
  /** `--headers`, `--no-headers`; null: as the format has it. */
  headings: boolean | null;
}

/** As scripts see it: nothing shortened, nothing coloured. */
export const PLAIN_LOOK: Look = {
  width: null,
  colorLevel: 0,
  unicode: true,
  full: false,
  verbose: false,
  utc: false,
  columns: null,
  headings: null,
};
