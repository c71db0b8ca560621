import { NotFoundError, type SfOpsError } from '../core/errors.js';
import { ExitCode } from '../core/exit-codes.js';
import type { Uuid } from '../core/uuid.js';
import type { OperationReference } from '../database/queries/operation-references.js';
import type { CommandContext } from './context.js';

/** What was asked for and cannot be answered, beside what can. */
export interface Unanswered {
  text: string;
  problem: SfOpsError;
}

/** An operation of which no row is left, or that never was: nobody can tell the two apart. */
export function goneOperation(uuid: Uuid): SfOpsError {
  return new NotFoundError(`There is no operation ${uuid} (any more).`, {
    hint: 'Shaken Fist removes operations soon after they have ended, other than those that failed.',
  });
}

/** The references that were resolved, each once, and those that were not. */
export function sortReferences(references: readonly OperationReference[]): {
  uuids: Uuid[];
  unanswered: Unanswered[];
} {
  const uuids = references.flatMap((reference) => ('uuid' in reference ? [reference.uuid] : []));
  const unanswered = references.flatMap((reference) => ('problem' in reference ? [reference] : []));
  return { uuids: [...new Set(uuids)], unanswered };
}

/**
 * Names what could not be answered on stderr; where nothing could, that is the answer.
 *
 * @throws the only, or the first, problem where nothing was found
 */
export function reportUnanswered(
  context: CommandContext,
  unanswered: readonly Unanswered[],
  answered: number,
): void {
  if (answered === 0 && unanswered.length > 0) throw unanswered[0]!.problem;
  for (const { problem } of unanswered) context.warn(problem.message);
}

export function unansweredDocument(unanswered: readonly Unanswered[]): object[] {
  return unanswered.map(({ text, problem }) => ({
    given: text,
    code: problem.word,
    message: problem.message,
    exit_code: problem.exitCode,
  }));
}

/** The exit code of an answer of which a part is missing: the worst. */
export function worstExitCode(unanswered: readonly Unanswered[]): ExitCode {
  let worst: ExitCode = ExitCode.OK;
  for (const { problem } of unanswered) if (problem.exitCode > worst) worst = problem.exitCode;
  return worst;
}
