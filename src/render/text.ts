import type { AnyAnswer } from './answer.js';
import { loadFormat } from './formats.js';
import type { Look } from './look.js';

/** An answer as text, for what is shown whole: a frame of a live view, a page of a report. */
export async function textOf(answer: AnyAnswer, format: string, look: Look): Promise<string> {
  let text = '';
  const writer = (await loadFormat(format)).open(
    answer,
    {
      write: (piece) => {
        text += piece;
        return undefined;
      },
    },
    look,
  );
  await writer.begin();
  for await (const row of answer.rows) await writer.row(row);
  await writer.end();
  return text;
}
