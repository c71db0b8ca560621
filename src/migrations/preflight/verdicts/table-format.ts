import { failure, warning, type Verdict } from '../rule.js';

/** A row of `information_schema.tables`. */
export interface TableFormat {
  engine: string | null;
  row_format: string | null;
  options: string | null;
}

/** @param format undefined where there is no such table */
export function formatVerdicts(table: string, format: TableFormat | undefined): Verdict[] {
  if (format === undefined) return [failure(`There is no table ${table}.`)];
  const { engine, row_format: rowFormat, options } = format;
  if (engine?.toLowerCase() !== 'innodb') return [failure(`${table} is stored by ${engine}, not by InnoDB.`)];
  const findings: Verdict[] = [];
  if (rowFormat?.toLowerCase() === 'compressed') {
    findings.push(
      warning(`${table} is ROW_FORMAT=COMPRESSED: the server will refuse ALGORITHM=INSTANT and rebuild it.`),
    );
  }
  if (options !== null && /partitioned/i.test(options)) {
    findings.push(
      failure(
        `${table} is partitioned, which Shaken Fist never makes: it has been changed by somebody else.`,
      ),
    );
  }
  return findings;
}
