import { Writable } from 'node:stream';
import { answerOf, type Answer, type AnyAnswer } from '../../src/render/answer.js';
import { PLAIN_LOOK, type Look } from '../../src/render/look.js';
import { textOf } from '../../src/render/text.js';

export interface Thing {
  name: string;
  size: number | null;
  odd: boolean;
}

export const THINGS: readonly Thing[] = [
  { name: 'a', size: 1, odd: true },
  { name: 'long one', size: null, odd: false },
];

/** An answer about things, changed as a test wants it. */
export function aboutThings(rows: Answer<Thing>['rows'], changes: Partial<Answer<Thing>> = {}): AnyAnswer {
  return answerOf<Thing>({
    columns: [
      {
        name: 'name',
        heading: 'NAME',
        value: ({ name }) => name,
        style: ({ odd }) => (odd ? 'bad' : undefined),
      },
      {
        name: 'size',
        heading: 'SIZE',
        value: ({ size }) => size,
        display: ({ size }) => (size === null ? '-' : `${size} B`),
        plain: ({ size }) => (size === null ? '-' : `${size} B`),
      },
      { name: 'odd', heading: 'ODD', value: ({ odd }) => odd },
    ],
    rows,
    json: { rows: 'things' },
    exitCode: 0,
    ...changes,
  });
}

/** @returns the lines of the answer, without their ends */
export async function linesOf(
  answer: AnyAnswer,
  format: string,
  look: Partial<Look> = {},
): Promise<string[]> {
  const text = await textOf(answer, format, { ...PLAIN_LOOK, ...look });
  return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
}

/** A stream that keeps what it takes, in its own time. */
export class Reader extends Writable {
  text = '';

  constructor(
    private readonly take: (text: string, done: (error?: Error | null) => void) => void = (_, done) => done(),
  ) {
    super({ decodeStrings: false, highWaterMark: 1 << 14 });
  }

  override _write(text: string, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.take(text, (error) => {
      if (error === undefined || error === null) this.text += text;
      done(error);
    });
  }
}
