import {
  ConflictError,
  DeadlineError,
  InterruptedError,
  RefusedError,
  SfOpsError,
  UnavailableError,
} from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import type { AlterationReport } from './alterer.js';

const HINT =
  'sf-ops migrate status shows how far things are; running the same command again goes on from there.';

/**
 * The failure of a run that had changed something before: it says so, and does not say that nothing was changed. What
 * would be a refusal before the first change, after which exit code 9 promises that nothing was, is a conflict then.
 */
export function afterChanges(error: unknown, done: readonly AlterationReport[]): unknown {
  if (done.length === 0 || !(error instanceof SfOpsError)) return error;
  const sentence = `${error.message.replace(/ Nothing was changed\.$/, '')} Done before: ${done.map(({ phase }) => phase).join(', ')}.`;
  const { word, cause } = error;
  const hint = error.hint === undefined || error.hint.includes('Nothing was changed') ? HINT : error.hint;
  const details = { word, hint, cause };
  if (error instanceof InterruptedError)
    return new InterruptedError(
      error.exitCode === ExitCode.TERMINATED ? 'SIGTERM' : 'SIGINT',
      sentence,
      details,
    );
  if (error instanceof DeadlineError) return new DeadlineError(sentence, details);
  if (error instanceof UnavailableError) return new UnavailableError(sentence, details);
  if (error instanceof ConflictError || error instanceof RefusedError)
    return new ConflictError(sentence, details);
  return error;
}
