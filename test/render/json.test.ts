import { describe, expect, test } from '@jest/globals';
import { ExitCode } from '../../src/core/exit-codes.js';
import type { JsonShape } from '../../src/render/answer.js';
import { loadFormat } from '../../src/render/formats.js';
import { PLAIN_LOOK } from '../../src/render/look.js';
import type { Failure } from '../../src/render/writer.js';
import { aboutThings, linesOf, THINGS } from './answers.js';

const FAILURE: Failure = { word: 'unavailable', message: 'gone', hint: null, exitCode: ExitCode.UNAVAILABLE };
const ERROR = { code: 'unavailable', message: 'gone', hint: null, exit_code: 69 };

/** What stdout holds when the answer breaks off after so many rows; null: before there was an answer. */
async function broken(format: string, rows: number | null, json: JsonShape): Promise<string> {
  const { open, fail } = await loadFormat(format);
  let text = '';
  const sink = { write: (piece: string): undefined => void (text += piece) };
  if (rows === null) {
    await fail(FAILURE, sink);
    return text;
  }
  const writer = open(aboutThings(THINGS, { json }), sink, PLAIN_LOOK);
  await writer.begin();
  for (const row of THINGS.slice(0, rows)) await writer.row(row as never);
  expect(await writer.fail(FAILURE)).toBe(ExitCode.UNAVAILABLE);
  return text;
}

describe('JSON', () => {
  test.each([0, 1, 2])('%i rows are written as they come, in one document', async (count) => {
    const rows = THINGS.slice(0, count);
    const json: JsonShape = {
      head: () => ({ any: true, nested: { a: [1, null] } }),
      rows: 'things',
      tail: () => ({ count }),
    };
    const lines = await linesOf(aboutThings(rows, { json }), 'json');
    expect(lines.join('\n')).toBe(
      JSON.stringify({ any: true, nested: { a: [1, null] }, things: rows, count }, null, 2),
    );
  });

  test('rows alone', async () => {
    const lines = await linesOf(aboutThings(THINGS), 'json');
    expect(lines.join('\n')).toBe(JSON.stringify({ things: THINGS }, null, 2));
  });

  test('a document in one piece, whatever the rows', async () => {
    const document = { nested: [{ a: THINGS }] };
    const lines = await linesOf(aboutThings(THINGS, { json: { document: () => document } }), 'json');
    expect(JSON.parse(lines.join('\n'))).toEqual(document);
  });

  test('a row may be shown as another object', async () => {
    const record = ({ name }: { name: string }): object => ({ record: name });
    expect(await linesOf(aboutThings(THINGS, { record }), 'ndjson')).toEqual([
      '{"record":"a"}',
      '{"record":"long one"}',
    ]);
    expect(JSON.parse((await linesOf(aboutThings(THINGS, { record }), 'json')).join(''))).toEqual({
      things: [{ record: 'a' }, { record: 'long one' }],
    });
  });

  test.each([0, 1, 2])('an answer that breaks off after %i rows is closed, and says so', async (count) => {
    const json: JsonShape = {
      head: () => ({ count: 2 }),
      rows: 'things',
      tail: () => ({ all: 'well' }),
    };
    expect(JSON.parse(await broken('json', count, json))).toEqual({
      count: 2,
      things: THINGS.slice(0, count),
      error: ERROR,
    });
    const lines = (await broken('ndjson', count, json)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      ...THINGS.slice(0, count),
      { error: ERROR },
    ]);
  });

  test('an answer in one piece, or none at all, is an error alone', async () => {
    const json: JsonShape = { document: () => ({ ok: true }) };
    expect(JSON.parse(await broken('json', 2, json))).toEqual({ error: ERROR });
    expect(JSON.parse(await broken('json', null, json))).toEqual({ error: ERROR });
    for (const format of ['table', 'plain', 'csv', 'ndjson']) {
      expect(await broken(format, null, json)).toBe('');
    }
  });
});

describe('the formats of a command of its own', () => {
  const special = {
    nagios: { text: () => 'NETWORK OK - fine\n', exitCode: () => 0 as const },
    dot: { text: () => ['digraph {\n', '}\n'] },
  };

  test('are asked when all rows were read', async () => {
    const seen: string[] = [];
    function* rows(): Iterable<(typeof THINGS)[number]> {
      for (const thing of THINGS) {
        seen.push(thing.name);
        yield thing;
      }
    }
    const text = (): string => `${seen.join(' and ')}\n`;
    expect(await linesOf(aboutThings(rows(), { special: { dot: { text } } }), 'dot')).toEqual([
      'a and long one',
    ]);
    expect(await linesOf(aboutThings(THINGS, { special }), 'dot')).toEqual(['digraph {', '}']);
  });

  test('a monitoring plugin has its own exit code, and its own word for every failure', async () => {
    const { open, fail } = await loadFormat('nagios');
    let text = '';
    const sink = { write: (piece: string): undefined => void (text += piece) };
    const writer = open(aboutThings([], { special, exitCode: ExitCode.NO }), sink, PLAIN_LOOK);
    await writer.begin();
    expect(await writer.end()).toBe(0);
    text = '';
    expect(await writer.fail({ ...FAILURE, message: 'a | b\nc' })).toBe(3);
    expect(await fail({ ...FAILURE, exitCode: ExitCode.BUG }, sink)).toBe(3);
    expect(text).toBe('NETWORK UNKNOWN - a / b?c\nNETWORK UNKNOWN - gone\n');
  });
});
