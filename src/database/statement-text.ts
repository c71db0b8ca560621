import type { SQL } from 'drizzle-orm';
import { MySqlDialect } from 'drizzle-orm/mysql-core';
import { escape } from 'mysql2';

/** A statement with its values filled in, on one line, for people who want to read it before it is run. */
export function statementText(statement: SQL): string {
  const { sql: text, params } = new MySqlDialect().sqlToQuery(statement);
  const values = [...(params as (string | number | null)[])];
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return `${line.replaceAll('?', () => escape(values.shift() ?? null))};`;
}
