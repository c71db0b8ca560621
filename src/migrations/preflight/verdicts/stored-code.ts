import { failure, unknown, type Verdict } from '../rule.js';

/** Code that the server keeps: a view, a trigger, a routine, an event. */
export interface StoredCode {
  database: string;
  name: string;
  /** NULL or empty where the account may know that it exists but not what it says. */
  definition: string | null;
}

/**
 * Which code names a column of Shaken Fist's database.
 *
 * @param kind what the code is, for sentences: `view`
 * @param column in lower case
 * @param own Shaken Fist's database
 * @param hidden why some may not be seen at all, or null if all are
 */
export function codeVerdicts(
  kind: string,
  column: string,
  own: string,
  found: readonly StoredCode[],
  hidden: string | null,
): Verdict[] {
  const findings = found.flatMap(({ database, name, definition }): Verdict[] => {
    const called = `The ${kind} ${database}.${name}`;
    if (definition === null || definition === '') {
      if (database !== own) return [];
      return [unknown(`${called} exists, but this account may not read its definition.`)];
    }
    // Code in another database has to name ours to reach the table.
    const isAbout = database === own || definition.includes(own);
    return isAbout && definition.toLowerCase().includes(column) ? [failure(`${called} names it.`)] : [];
  });
  return hidden === null ? findings : [...findings, unknown(hidden)];
}
