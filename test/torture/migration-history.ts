import { SeededRandom } from './random.js';

/** What happens to a migrator, or to a server, so long after the migrator has begun. */
export interface MigrationFault {
  kind: 'kill' | 'terminate' | 'cut' | 'reset' | 'freeze' | 'kill node';
  atMs: number;
  /** For a freeze. */
  milliseconds: number;
  node: number;
}

/** What a history does, decided by its seed; what meets what is up to the machine. */
export interface MigrationPlan {
  seed: number;
  rows: number;
  type: 'TEXT' | 'JSON';
  /** How often a writer writes. */
  pauseMs: number;
  /** Somebody holds the table open for so long, and comes again. */
  holdMs: number;
  /** A fault for each run of the migrator; runs beyond are left alone. */
  faults: (MigrationFault | null)[];
}

/** A write to one row of the column: when it was sent, and what came of it. Each row has one writer. */
export interface Write {
  row: string;
  value: string;
  /** `acknowledged`: it is there. `refused`: the server said no. `unknown`: no answer came. */
  outcome: 'acknowledged' | 'refused' | 'unknown';
}

export interface MigratorRun {
  exitCode: number | null;
  word: string | null;
  /** What happened to it; null if it ended before, or was left alone. */
  fault: MigrationFault['kind'] | null;
}

export interface MigrationHistory {
  seed: number;
  initial: ReadonlyMap<string, string | null>;
  /** In the order of each row's writer. */
  writes: readonly Write[];
  /** How each run of the migrator ended. */
  runs: readonly MigratorRun[];
  /** The column's values at the end, those that were dropped put back from the backup. */
  final: ReadonlyMap<string, string | null>;
}

/** A value that was acknowledged and is neither in the column nor in the backup. */
export interface LostValue {
  row: string;
  expected: (string | null)[];
  found: string | null;
}

export function planMigration(seed: number, nodes: number): MigrationPlan {
  const random = new SeededRandom(seed);
  const kinds: MigrationFault['kind'][] = ['kill', 'terminate', 'cut', 'reset', 'freeze'];
  if (nodes > 1) kinds.push('kill node');
  const fault = (): MigrationFault | null =>
    random.chance(0.25)
      ? null
      : {
          kind: random.pick(kinds),
          atMs: 100 + random.below(900),
          milliseconds: 200 + random.below(1_500),
          node: random.below(nodes),
        };
  return {
    seed,
    rows: 20 + random.below(200),
    type: random.pick(['TEXT', 'JSON']),
    pauseMs: random.below(20),
    holdMs: random.pick([0, 200, 600]),
    faults: Array.from({ length: 1 + random.below(3) }, fault),
  };
}

/** Every value that was acknowledged last, or that may have come after it, and only that. Empty if nothing is lost. */
export function lostValues({ initial, writes, final }: MigrationHistory): LostValue[] {
  const possible = new Map([...initial].map(([row, value]) => [row, [value]]));
  for (const { row, value, outcome } of writes) {
    if (outcome === 'acknowledged') possible.set(row, [value]);
    if (outcome === 'unknown') possible.get(row)!.push(value);
  }
  return [...possible].flatMap(([row, expected]) => {
    const found = final.get(row) ?? null;
    return expected.includes(found) ? [] : [{ row, expected, found }];
  });
}
