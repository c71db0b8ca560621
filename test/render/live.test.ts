import { EventEmitter } from 'node:events';
import { expect, test } from '@jest/globals';
import { LiveScreen } from '../../src/render/live.js';

class Screen extends EventEmitter {
  written: string[] = [];
  columns = 20;
  rows = 4;
  writableNeedDrain = false;

  write(text: string): boolean {
    this.written.push(text);
    return true;
  }
}

function opened(): { screen: Screen; live: LiveScreen; redrawn: () => number } {
  const screen = new Screen();
  let count = 0;
  const live = new LiveScreen(screen as unknown as NodeJS.WriteStream, () => (count += 1));
  live.open();
  return { screen, live, redrawn: () => count };
}

test('a frame is one write, over the one before', () => {
  const { screen, live } = opened();
  live.draw('one\ntwo\n');
  expect(screen.written.slice(1)).toEqual(['\u001b[H\u001b[2Kone\r\n\u001b[2Ktwo\r\n\u001b[J']);
  live.close();
});

test('what is below the edge is counted', () => {
  const { screen, live } = opened();
  live.draw('1\n2\n3\n4\n5\n6\n');
  expect(screen.written.at(-1)).toBe(
    '\u001b[H\u001b[2K1\r\n\u001b[2K2\r\n\u001b[2K3\r\n\u001b[2K3 more lines',
  );
  live.close();
});

test('a terminal that is not fast enough misses a frame', () => {
  const { screen, live } = opened();
  screen.writableNeedDrain = true;
  live.draw('1\n');
  expect(screen.written).toHaveLength(1);
  live.close();
});

test('another size is drawn again', () => {
  const { screen, live, redrawn } = opened();
  screen.columns = 100;
  screen.emit('resize');
  expect(redrawn()).toBe(1);
  expect(live.size).toEqual({ columns: 100, rows: 4 });
  live.close();
  screen.emit('resize');
  expect(redrawn()).toBe(1);
});

test('the terminal is left as it was, once, with the last word on it', () => {
  const { screen, live } = opened();
  live.draw('1\n');
  live.close('complete\n');
  live.close();
  live.draw('late\n');
  expect(screen.written[0]).toBe('\u001b[?1049h\u001b[?25l');
  expect(screen.written.slice(2)).toEqual(['\u001b[?25h\u001b[?1049l', 'complete\n']);
  expect(process.listenerCount('SIGTSTP')).toBe(0);
});

test('also when the process ends in the middle', () => {
  const before = process.listeners('exit');
  const { screen, live } = opened();
  const [leave] = process.listeners('exit').filter((listener) => !before.includes(listener));
  leave!(1);
  expect(screen.written.at(-1)).toBe('\u001b[?25h\u001b[?1049l');
  live.close();
});
