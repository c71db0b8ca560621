import { DrizzleQueryError } from 'drizzle-orm/errors';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import { MySql2Database, MySql2Session } from 'drizzle-orm/mysql2';
import type { QueryOptions } from 'mysql2';

/** Sends one statement with its values and gives rows (as arrays or objects, as asked) and the columns' description. */
export type Send = (query: QueryOptions) => Promise<[rows: unknown, fields: unknown]>;

/** Drizzle's query builder, sending with `send`. */
export function queryBuilder(send: Send): MySql2Database {
  const client = {
    // Drizzle's `typeCast` only turns dates into text, which the driver does by itself (`dateStrings`).
    query: async (query: QueryOptions, values: unknown[]): Promise<unknown> =>
      send({ ...query, values, typeCast: true }),
  };
  const dialect = new MySqlDialect();
  const session = new ValueFreeSession(client as never, dialect, undefined, { mode: 'default' });
  return new MySql2Database(dialect, session as never, undefined, 'default');
}

/** Drizzle's error of a failed statement quotes all values in it, a tenant's secret included: the cause goes on alone. */
class ValueFreeSession extends MySql2Session<Record<string, never>, never> {
  override prepareQuery(
    ...parameters: Parameters<MySql2Session<Record<string, never>, never>['prepareQuery']>
  ): never {
    const prepared = super.prepareQuery(...parameters);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        throw error instanceof DrizzleQueryError ? error.cause : error;
      }
    };
    return prepared as never;
  }
}
