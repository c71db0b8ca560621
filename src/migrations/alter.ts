import { RefusedError } from '../core/errors.js';
import type { Session } from '../database/session.js';
import { abortsSince, countAborts } from './aborted-transactions.js';
import type { Attempt } from './alter-outcome.js';
import { alterSql, expectedLock, type Alteration } from './alteration.js';
import type { AlterationReport, Alterer } from './alterer.js';
import type { Interaction } from './interaction.js';
import { waitForQuietMoment } from './quiet-moment.js';
import { sendAlter } from './send-alter.js';

/**
 * Runs one ALTER TABLE without making anybody wait behind it (standalone) or at a moment without open transactions
 * (Galera), and climbs to heavier terms only with consent.
 *
 * @param hasHappened looked up when the statement fails or the connection is lost, because then only the table knows
 * @throws ConflictError when there was no quiet moment in time; the statement did not take effect
 * @throws UnavailableError, InterruptedError with word `outcome_unknown` when it was sent and no answer came
 */
export async function runAlteration(
  alterer: Alterer,
  alteration: Alteration,
  hasHappened: (session: Session) => Promise<boolean>,
): Promise<AlterationReport> {
  const { servers, interaction } = alterer;
  const before = performance.now();
  let attempts = 0;
  for (const [rung, terms] of alteration.ladder.entries()) {
    const statement = alterSql(alteration, terms, servers.isGalera);
    if (rung > 0) {
      await interaction.confirm(
        `The server cannot do it more lightly. It would take ${expectedLock(terms, servers.isGalera)}. Go ahead?`,
      );
    }
    const abortsBefore = await countAborts(servers);
    for (let outcome: Attempt = 'busy'; outcome !== 'not allowed';) {
      await waitForQuietMoment(alterer, alteration, attempts);
      await alterer.lease.ensureHeld();
      attempts += 1;
      outcome = await sendAlter(alterer, { phase: alteration.phase, statement, terms, hasHappened });
      if (outcome !== 'done') continue;
      const report = {
        phase: alteration.phase,
        sql: statement,
        algorithm: terms.algorithm,
        lock: terms.lock,
        attempts,
        waited_seconds: Number(((performance.now() - before) / 1000).toFixed(3)),
        killed_transactions: await abortsSince(servers, abortsBefore),
      };
      alterer.done.push(report);
      tell(interaction, report);
      return report;
    }
    interaction.warn(`The server refuses ALGORITHM=${terms.algorithm}, LOCK=${terms.lock} for this table.`);
  }
  throw new RefusedError(`The server allows no way to run: ${alteration.statement}`, {
    word: 'alter_refused',
  });
}

function tell(interaction: Interaction, report: AlterationReport): void {
  const { phase, attempts, waited_seconds: seconds, algorithm, killed_transactions: killed } = report;
  const atMost = killed === 0 ? '' : 'at most ';
  const aborts =
    killed === null ? '' : `, ${atMost}${killed} ${killed === 1 ? 'transaction' : 'transactions'} aborted`;
  interaction.note(
    `${phase}: done with ALGORITHM=${algorithm} at attempt ${attempts} after ${seconds} s${aborts}.`,
  );
}
