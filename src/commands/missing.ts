import type { SfOpsError } from '../core/errors.js';
import { worstExitCode } from '../core/exit-codes.js';
import type { AnyAnswer, JsonShape } from '../render/answer.js';
import type { CommandContext } from './context.js';

/**
 * An answer about those of several ids that were found. Each of the others is named on stderr and in JSON, and the exit
 * code is the worst. Formats of one command only have no place for what is missing: there it is a failure.
 *
 * @param instead fields of the JSON document that cannot be told any more: `okay` about all of them
 * @throws the first of `missing` where nothing was found
 */
export function withMissing(
  answer: AnyAnswer,
  missing: readonly SfOpsError[],
  found: number,
  context: CommandContext,
  instead: object = {},
): AnyAnswer {
  nameMissing(missing, found, context);
  return withMissingNamed(answer, missing, instead);
}

/**
 * Names those that were not found, before anything is done about the others.
 *
 * @throws the first of `missing` where nothing was found
 */
export function nameMissing(missing: readonly SfOpsError[], found: number, context: CommandContext): void {
  const [first] = missing;
  if (first !== undefined && found === 0) throw first;
  for (const { message } of missing) context.warn(message);
}

/** As `withMissing`, where they have been named. */
export function withMissingNamed(
  answer: AnyAnswer,
  missing: readonly SfOpsError[],
  instead: object = {},
): AnyAnswer {
  const [first] = missing;
  if (first === undefined) return answer;
  const { exitCode, special = {} } = answer;
  const fail = (): never => {
    throw first;
  };
  return {
    ...answer,
    json: withFields(answer.json, {
      ...instead,
      missing: missing.map(({ word, message, exitCode: code }) => ({ code: word, message, exit_code: code })),
    }),
    exitCode: () =>
      worstExitCode([
        typeof exitCode === 'function' ? exitCode() : exitCode,
        ...missing.map((error) => error.exitCode),
      ]),
    special: Object.fromEntries(Object.keys(special).map((name) => [name, { text: fail }])),
  };
}

function withFields(json: JsonShape, fields: object): JsonShape {
  if ('document' in json) return { document: () => ({ ...json.document(), ...fields }) };
  return { ...json, tail: () => ({ ...json.tail?.(), ...fields }) };
}
