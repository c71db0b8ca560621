import { check, type Finding } from './checker.js';
import type { Make } from './databases.js';
import type { History } from './history.js';
import { planHistory, type HistoryPlan } from './plan.js';
import { SIZE, type TortureRig } from './rig.js';

export interface TortureRequest {
  make: Make;
  /** The seeds are this one and those after it. */
  firstSeed: number;
  histories: number;
  /** Ends the run sooner. */
  enough?: (summary: Summary) => boolean;
}

export interface Summary {
  histories: number;
  steps: number;
  /** How often each outcome was reported: `enqueue: written`. */
  outcomes: Record<string, number>;
  /** How often each fault happened. */
  faults: Record<string, number>;
  /** With the seed that replays the history. */
  findings: (Finding & { seed: number })[];
}

/** Runs histories one after the other and judges each. */
export async function torture(rig: TortureRig, request: TortureRequest): Promise<Summary> {
  const summary: Summary = { histories: 0, steps: 0, outcomes: {}, faults: {}, findings: [] };
  for (let number = 0; number < request.histories; number += 1) {
    const plan = planHistory(request.firstSeed + number, SIZE);
    const history = await rig.run(plan, request.make);
    add(summary, plan, history);
    if (request.enough?.(summary)) break;
  }
  return summary;
}

function add(summary: Summary, plan: HistoryPlan, history: History): void {
  summary.histories += 1;
  summary.steps += history.steps.length;
  for (const { action, outcome } of history.steps)
    count(summary.outcomes, `${action.kind}: ${outcome?.kind ?? 'killed'}`);
  for (const { kind } of plan.faults) count(summary.faults, kind);
  summary.findings.push(...check(history).map((finding) => ({ seed: history.seed, ...finding })));
}

function count(counts: Record<string, number>, what: string): void {
  counts[what] = (counts[what] ?? 0) + 1;
}
