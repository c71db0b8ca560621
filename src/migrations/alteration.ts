/** What a schema change may cost, from nothing to everything (MariaDB's own words). */
export interface AlterTerms {
  algorithm: 'INSTANT' | 'NOCOPY' | 'INPLACE' | 'COPY';
  lock: 'NONE' | 'SHARED';
}

export type Phase = 'hide' | 'fence' | 'drop' | 'key' | 'restore';

/** One ALTER TABLE and how it may be run. */
export interface Alteration {
  phase: Phase;
  /** The bare statement, as in `drizzle/`. */
  statement: string;
  /** From the lightest to the heaviest; each but the first needs the operator's consent. */
  ladder: readonly [AlterTerms, ...AlterTerms[]];
}

export const INSTANT: AlterTerms = { algorithm: 'INSTANT', lock: 'NONE' };
export const NOCOPY: AlterTerms = { algorithm: 'NOCOPY', lock: 'NONE' };
export const INPLACE: AlterTerms = { algorithm: 'INPLACE', lock: 'NONE' };
export const COPY: AlterTerms = { algorithm: 'COPY', lock: 'SHARED' };

const ALTER_TABLE = /^ALTER TABLE (`[^`]+`|\w+)\s+/;

/**
 * The statement as it is sent. The algorithm is always named: from MariaDB 11.2 `LOCK=NONE` alone may mean a copy.
 *
 * NOWAIT, so that nobody queues behind a waiting ALTER, is for standalone servers only. On Galera every node executes
 * the statement for itself: the node where NOWAIT meets a reader refuses it while the others do not, and the nodes
 * have different tables from then on (seen with 10.11.19 and galera 26.4.23).
 */
export function alterSql(
  { statement }: Pick<Alteration, 'statement'>,
  terms: AlterTerms,
  isGalera: boolean,
): string {
  const flat = statement.replaceAll(/\s*\n\s*/g, ' ');
  const waiting = isGalera ? flat : flat.replace(ALTER_TABLE, 'ALTER TABLE $1 NOWAIT ');
  return `${waiting}, ALGORITHM=${terms.algorithm}, LOCK=${terms.lock}`;
}

/** What others will notice of it, in a sentence. */
export function expectedLock(terms: AlterTerms, isGalera: boolean): string {
  if (isGalera) {
    return terms.algorithm === 'INSTANT'
      ? 'milliseconds on all nodes at once; open transactions on the table are aborted (1213)'
      : 'all nodes at once, and no other write in the cluster proceeds until it is done; open transactions on the table are aborted (1213)';
  }
  const length = {
    INSTANT: 'milliseconds',
    NOCOPY: 'an index build',
    INPLACE: 'a rebuild',
    COPY: 'a copy of the table',
  };
  const meanwhile = terms.lock === 'NONE' ? 'readers and writers go on' : 'writers wait until it is done';
  return `${length[terms.algorithm]}; ${meanwhile}; never queues others behind itself (NOWAIT): at error 1205, when somebody is at work on the table, run it again`;
}
