import { sql } from 'drizzle-orm';
import { ConflictError, DeadlineError, RefusedError } from '../core/errors.js';
import { Database } from '../database/database.js';
import { failureOf, interruption } from '../database/failure.js';
import type { Deadline } from '../database/limits.js';
import {
  isAlgorithmRefused,
  isConnectionLost,
  isDeadlock,
  isDuplicateKey,
  isLockWaitTimeout,
  isNotPrimary,
  isPrivilegeMissing,
  serverMessage,
} from '../database/server-errors.js';
import type { Session } from '../database/session.js';
import { alterSql, expectedLock, type AlterTerms, type Alteration, type Phase } from './alteration.js';
import { killedSince, killedSoFar } from './kills.js';
import type { MigrationLease } from './lease.js';
import type { Surroundings } from './nodes.js';
import type { Operator } from './operator.js';
import { describeWork, isOver, openTransactions, pause, untilQuiet, type OpenWork } from './quiet.js';

/** What a schema change may use while it runs. */
export interface Alterer {
  surroundings: Surroundings;
  lease: MigrationLease;
  operator: Operator;
  /** How long to wait for a quiet moment (`--max-wait`). */
  patience: Deadline;
}

/** What a schema change took, for the report. */
export interface AlterationReport {
  phase: Phase;
  sql: string;
  algorithm: AlterTerms['algorithm'];
  lock: AlterTerms['lock'];
  /** How often the statement was sent. */
  attempts: number;
  waited_seconds: number;
  /** Galera only: transactions that the nodes report as killed in that moment. Null on a standalone server. */
  killed_transactions: number | null;
}

type Attempt = 'done' | 'busy' | 'not allowed';

/** An index build may take long; it is the one statement whose length depends on the table's size. */
const LONGEST_ALTER_SECONDS = 6 * 3600;

/**
 * Runs one ALTER TABLE without making anybody wait behind it (standalone) or at a moment without open transactions
 * (Galera), and climbs to heavier terms only with consent.
 *
 * @param hasHappened looked up when the statement fails or the connection is lost, because then only the table knows
 * @throws ConflictError when there was no quiet moment in time; the statement did not take effect
 */
export async function runAlteration(
  alterer: Alterer,
  alteration: Alteration,
  hasHappened: (session: Session) => Promise<boolean>,
): Promise<AlterationReport> {
  const { surroundings, operator } = alterer;
  const database = alteringDatabase(surroundings.database);
  const before = performance.now();
  let attempts = 0;
  try {
    for (const [rung, terms] of alteration.ladder.entries()) {
      const statement = alterSql(alteration, terms, surroundings.isGalera);
      if (rung > 0) {
        await operator.confirm(
          `The server cannot do it more lightly. It would take ${expectedLock(terms, surroundings.isGalera)}. Go ahead?`,
        );
      }
      const killsBefore = await killedSoFar(surroundings);
      for (let outcome: Attempt = 'busy'; outcome !== 'not allowed';) {
        await quietMoment(alterer, alteration, attempts);
        await alterer.lease.ensureHeld();
        attempts += 1;
        outcome = await attempt(database, statement, hasHappened);
        if (outcome !== 'done') continue;
        const report = {
          phase: alteration.phase,
          sql: statement,
          algorithm: terms.algorithm,
          lock: terms.lock,
          attempts,
          waited_seconds: Number(((performance.now() - before) / 1000).toFixed(3)),
          killed_transactions: await killedSince(surroundings, killsBefore),
        };
        tell(operator, report);
        return report;
      }
      operator.warn(`The server refuses ALGORITHM=${terms.algorithm}, LOCK=${terms.lock} for this table.`);
    }
  } finally {
    await database.close();
  }
  throw new RefusedError(`The server allows no way to run: ${alteration.statement}`, {
    word: 'alter_refused',
  });
}

/** As `database`, for a statement that may run for hours. */
function alteringDatabase({ settings, options }: Database): Database {
  return new Database(settings, {
    ...options,
    limits: { ...options.limits, statementSeconds: LONGEST_ALTER_SECONDS },
  });
}

async function attempt(
  database: Database,
  statement: string,
  hasHappened: (session: Session) => Promise<boolean>,
): Promise<Attempt> {
  try {
    const session = await database.session();
    // Once sent, it is waited for: a signal must not leave the outcome unknown.
    await session.uninterrupted(async () => session.db.execute(sql.raw(statement)));
    return 'done';
  } catch (error) {
    if (isLockWaitTimeout(error) || isDeadlock(error)) return 'busy';
    if (isAlgorithmRefused(error)) return 'not allowed';
    if (isDuplicateKey(error)) {
      throw new RefusedError(`The unique key cannot be added: ${serverMessage(error)}`, {
        word: 'duplicates',
        cause: error,
      });
    }
    const isUnsettled = isConnectionLost(error) || isNotPrimary(error);
    if (isUnsettled) await database.drop();
    // Also where the server refuses because Shaken Fist itself has done the same in this very moment.
    if (await database.read(hasHappened)) return 'done';
    if (!isUnsettled) throw failureOf(error, database.options.signal);
    return 'busy';
  }
}

/** Standalone: a pause between two attempts. Galera: until no transaction is open on any node. */
async function quietMoment(alterer: Alterer, { phase }: Alteration, attempts: number): Promise<void> {
  const { surroundings, operator, patience } = alterer;
  const { signal, deadline } = surroundings.database.options;
  if (signal.aborted) throw interruption(signal, `Interrupted while waiting for a quiet moment to ${phase}.`);
  if (attempts > 0 && patience.remaining() === 0)
    throw outOfPatience(await whoIsBusy(surroundings), deadline);
  if (attempts === 1) {
    const busy = await whoIsBusy(surroundings);
    operator.note(`The table is in use${listed(busy)}; trying again until nobody is.`);
  }
  if (attempts > 0) await pause(attempts, patience);
  if (!surroundings.isGalera) return;
  const open = await lookUntilQuiet(alterer);
  if (open.length > 0) throw outOfPatience(open, deadline);
}

async function lookUntilQuiet({ surroundings, operator, patience }: Alterer): Promise<OpenWork[]> {
  try {
    return await untilQuiet(surroundings, patience, surroundings.database.options.signal);
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    operator.warn(
      'Without the PROCESS privilege nobody can see what is open: transactions on the table will be killed.',
    );
    return [];
  }
}

async function whoIsBusy(surroundings: Surroundings): Promise<OpenWork[]> {
  try {
    return (await Promise.all(surroundings.nodes.map(openTransactions))).flat();
  } catch (error) {
    if (!isPrivilegeMissing(error)) throw error;
    return [];
  }
}

function outOfPatience(busy: OpenWork[], deadline: Deadline): Error {
  const sentence = `No quiet moment came in time${listed(busy)}. The statement did not take effect.`;
  const hint = 'Running the same command again is safe. --max-wait gives it longer.';
  if (isOver(deadline)) return new DeadlineError(sentence, { hint });
  return new ConflictError(sentence, { word: 'no_quiet_moment', hint });
}

function listed(busy: OpenWork[]): string {
  if (busy.length === 0) return '';
  const more = busy.length > 3 ? `; and ${busy.length - 3} more` : '';
  return ` (${busy.slice(0, 3).map(describeWork).join('; ')}${more})`;
}

function tell(operator: Operator, report: AlterationReport): void {
  const { phase, attempts, waited_seconds: seconds, algorithm, killed_transactions: killed } = report;
  const kills = killed === null ? '' : `, ${killed} ${killed === 1 ? 'transaction' : 'transactions'} killed`;
  operator.note(
    `${phase}: done with ALGORITHM=${algorithm} at attempt ${attempts} after ${seconds} s${kills}.`,
  );
}
