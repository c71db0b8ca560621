import { whyNoBackup } from '../backup-path.js';
import { COLUMN, readColumn } from '../column.js';
import { LONGEST_VALUE, countValues, valueTotals } from '../values.js';
import type { Session } from '../../../database/session.js';
import { sql } from 'drizzle-orm';
import { failure, type Verdict, preflightRule } from '../../preflight/rule.js';

export const valuesLeft = preflightRule({
  id: 'values-left',
  title: 'values in the column',
  holds: 'Values in the column are kept, or there are none.',
  why: 'A dropped column takes its values with it, and no command of the server brings them back.',
  remedy:
    'Give --backup FILE: every value is written there first, and `sf-ops migrate restore --from FILE` puts them back.',
  beforeHide: false,
  look: async ({ servers, request }) => {
    const { database } = servers;
    const column = await database.read(readColumn);
    if (column === null) return [];
    if (request.backup !== null) {
      const totals = await database.read((session) => valueTotals(session, column.name));
      const reason = await whyNoBackup(request.backup, totals);
      return reason === null ? [] : [failure(`The backup cannot be written: ${reason}.`)];
    }
    const values = await database.read((session) => countValues(session, column.name));
    return values === 0
      ? []
      : [failure(`${values} ${values === 1 ? 'row has' : 'rows have'} a value in ${COLUMN}.`)];
  },
});

export const valuesRestorable = preflightRule({
  id: 'values-restorable',
  title: 'whether a backup can be put back',
  holds: 'What is backed up can be put back.',
  why: 'A backup is worth what can be restored from it: the column as it was, and every value byte by byte, on a server with the same settings.',
  remedy:
    'Make the column as Shaken Fist does (TEXT or JSON, nullable, without a default), raise max_allowed_packet to what it was when the value was written, or save a value that is too long by hand and set it to NULL.',
  beforeHide: false,
  look: async ({ servers, request }) => {
    if (request.backup === null) return [];
    return servers.database.read(whatCannotBePutBack);
  },
});

async function whatCannotBePutBack(session: Session): Promise<Verdict[]> {
  const column = await readColumn(session);
  if (column === null) return [];
  const findings: Verdict[] = [];
  if (column.shape === null)
    findings.push(failure(`${COLUMN} is ${column.definition}, which a backup cannot describe.`));
  const [row] = await session.rows<{ packet: number }>(sql`SELECT @@max_allowed_packet AS packet`);
  const most = Math.min(LONGEST_VALUE, Number(row!.packet));
  const { longest } = await valueTotals(session, column.name);
  if (longest > most)
    findings.push(
      failure(`The longest value has ${longest} bytes, and no more than ${most} can be put back.`),
    );
  return findings;
}
