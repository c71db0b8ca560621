import { describe, expect, test } from '@jest/globals';
import { timelineAnswer } from '../../src/commands/timeline/answer.js';
import { Names } from '../../src/core/names.js';
import type { Lifetime } from '../../src/core/operations/lifetime.js';
import { PLAIN_LOOK } from '../../src/render/look.js';
import { textOf } from '../../src/render/text.js';

const lifetime = (some: Partial<Lifetime>): Lifetime => ({
  ...{ uuid: '70000004-0000-4000-8000-000000000004', operationType: 'node_inst_netdesc_op', tasks: [] },
  ...{ state: 'error', createdAt: 36_000, startedAt: null, endedAt: 37_000, outcome: 'error' },
  ...some,
});
const LIFETIMES = [
  lifetime({ startedAt: 36_500 }),
  lifetime({
    operationType: 'net_op',
    state: 'complete',
    outcome: 'complete',
    createdAt: 36_400,
    endedAt: 36_400,
  }),
  lifetime({ operationType: null, state: 'queued', outcome: 'pending', endedAt: null, createdAt: 36_900 }),
  lifetime({ state: null, outcome: 'gone', endedAt: null }),
  lifetime({ createdAt: 36_100, outcome: 'abort', state: 'abort' }),
];
const screen = async (width: number, format = 'table'): Promise<string[]> => {
  const subject = { objectType: 'instance', uuid: '30000001-0000-4000-8000-000000000001' };
  const names = new Names(
    new Map([[subject.uuid, { name: 'vm1', namespace: null, isUnique: true }]]),
    new Map(LIFETIMES.map(({ uuid }) => [uuid, uuid.slice(0, 8)])),
    [],
  );
  const answer = timelineAnswer({ subject, lifetimes: LIFETIMES, isCut: false, names, now: 38_000 });
  return (await textOf(answer, format, { ...PLAIN_LOOK, width, utc: true })).split('\n');
};

describe('a timeline on a terminal', () => {
  test('wide: name, bar, sentence', async () => {
    expect(await screen(130)).toEqual([
      'instance/vm1, 1 Jan, UTC',
      '                        10:00            10:10            10:20            10:30',
      'node_inst_netdesc_op    ░░░░░░░░░░░░░░███████████████✗                              70000004 waited 8m20s, ran 8m20s, error',
      'net_op                             ✓                                                70000004 complete after 0s',
      '-                                                 ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░▸  70000004 queued for 18m20s',
      'node_inst_netdesc_op    ?                                                           70000004 gone: it has ended, or was deleted',
      'node_inst_netdesc_op       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒✗                              70000004 abort after 15m00s',
      '░ waited  █ ran  ▒ waited or ran, nothing tells which',
      '',
    ]);
  });

  test.each([40, 60, 80, 109, 110, 200])('at %i columns no line is wider', async (width) => {
    for (const line of await screen(width)) expect([...line].length).toBeLessThanOrEqual(width);
  });

  test('as a picture', async () => {
    const svg = (await screen(80, 'svg')).join('\n');
    expect(svg).toContain('<title>instance/vm1, 1 Jan, UTC</title>');
    expect(svg.match(/class="(waited|ran |untold)/g)).toHaveLength(6);
  });
});
