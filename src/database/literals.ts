import { RowList } from './insert.js';

/** Printable ASCII without quote and backslash: the same bytes, and harmless, in every character set a server may use. */
const PLAIN = /^[ -&(-[\]-~]*$/;

/**
 * Writes values into a statement, each as a literal that cannot end early whatever character set the server believes
 * the connection to have: other text than plain ASCII goes as its bytes in hex, with the name of their character set.
 * Unlike a statement that is prepared on the server, it takes one round trip.
 *
 * @param sql with a `?` for each value, and none elsewhere
 */
export function withLiterals(sql: string, values: readonly unknown[]): string {
  if (values.length === 0) return sql;
  let text = '';
  let begin = 0;
  let places = 0;
  for (let place = sql.indexOf('?'); place >= 0; place = sql.indexOf('?', begin)) {
    text += sql.slice(begin, place);
    if (places < values.length) text += literal(values[places]);
    begin = place + 1;
    places += 1;
  }
  if (places !== values.length) {
    throw new Error(`a statement has ${places} places for ${values.length} values`);
  }
  return text + sql.slice(begin);
}

function literal(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return PLAIN.test(value) ? `'${value}'` : `_utf8mb4 X'${Buffer.from(value, 'utf8').toString('hex')}'`;
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw new Error('a number that is bound must be finite');
    case 'bigint':
      return String(value);
    case 'boolean':
      return value ? '1' : '0';
    default:
      if (value === null) return 'NULL';
      if (value instanceof RowList) return tuples(value);
      if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString('hex')}'`;
      throw new Error(`a ${typeof value} cannot be bound`);
  }
}

function tuples({ columns, rows }: RowList): string {
  let text = '';
  for (const row of rows) {
    let separator = text === '' ? '(' : '), (';
    for (const column of columns) {
      text += separator + literal(row[column]);
      separator = ', ';
    }
  }
  return `${text})`;
}
