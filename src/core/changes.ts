export type Change = 'appeared' | 'changed' | 'ended';

/** A row, and what has become of it since the look before. */
export interface Changed<Row> {
  readonly change: Change;
  readonly row: Row;
}

/**
 * What is different from the look before: first what ended, then what appeared or changed, in the order of the new look.
 *
 * @param before the rows of the look before, by what tells one from another
 * @param ended rows that were there, as they ended
 * @param signatureOf what of a row counts: ages grow all the time
 */
export function changesBetween<Row>(
  before: ReadonlyMap<string, Row>,
  after: ReadonlyMap<string, Row>,
  ended: readonly Row[],
  signatureOf: (row: Row) => string,
): Changed<Row>[] {
  const changes = ended.map((row): Changed<Row> => ({ change: 'ended', row }));
  for (const [key, row] of after) {
    const old = before.get(key);
    if (old === undefined) changes.push({ change: 'appeared', row });
    else if (signatureOf(old) !== signatureOf(row)) changes.push({ change: 'changed', row });
  }
  return changes;
}
