import { describe, expect, test } from '@jest/globals';
import { Status } from '../../src/render/status.js';

/** stderr as far as a status needs it. */
function stderr(columns: number): { stream: NodeJS.WriteStream; written: () => string } {
  let text = '';
  const stream = { columns, isTTY: true, write: (part: string) => ((text += part), true) };
  return { stream: stream as unknown as NodeJS.WriteStream, written: () => text };
}

const SENTENCE = 'warning: this database records only the first target of an operation';

describe('what is said on stderr', () => {
  test('is broken between words on a terminal, and hangs below its first word', () => {
    const { stream, written } = stderr(40);
    new Status(stream).say(SENTENCE);
    expect(written()).toBe('warning: this database records only the\n  first target of an operation\n');
  });

  test('is one line elsewhere, for whoever reads a log line by line', () => {
    const { stream, written } = stderr(40);
    new Status(stream, false).say(SENTENCE);
    expect(written()).toBe(`${SENTENCE}\n`);
  });

  test('goes above the line that changes', () => {
    const { stream, written } = stderr(40);
    const status = new Status(stream);
    status.show('half');
    status.say('done');
    expect(written()).toBe('half\r\u001b[Kdone\nhalf');
  });
});
