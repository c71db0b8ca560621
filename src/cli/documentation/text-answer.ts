import { ExitCode } from '../../core/exit-codes.js';
import { answerOf, type AnyAnswer, type SpecialFormat } from '../../render/answer.js';

/** A text as an answer: as it is in the format `text`, and a line a row in the others. `others`: further formats. */
export function textAnswer(text: string, others: Readonly<Record<string, SpecialFormat>> = {}): AnyAnswer {
  return answerOf<{ line: string }>({
    columns: [{ name: 'line', heading: '', value: ({ line }) => line }],
    rows: text.split('\n').map((line) => ({ line })),
    json: { document: () => ({ text }) },
    exitCode: ExitCode.OK,
    special: { text: { text: () => text }, ...others },
  });
}
