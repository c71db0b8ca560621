import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { nextReleaseServer } from '../servers/next-release.js';
import { TortureRig } from './rig.js';
import { torture } from './torture.js';

/** `npm run torture` asks for more of them, or for certain ones, and for the figures. */
const {
  SF_OPS_TORTURE_HISTORIES: histories = '200',
  SF_OPS_TORTURE_SEED: seed = '1',
  SF_OPS_TORTURE_REPORT: report,
} = process.env;
const HISTORIES = Number(histories);
const START_MS = 60_000;
/** One takes half a second; twenty times that where a node is killed, or the machine is busy. */
const TIMEOUT_MS = START_MS + HISTORIES * 10_000;

describe('three nodes under faults', () => {
  let rig: TortureRig;

  beforeAll(async () => {
    rig = await TortureRig.start();
  }, START_MS);

  afterAll(async () => rig.stop());

  test(
    'nothing lost, nothing doubled, no wrong answer',
    async () => {
      const summary = await torture(rig, { make: 'product', firstSeed: Number(seed), histories: HISTORIES });
      if (report !== undefined) await writeFile(report, JSON.stringify(summary));
      expect(summary.findings).toEqual([]);
      expect(summary.outcomes['enqueue: written']).toBeGreaterThan(10 * HISTORIES);
    },
    TIMEOUT_MS,
  );

  test(
    'where reads are not causal, the checker finds stale answers',
    async () => {
      const { findings } = await torture(rig, {
        make: 'without causal reads',
        firstSeed: 1,
        histories: 200,
        enough: (soFar) => soFar.findings.some(({ rule }) => rule === 'stale answer'),
      });
      expect(findings.map(({ rule }) => rule)).toContain('stale answer');
    },
    TIMEOUT_MS,
  );

  test(
    'where the outcome of a lost COMMIT is not looked up, the checker finds doubles',
    async () => {
      const { findings } = await torture(rig, {
        make: 'without outcome look-up',
        firstSeed: 1,
        histories: 200,
        enough: (soFar) => soFar.findings.some(({ rule }) => rule === 'doubled'),
      });
      expect(findings.map(({ rule }) => rule)).toContain('doubled');
    },
    TIMEOUT_MS,
  );
});

test('three nodes of the next release, with snapshot isolation: the same; or why they cannot be had', async () => {
  const next = await nextReleaseServer();
  if ('unavailable' in next) {
    expect(next.unavailable).toMatch(/^MariaDB of Debian trixie: ./);
    return;
  }
  const rig = await TortureRig.start({ installation: next.installation });
  try {
    const summary = await torture(rig, { make: 'product', firstSeed: 1, histories: 50 });
    expect(summary.findings).toEqual([]);
  } finally {
    await rig.stop();
  }
}, 600_000);
