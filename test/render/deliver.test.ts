import { describe, expect, test } from '@jest/globals';
import { InterruptedError, SfOpsError, UnavailableError } from '../../src/core/errors.js';
import { ExitCode } from '../../src/core/exit-codes.js';
import type { Answer } from '../../src/render/answer.js';
import { deliver, type Delivery } from '../../src/render/deliver.js';
import { loadFormat } from '../../src/render/formats.js';
import { PLAIN_LOOK } from '../../src/render/look.js';
import { Output } from '../../src/render/output.js';
import type { Failure } from '../../src/render/writer.js';
import { aboutThings, Reader, type Thing } from './answers.js';

function failureOf(error: unknown): Failure {
  if (!(error instanceof SfOpsError)) throw error;
  const { word, message, exitCode } = error;
  return { word, message, hint: null, exitCode };
}

async function deliverTo(
  reader: Reader,
  rows: Answer<Thing>['rows'],
  {
    format = 'ndjson',
    signal = new AbortController().signal,
    ...changes
  }: Partial<Answer<Thing>> & {
    format?: string;
    signal?: AbortSignal;
  } = {},
): Promise<Delivery> {
  const output = new Output(reader, 'Standard output');
  const answer = aboutThings(rows, changes);
  const writer = (await loadFormat(format)).open(answer, output, PLAIN_LOOK);
  return deliver(answer, writer, output, { signal, failureOf });
}

function* things(count: number, onRow: (index: number) => void = () => undefined): Iterable<Thing> {
  for (let index = 0; index < count; index += 1) {
    onRow(index);
    yield { name: `thing ${index}`, size: index, odd: index % 2 === 1 };
  }
}

async function* asynchronous(rows: Iterable<Thing>): AsyncIterable<Thing> {
  for (const row of rows) yield row;
}

const errno = (code: string): Error => Object.assign(new Error(`${code}: it does not work, write`), { code });

describe('delivering an answer', () => {
  test('a slow reader slows the writer down', async () => {
    let made = 0;
    let taken = 0;
    let furthest = 0;
    const reader = new Reader((text, done) => {
      setImmediate(() => {
        taken += text.length;
        done();
      });
    });
    const rows = things(20_000, () => {
      made += 40; // characters of a row, about
      furthest = Math.max(furthest, made - taken);
    });
    expect(await deliverTo(reader, rows)).toEqual({ exitCode: 0, error: null, undelivered: null });
    expect(reader.text.split('\n')).toHaveLength(20_001);
    expect(furthest).toBeLessThan(200_000);
  });

  test.each(['ndjson', 'csv', 'plain', 'json'])('rows of %s are never in memory together', async (format) => {
    let most = 0;
    let written = 0;
    const before = process.memoryUsage().heapUsed;
    const reader = new Reader((text, done) => {
      written += text.length;
      done();
    });
    reader.text = '';
    Object.defineProperty(reader, 'text', { set: () => undefined, get: () => '' });
    const rows = things(250_000, (index) => {
      if (index % 10_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    });
    expect((await deliverTo(reader, rows, { format })).error).toBeNull();
    expect(written).toBeGreaterThan(5_000_000);
    expect(most).toBeLessThan(60 << 20);
  });

  test('text that waits goes out while the next row is awaited', async () => {
    const reader = new Reader();
    let first = '';
    async function* rows(): AsyncIterable<Thing> {
      yield { name: 'first', size: 1, odd: true };
      await new Promise((resolve) => setTimeout(resolve, 5));
      first = reader.text;
      yield { name: 'second', size: 2, odd: false };
    }
    await deliverTo(reader, rows());
    expect(first).toContain('first');
  });

  describe('to a reader that leaves', () => {
    const leaving = (): Reader => new Reader((_, done) => done(errno('EPIPE')));

    test('ends quietly, and asks for no more rows than it must', async () => {
      let asked = 0;
      const rows = things(1_000_000, () => (asked += 1));
      expect(await deliverTo(leaving(), asynchronous(rows))).toMatchObject({ exitCode: 0, error: null });
      expect(asked).toBeLessThan(10_000);
    });

    test('reads on where the exit code depends on the rows', async () => {
      let odd = 0;
      const rows = things(20_000, (index) => (odd += index % 2));
      const exitCode = (): ExitCode => (odd === 10_000 ? ExitCode.NO : ExitCode.OK);
      expect(await deliverTo(leaving(), rows, { exitCode })).toMatchObject({
        exitCode: ExitCode.NO,
        error: null,
      });
    });

    test('what was changed is told elsewhere', async () => {
      expect(await deliverTo(leaving(), things(1), { undelivered: () => 'created x' })).toMatchObject({
        error: null,
        undelivered: 'created x',
      });
    });
  });

  test('a full disk is a sentence, and what was changed is told elsewhere', async () => {
    const full = new Reader((_, done) => done(errno('ENOSPC')));
    const delivery = await deliverTo(full, things(100_000), { undelivered: () => 'created x' });
    expect(delivery).toMatchObject({ exitCode: ExitCode.USAGE, undelivered: 'created x' });
    expect((delivery.error as Error).message).toBe(
      'Standard output cannot be written: ENOSPC: it does not work, write.',
    );
  });

  test('rows that break off end the answer', async () => {
    const reader = new Reader();
    const error = new UnavailableError('The server is gone.');
    const rows = things(3, (index) => {
      if (index === 2) throw error;
    });
    expect(await deliverTo(reader, rows, { format: 'json' })).toEqual({
      exitCode: ExitCode.UNAVAILABLE,
      error,
      undelivered: null,
    });
    expect(JSON.parse(reader.text)).toMatchObject({
      things: [{ size: 0 }, { size: 1 }],
      error: { code: 'unavailable', exit_code: 69 },
    });
  });

  test('a signal ends an answer that is being written', async () => {
    const controller = new AbortController();
    const reader = new Reader();
    const rows = things(1_000, (index) => {
      if (index === 10) controller.abort('SIGTERM');
    });
    const delivery = await deliverTo(reader, rows, { format: 'json', signal: controller.signal });
    expect(delivery.exitCode).toBe(ExitCode.TERMINATED);
    expect(delivery.error).toBeInstanceOf(InterruptedError);
    expect(JSON.parse(reader.text)).toMatchObject({ error: { code: 'terminated' } });
  });
});
