import { describe, expect, test } from '@jest/globals';
import { blockerOf } from '../../../src/core/operations/blocker.js';
import { IN_FULL } from '../../../src/core/operations/blocker-clause.js';
import {
  chainOf,
  estimateOf,
  explanationSentence,
  holding,
  alternativesOf,
  remediesOf,
  stepsOf,
  rootOf,
  waitingGraph,
  type ExplainedOperation,
} from '../../../src/core/operations/explanation.js';
import type { OperationRecord } from '../../../src/core/operations/operation-record.js';
import { cluster, node, NOW, record, related, state, workRow } from './records.js';

/** Operations that wait for those named, and are else as they are given. */
function known(
  all: Record<string, { waitsFor?: string[] } & Partial<OperationRecord>>,
): Map<string, ExplainedOperation> {
  const states = Object.fromEntries(
    Object.entries(all).map(([uuid, one]) => [uuid, one.state?.value ?? 'queued']),
  );
  const records = Object.entries(all).map(([uuid, { waitsFor = [], ...more }]) =>
    record({
      uuid,
      dependsOn: waitsFor.map((other) => related(states[other] ?? null, { uuid: other })),
      ...more,
    }),
  );
  const graph = waitingGraph(records);
  return new Map(
    records.map((one) => [one.uuid, { record: one, blocker: blockerOf(one, cluster(), NOW, graph) }]),
  );
}

const chain = (of: ReturnType<typeof known>, uuid = 'a') => chainOf(of.get(uuid)!.record, of);
const sentence = (of: ReturnType<typeof known>, uuid = 'a'): string =>
  explanationSentence(of.get(uuid)!.blocker, chain(of, uuid), NOW, IN_FULL);
const commands = (of: ReturnType<typeof known>, uuid = 'a'): string[] =>
  remediesOf(of.get(uuid)!, chain(of, uuid), IN_FULL).map(({ command }) => command);

test('what still holds an operation', () => {
  const all = ['queued', 'complete', 'error', null].map((value) => related(value));
  expect(holding({ dependsOn: all, runsAfter: [] }).map((one) => one.state)).toEqual([
    'queued',
    'error',
    null,
  ]);
  expect(holding({ dependsOn: [], runsAfter: all }).map((one) => one.state)).toEqual(['queued']);
});

describe('a chain', () => {
  const orphan = { work: { value: [] } };
  const deep = known({ a: { waitsFor: ['b', 'c'] }, b: { waitsFor: ['d'] }, c: {}, d: orphan });

  test('goes down each branch before the next, with its depth', () => {
    expect(chain(deep).map(({ related: { uuid }, depth }) => [uuid, depth])).toEqual([
      ['b', 1],
      ['d', 2],
      ['c', 1],
    ]);
  });

  test('hangs on the first that will not go on', () => {
    expect(rootOf(chain(deep))?.related.uuid).toBe('d');
    expect(rootOf(chain(known({ a: { waitsFor: ['b'] }, b: {} })))?.related.uuid).toBe('b');
    expect(rootOf([])).toBeNull();
    const ended = known({ a: { waitsFor: ['b', 'c'] }, b: { waitsFor: [], state: state('error') }, c: {} });
    expect(rootOf(chain(ended))?.related.uuid).toBe('b');
    const gone = known({ a: { waitsFor: ['x', 'c'] }, c: {} });
    expect(rootOf(chain(gone))?.related.uuid).toBe('x');
    const fine = known({ a: { waitsFor: ['b', 'c'] }, b: {}, c: {} });
    expect(rootOf(chain(fine))?.related.uuid).toBe('c');
  });

  test('names each operation once, in circles too, and ends where nothing is left', () => {
    const circle = known({ a: { waitsFor: ['b'] }, b: { waitsFor: ['a', 'b', 'x'] } });
    expect(chain(circle).map(({ related: { uuid }, explained }) => [uuid, explained === null])).toEqual([
      ['b', false],
      ['x', true],
    ]);
  });

  test('does not follow what has ended', () => {
    const ended = known({ a: { waitsFor: ['b'] }, b: { waitsFor: ['c'], state: state('error') }, c: {} });
    expect(chain(ended)).toHaveLength(1);
  });

  test('of any length is bounded', () => {
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, i) => [`${i}`, { waitsFor: [`${i + 1}`] }]),
    );
    expect(chain(known(many), '0')).toHaveLength(50);
  });

  test('is told by its beginning and its end', () => {
    expect(sentence(deep)).toMatch(
      /^It waits for net_op b, which waits for net_op d \(queued\)\. In the end, net_op d is orphaned: .*\. It waits for 1 more\.$/,
    );
    expect(sentence(known({ a: { waitsFor: ['b'] }, b: {} }))).toMatch(
      /^It waits for net_op b, which waits its turn in .*\.$/,
    );
    expect(sentence(known({ a: {} }))).toMatch(/^It waits its turn.*\.$/);
    const two = known({ a: { waitsFor: ['b', 'c', 'd'] }, b: {}, c: {}, d: {} });
    expect(sentence(two)).toMatch(
      /^It waits for net_op b, which waits its turn in .*\. In the end, net_op d waits its turn in .*\. It waits for 2 more\.$/,
    );
    expect(explanationSentence(two.get('a')!.blocker, [], NOW, IN_FULL)).toBe(
      'It waits for net_op b (queued), net_op c (queued), net_op d (queued).',
    );
    // It was there when it was waited for, and is gone now.
    const [link] = chain(known({ a: { waitsFor: ['b'] }, b: {} }));
    expect(explanationSentence(two.get('a')!.blocker, [{ ...link!, explained: null }], NOW, IN_FULL)).toBe(
      'It waits for net_op b, which is gone. It waits for 2 more.',
    );
  });
});

describe('what helps', () => {
  const stopped = [node({ daemons: new Map([['net', 'daemon-stopped']]) })];
  test.each<[string, Partial<OperationRecord>, string[]]>([
    ['an orphan', { work: { value: [] } }, ['sf-ops requeue a', 'sf-ops abort a']],
    [
      'a stale claim',
      { work: { value: [workRow({ claimedAt: NOW - 9999 })] } },
      ['sf-ops requeue a', 'sf-ops abort a'],
    ],
    ['a failure', { state: state('error') }, ['sf-ops show a --traceback', 'sf-ops enqueue --like a']],
    ['an abort', { state: state('abort') }, ['sf-ops enqueue --like a']],
    ['a queue of an unknown name', { work: { value: [workRow({ queueName: 'x' })] } }, ['sf-ops abort a']],
    ['waiting', {}, ['sf-ops wait --operation a']],
    ['running', { work: { value: [workRow({ claimedAt: NOW })] } }, ['sf-ops wait --operation a']],
    ['a state of tomorrow', { state: state('of tomorrow') }, ['sf-ops show a']],
    ['not knowing', { work: { unknown: 'too long' } }, ['sf-ops show a']],
    ['complete', { state: state('complete') }, []],
  ])('against %s', (_, more, expected) => {
    expect(commands(known({ a: more }))).toEqual(expected);
  });

  test('against what it waits for: that is mended first', () => {
    expect(commands(known({ a: { waitsFor: ['b'] }, b: { state: state('error') } }))).toEqual([
      'sf-ops enqueue --like b',
      'sf-ops abort a',
    ]);
    expect(commands(known({ a: { waitsFor: ['x'] } }))).toEqual(['sf-ops abort a']);
    expect(commands(known({ a: { waitsFor: ['a'] } }))).toEqual(['sf-ops abort a']);
    const below = known({ a: { waitsFor: ['b'] }, b: { waitsFor: ['c'] }, c: { work: { value: [] } } });
    expect(commands(below)[0]).toBe('sf-ops requeue c');
    expect(commands(known({ a: { waitsFor: ['b'] }, b: {} }))).toEqual(['sf-ops wait --operation b']);
  });

  test('a daemon that is stopped is started where it belongs', () => {
    const one = record({ uuid: 'a' });
    const explained = { record: one, blocker: blockerOf(one, cluster(stopped), NOW) };
    expect(remediesOf(explained, [], IN_FULL)).toEqual([
      {
        command: 'systemctl start sf-net',
        sentence: 'on sf-1, whose sf-net would take it',
        host: 'sf-1',
      },
      { command: 'sf-ops abort a', sentence: 'gives it up, so that it holds nothing any more' },
    ]);
  });

  test.each<[string, Partial<OperationRecord> & { waitsFor?: string[] }, string[]]>([
    [
      'orphaned',
      { work: { value: [] } },
      ['gives it a new work row in its queue', 'gives it up, so that it holds nothing any more'],
    ],
    [
      'claimed too long ago',
      { work: { value: [workRow({ claimedAt: NOW - 9999 })] } },
      [
        'takes the claim back, so that another worker takes it',
        'gives it up, so that it holds nothing any more',
      ],
    ],
    ['failed', { state: state('error') }, ['shows where it failed', 'does it again as a new operation']],
    ['aborted', { state: state('abort') }, ['does it again as a new operation']],
    ['due', {}, ['waits until it has ended']],
    ['in a state of tomorrow', { state: state('of tomorrow') }, ['shows everything about it']],
    ['after what is gone', { waitsFor: ['x'] }, ['gives it up: what it waits for does not come back']],
    ['after itself', { waitsFor: ['a'] }, ['opens the circle; the others then abort or go on']],
    [
      'after what failed',
      { waitsFor: ['b'] },
      [
        'does again what failed; what has failed never completes',
        'then gives this one up, to be enqueued again',
      ],
    ],
  ])('each command says what it does: %s', (_, more, sentences) => {
    const all = known({ a: more, b: { state: state('error') } });
    expect(remediesOf(all.get('a')!, chain(all), IN_FULL).map(({ sentence }) => sentence)).toEqual(sentences);
  });

  test('a further step goes with the first, and is nothing to do instead', () => {
    const failed = { b: { state: state('error') }, c: { state: state('error') } };
    const all = known({ a: { waitsFor: ['b', 'c'] }, ...failed });
    const remedies = remediesOf(all.get('a')!, chain(all), IN_FULL);
    expect(stepsOf(remedies)).toBe('sf-ops enqueue --like b && sf-ops enqueue --like c && sf-ops abort a');
    expect(alternativesOf(remedies)).toEqual([]);
    const orphan = known({ a: { work: { value: [] } } });
    const instead = remediesOf(orphan.get('a')!, [], IN_FULL);
    expect([stepsOf(instead), alternativesOf(instead).length]).toEqual(['sf-ops requeue a', 1]);
    expect(stepsOf([])).toBeNull();
  });

  test('what waits for the unknown, or for what has ended meanwhile, is waited for', () => {
    const waiting = known({ a: { waitsFor: ['b'] }, b: {} });
    expect(remediesOf(waiting.get('a')!, [], IN_FULL)).toEqual([
      { command: 'sf-ops wait --operation a', sentence: 'waits until it has ended' },
    ]);
    const ended = known({ a: { waitsFor: ['b'] }, b: { state: state('complete') } });
    const link = { related: related('queued', { uuid: 'b' }), depth: 1, explained: ended.get('b')! };
    expect(remediesOf(waiting.get('a')!, [link], IN_FULL)[0]!.command).toBe('sf-ops wait --operation a');
    expect(remediesOf(waiting.get('a')!, [{ ...link, explained: null }], IN_FULL)).toHaveLength(1);
  });
});

test('an estimate needs a pace, and says what it rests on', () => {
  const position = { ahead: 9, isMore: false };
  expect(estimateOf({ ...position, drained: null })).toBeNull();
  expect(estimateOf({ ...position, drained: { count: 2, seconds: 60 } })).toBeNull();
  expect(estimateOf({ ahead: 9, isMore: true, drained: { count: 5, seconds: 600 } })).toBeNull();
  expect(estimateOf({ ...position, drained: { count: 5, seconds: 600 } })).toEqual({
    seconds: 1200,
    basis: '5 of this queue completed in the last 10 min',
  });
  expect(estimateOf({ ahead: 0, isMore: false, drained: { count: 3, seconds: 20 } })).toEqual({
    seconds: 7,
    basis: '3 of this queue completed in the last 1 min',
  });
});
