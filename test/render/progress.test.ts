import { describe, expect, test } from '@jest/globals';
import type { Work } from '../../src/core/progress.js';
import { account, bar, StatusProgress } from '../../src/render/progress.js';
import { Status } from '../../src/render/status.js';
import { Reader } from './answers.js';

const WORK: Work = { doing: 'Backing up', done: 'backed up', unit: 'values', total: 4_000 };

interface Shown {
  progress: StatusProgress;
  status: Status;
  reader: Reader;
  pass: (seconds: number) => void;
}

function watched(isTerminal: boolean, isSilent = false): Shown {
  const reader = new Reader();
  let now = 100;
  const status = new Status(reader as unknown as NodeJS.WriteStream, isTerminal);
  const progress = new StatusProgress(status, { unicode: false, isSilent, clock: () => now });
  return { progress, status, reader, pass: (seconds) => void (now += seconds) };
}

describe('long work', () => {
  test('says nothing of what is over in a moment', () => {
    for (const isTerminal of [true, false]) {
      const { progress, reader, pass } = watched(isTerminal);
      const task = progress.start(WORK);
      pass(0.5);
      task.advance(4_000);
      task.end();
      expect(reader.text).toBe('');
    }
  });

  test('on a terminal: a bar from one second on, and an account in its place', () => {
    const { progress, reader, pass } = watched(true);
    const task = progress.start(WORK);
    task.advance(500);
    expect(reader.text).toBe('');
    pass(2);
    task.advance(1_500);
    expect(reader.text).toBe('Backing up ##########.......... 50 %, 2,000 of 4,000 values, 1,000/s, 2s left');
    pass(2);
    task.advance(2_000);
    reader.text = '';
    task.end();
    task.end();
    expect(reader.text).toBe('\r\u001b[K4,000 of 4,000 values backed up in 4s (1,000/s).\n');
  });

  test('what is said meanwhile stands above the bar', () => {
    const { progress, status, reader, pass } = watched(true);
    const task = progress.start(WORK);
    pass(2);
    task.advance(1_000);
    reader.text = '';
    status.say('The table is in use.');
    expect(reader.text).toContain('\r\u001b[KThe table is in use.\nBacking up #####............... 25 %');
    task.end();
  });

  test('off a terminal: a line each tenth, and the account', () => {
    const { progress, reader, pass } = watched(false);
    const task = progress.start(WORK);
    for (let step = 0; step < 160; step += 1) {
      pass(0.25);
      task.advance(25);
    }
    task.end();
    const lines = reader.text.trimEnd().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines[0]).toBe('Backing up: 400 of 4,000 values (10 %), 100/s, 36s left');
    expect(lines[9]).toBe('4,000 of 4,000 values backed up in 40s (100/s).');
  });

  test('half-way, the account says how far it came', () => {
    const { progress, reader, pass } = watched(false);
    const task = progress.start(WORK);
    pass(0.5);
    task.advance(1_000);
    task.end();
    expect(reader.text).toBe('1,000 of 4,000 values backed up in 0s (2,000/s).\n');
  });

  test('with --quiet nothing is said', () => {
    const { progress, reader, pass } = watched(true, true);
    const task = progress.start(WORK);
    pass(10);
    task.advance(1_000);
    task.end();
    expect(reader.text).toBe('');
  });

  test('the bar leaves room for the ^C that a terminal writes behind it', () => {
    for (let width = 20; width <= 120; width += 1) {
      expect(bar(WORK, 2_000, 2, width, true).length).toBeLessThan(width - 2);
    }
    expect(bar(WORK, 2_000, 2, 40, true)).toBe('Backing up 50 % · 1,000/s · 2s left');
  });

  test('bytes, and what nobody can count in advance', () => {
    const download: Work = { doing: 'Fetching', done: 'fetched', unit: 'bytes', total: null };
    expect(bar(download, 7_400_000, 2, 80, false)).toBe('Fetching 7.4 MB, 3.7 MB/s, 2s');
    expect(account(download, 7_400_000, 4)).toBe('7.4 MB fetched in 4s (1.9 MB/s).');
  });
});

describe('waiting for others', () => {
  test('on a terminal from one second on: something that moves, in its place, and nothing when it is over', () => {
    const { progress, status, reader, pass } = watched(true);
    const waiting = progress.wait();
    waiting.tell('1 queued');
    expect(reader.text).toBe('');
    pass(2);
    waiting.tell('1 queued');
    waiting.tell('1 executing');
    expect(reader.text).toBe('/ 1 queued, 2s\r\u001b[K- 1 executing, 2s');
    status.say('A line.');
    waiting.end();
    expect(reader.text.endsWith('\r\u001b[KA line.\n- 1 executing, 2s\r\u001b[K')).toBe(true);
  });

  test('nothing off it, and nothing with --quiet', () => {
    for (const [isTerminal, isSilent] of [
      [false, false],
      [true, true],
    ] as const) {
      const { progress, reader, pass } = watched(isTerminal, isSilent);
      const waiting = progress.wait();
      pass(20);
      waiting.tell('1 queued');
      waiting.end();
      expect(reader.text).toBe('');
    }
  });
});
