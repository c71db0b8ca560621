/**
 * The rows of portions one after the other. What is there already is handed on as it is, so that a signal between two
 * rows is heard.
 */
export function flattened<Portion, Row>(
  portions: Iterable<Portion> | AsyncIterable<Portion>,
  rows: (portion: Portion) => Iterable<Row>,
): Iterable<Row> | AsyncIterable<Row> {
  return Symbol.iterator in portions ? flattenedNow(portions, rows) : flattenedLater(portions, rows);
}

function* flattenedNow<From, To>(all: Iterable<From>, rows: (one: From) => Iterable<To>): Generator<To> {
  for (const one of all) yield* rows(one);
}

async function* flattenedLater<From, To>(
  all: AsyncIterable<From>,
  rows: (one: From) => Iterable<To>,
): AsyncGenerator<To> {
  for await (const one of all) yield* rows(one);
}
