import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { createDatabase, startTestServer, tcpSettings } from '../servers/mariadb.js';
import { SOON_LOST, startCluster, type TestCluster } from '../servers/galera.js';
import { nextReleaseServer } from '../servers/next-release.js';
import { freePorts } from '../servers/ports.js';
import type { ServerInstallation } from '../../src/sandbox/installation.js';
import { lostValues, planMigration, type MigrationHistory } from './migration-history.js';
import { MigrationRig, type Ground, type Migrator } from './migration-rig.js';

/** `npm run torture -- --migrations 100` asks for more of them, and for the figures. */
const {
  SF_OPS_TORTURE_MIGRATIONS: asked = '',
  SF_OPS_TORTURE_SEED: seed = '1',
  SF_OPS_TORTURE_REPORT: report,
} = process.env;
const START_MS = 120_000;
/** Of one history: up to eight runs of a program, each of which may wait for a quiet moment. */
const TIMEOUT_MS = 90_000;

/** How many histories in the suite; a run that is asked for takes as many everywhere. */
const count = (inSuite: number): number => (asked === '' ? inSuite : Number(asked));

interface StartedGround {
  ground: Ground;
  stop(): Promise<void>;
}

async function standalone(installation?: ServerInstallation): Promise<StartedGround> {
  const [port] = await freePorts(1);
  const server = await startTestServer({
    tcpPort: port!,
    ...(installation === undefined ? {} : { installation }),
  });
  const node = {
    settings: (database: string) => tcpSettings(database, port!),
    freeze: () => void process.kill(server.pid, 'SIGSTOP'),
    thaw: () => void process.kill(server.pid, 'SIGCONT'),
    kill: () => server.kill(),
  };
  const ground = {
    nodes: [node],
    createDatabase: async (statements: readonly string[]) =>
      (await createDatabase(server, statements)).database,
    settled: () => Promise.resolve(),
    renew: () => Promise.reject(new Error('a single server is not killed here')),
  };
  return { ground, stop: () => server.stop() };
}

async function galera(installation?: ServerInstallation): Promise<StartedGround> {
  const start = (): Promise<TestCluster> =>
    startCluster({ providerOptions: SOON_LOST, ...(installation === undefined ? {} : { installation }) });
  let cluster = await start();
  const ground: Ground = {
    get nodes() {
      return cluster.nodes;
    },
    createDatabase: (statements) => cluster.createDatabase(statements),
    settled: () => cluster.settled(),
    renew: async () => {
      await cluster.stop();
      cluster = await start();
    },
  };
  return { ground, stop: () => cluster.stop() };
}

async function nextRelease(): Promise<ServerInstallation | null> {
  const next = await nextReleaseServer();
  return 'installation' in next ? next.installation : null;
}

interface Figures {
  histories: number;
  runs: Record<string, number>;
  faults: Record<string, number>;
  writes: Record<string, number>;
  lost: object[];
}

async function torture(
  rig: MigrationRig,
  ground: Ground,
  histories: number,
  migrator: Migrator,
): Promise<Figures> {
  const figures: Figures = { histories, runs: {}, faults: {}, writes: {}, lost: [] };
  for (let number = 0; number < histories; number += 1) {
    const history = await rig.run(planMigration(Number(seed) + number, ground.nodes.length), migrator);
    add(figures, history);
  }
  return figures;
}

function add(figures: Figures, history: MigrationHistory): void {
  const count = (counts: Record<string, number>, what: string): void =>
    void (counts[what] = (counts[what] ?? 0) + 1);
  for (const { exitCode, word, fault } of history.runs) {
    count(figures.runs, word ?? String(exitCode ?? 'killed'));
    if (fault !== null) count(figures.faults, fault);
  }
  for (const { outcome } of history.writes) count(figures.writes, outcome);
  figures.lost.push(...lostValues(history).map((lost) => ({ seed: history.seed, ...lost })));
}

const GROUNDS: [string, number, () => Promise<StartedGround | null>][] = [
  ['one server', 4, () => standalone()],
  ['three nodes', 3, () => galera()],
  ['one server of the next release', 2, async () => startedOn(standalone)],
  ['three nodes of the next release', 1, async () => startedOn(galera)],
];

async function startedOn(
  start: (installation: ServerInstallation) => Promise<StartedGround>,
): Promise<StartedGround | null> {
  const installation = await nextRelease();
  return installation === null ? null : start(installation);
}

describe.each(GROUNDS)('values that are written while a column is dropped, on %s', (name, inSuite, start) => {
  let started: StartedGround | null;
  let rig: MigrationRig;
  beforeAll(async () => {
    started = await start();
    if (started !== null) rig = await MigrationRig.start(started.ground);
  }, START_MS);
  afterAll(async () => {
    await rig?.stop();
    await started?.stop();
  });

  test(
    'not one is lost, whatever happens to the migrator and to the servers',
    async () => {
      if (started === null) return; // Debian's next release cannot be had here
      const figures = await torture(rig, started.ground, count(inSuite), 'product');
      if (report !== undefined)
        await writeFile(`${report}.${name.replaceAll(' ', '-')}`, JSON.stringify(figures));
      expect(figures.lost).toEqual([]);
      expect(figures.runs['0']).toBeGreaterThan(0);
      expect(figures.writes.acknowledged).toBeGreaterThan(10 * figures.histories);
      expect(figures.writes.refused).toBeGreaterThan(0);
    },
    count(inSuite) * TIMEOUT_MS,
  );

  test(
    'without the fence the checker finds what is lost',
    async () => {
      if (started === null) return;
      const figures = await torture(rig, started.ground, 1, 'without a fence');
      expect(figures.lost).not.toEqual([]);
    },
    TIMEOUT_MS,
  );
});
