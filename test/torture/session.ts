import { sql } from 'drizzle-orm';
import { SfOpsError } from '../../src/core/errors.js';
import { nameOfObjectType } from '../../src/core/object-types.js';
import { targetsOf } from '../../src/core/operations/operation.js';
import { undashed } from '../../src/core/uuid.js';
import type { Database } from '../../src/database/database.js';
import { NO_PROGRESS } from '../../src/core/progress.js';
import type { InputLine } from '../../src/core/input-lines.js';
import { applyAbort, planAbort } from '../../src/operations/abort.js';
import { BulkLoad } from '../../src/operations/enqueue/bulk.js';
import type { LineResult } from '../../src/operations/enqueue/line-results.js';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
import { Run } from '../../src/operations/enqueue/run-marks.js';
import { prune } from '../../src/operations/prune.js';
import { applyRequeue, planRequeue } from '../../src/operations/requeue.js';
import { activeTargets } from '../../src/database/queries/targets.js';
import { finishOperations } from '../../src/sandbox/worker.js';
import type {
  Action,
  AskedObject,
  MarkedRequest,
  Outcome,
  SeenOperation,
  Step,
  VouchedOperation,
} from './history.js';

const OPERATOR = { fqdn: 'torture', user: 'session' };

/** One user of the database: does one thing after the other, and writes down what it asked and what it was told. */
export class TorturedSession {
  /** Operations that it has created and not touched since. */
  readonly #own: { uuid: string; isCoalescible: boolean }[] = [];

  constructor(
    private readonly number: number,
    private readonly database: Database,
    private readonly networks: readonly string[],
    private readonly record: (step: Step) => void,
  ) {}

  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      const outcome = await this.#step(action);
      // As an operator would: what was not written can be asked for again, and a load that broke off goes on.
      const mayRepeat = action.kind === 'enqueue' && outcome?.kind === 'not written';
      const mustGoOn = action.kind === 'load' && outcome?.kind !== 'written';
      if (mayRepeat || mustGoOn) await this.#step(action);
    }
    await this.database.close();
  }

  async #step(action: Action): Promise<Outcome | null> {
    const touched = 'pick' in action ? this.#take(action.pick, action.kind) : null;
    if ('pick' in action && touched === null) return null;
    const step: Step = {
      session: this.number,
      action,
      touched,
      invokedAt: performanceNow(),
      endedAt: Infinity,
      outcome: null,
    };
    this.record(step);
    const outcome = await this.#perform(action, touched);
    this.record({ ...step, endedAt: performanceNow(), outcome });
    return outcome;
  }

  /** Idempotent work that is an orphan for a while is rightly enqueued a second time: it is not requeued. */
  #take(pick: number, kind: Action['kind']): string | null {
    const fit = this.#own.filter(({ isCoalescible }) => kind !== 'requeue' || !isCoalescible);
    const taken = fit[pick % Math.max(1, fit.length)];
    if (taken === undefined) return null;
    this.#own.splice(this.#own.indexOf(taken), 1);
    return taken.uuid;
  }

  async #perform(action: Action, touched: string | null): Promise<Outcome> {
    switch (action.kind) {
      case 'enqueue':
        return this.#enqueue(action.requests);
      case 'load':
        return this.#load(action.requests, action.runId);
      case 'abort':
        return this.#repair(touched!, planAbort, applyAbort);
      case 'requeue':
        return this.#requeue(touched!);
      case 'end':
        return this.#change(async () =>
          finishOperations(this.database, [touched!], 'complete', Date.now() / 1000),
        );
      case 'remove':
        return this.#change(async () => removeOperation(this.database, touched!));
      case 'prune':
        return this.#change(async () => pruneAll(this.database));
      case 'ask':
        return this.#ask(action.object);
      case 'survey':
        return this.#answer(async () => ({
          kind: 'seen',
          operations: await survey(this.database, this.networks),
        }));
    }
  }

  async #enqueue(requests: readonly MarkedRequest[]): Promise<Outcome> {
    try {
      const plans = await enqueue(this.database, requests, {
        force: true,
        now: () => Date.now() / 1000,
      });
      const operations = plans.map((plan, index): VouchedOperation => {
        if (plan instanceof SfOpsError) throw plan;
        return {
          mark: requests[index]!.request_id,
          uuid: plan.operationUuid,
          isCreated: plan.rows !== null,
          isAdopted: plan.reused,
          targets: targetsOf(plan.request).map(({ uuid }) => uuid),
        };
      });
      // One whose uuid others use too is left alone: after a removal the uuid would be free for them again.
      const isOwn = ({ isCreated }: VouchedOperation, index: number): boolean =>
        isCreated && requests[index]!.uuid === undefined;
      for (const [index, operation] of operations.entries()) {
        if (!isOwn(operation, index)) continue;
        const isCoalescible = requests[index]!.operation_type === 'net_op';
        this.#own.push({ uuid: operation.uuid, isCoalescible });
      }
      return { kind: 'written', operations };
    } catch (error) {
      const word = wordOf(error);
      return word === 'outcome_unknown' ? { kind: 'unknown' } : { kind: 'not written', word };
    }
  }

  /** Written only where all of it is: what was told of a load that broke off is not lost, but not vouched for here. */
  async #load(requests: readonly MarkedRequest[], runId: string): Promise<Outcome> {
    async function* lines(): AsyncGenerator<InputLine[]> {
      yield requests.map((request, index) => ({ number: index + 1, text: JSON.stringify(request) }));
    }
    try {
      const run = await Run.resume(this.database, runId);
      const load = new BulkLoad(this.database, lines(), {
        ...{ force: true, batch: 2, onError: 'stop', run, isRehearsal: false, warn: () => undefined },
        ...{ now: () => Date.now() / 1000, producer: OPERATOR, endLines: () => undefined },
        task: NO_PROGRESS.start({ doing: '', done: '', unit: '', total: null }),
      });
      const operations: VouchedOperation[] = [];
      const results: LineResult[] = [];
      for await (const batch of load.results()) results.push(...batch);
      for (const result of results) {
        if ('error' in result) continue;
        const { request_id: mark, ...fields } = requests[result.line - 1]!;
        const { instance_uuid, network_uuid, interface_uuid } = fields as Record<string, string>;
        operations.push({
          mark,
          uuid: 'doneAs' in result ? result.doneAs : result.decision.operationUuid,
          isCreated: 'decision' in result && result.decision.rows !== null,
          isAdopted: false,
          targets: [instance_uuid!, network_uuid!, interface_uuid!],
        });
      }
      if (load.account.stopped === null) return { kind: 'written', operations };
      return { kind: 'unknown' };
    } catch (error) {
      return { kind: 'not changed', word: wordOf(error) };
    }
  }

  async #requeue(uuid: string): Promise<Outcome> {
    try {
      await orphan(this.database, uuid);
    } catch (error) {
      return { kind: 'not changed', word: wordOf(error) };
    }
    return this.#repair(uuid, planRequeue, applyRequeue);
  }

  async #repair(uuid: string, plan: typeof planAbort, apply: typeof applyAbort): Promise<Outcome> {
    const request = {
      ...{ operations: [uuid], force: false, reason: null, isRehearsal: false, producer: OPERATOR },
      // An orphan is called so after some seconds only.
      now: () => Date.now() / 1000 + 60,
      warn: () => undefined,
    };
    try {
      const planned = await plan(this.database, request);
      for await (const outcome of apply(this.database, request, planned))
        if ('kind' in outcome) return { kind: 'not changed', word: outcome.kind };
      return { kind: 'changed' };
    } catch (error) {
      return { kind: 'not changed', word: wordOf(error) };
    }
  }

  async #change(work: () => Promise<unknown>): Promise<Outcome> {
    try {
      await work();
      return { kind: 'changed' };
    } catch (error) {
      return { kind: 'not changed', word: wordOf(error) };
    }
  }

  /** As `pending` and the gates ask. */
  async #ask(object: AskedObject): Promise<Outcome> {
    return this.#answer(async () => {
      const description = await this.database.describe();
      const targets = await this.database.snapshot(async (session) =>
        activeTargets(session, description, [object]),
      );
      return { kind: 'active', operations: targets.map(({ operationUuid }) => operationUuid) };
    });
  }

  async #answer(question: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await question();
    } catch (error) {
      return { kind: 'no answer', word: wordOf(error) };
    }
  }
}

/** Milliseconds on the clock that all processes of this machine share. */
function performanceNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Only failures that the product foresees are outcomes; anything else is a bug and ends the test. */
function wordOf(error: unknown): string {
  if (error instanceof SfOpsError) return error.word;
  throw error;
}

/** What a worker leaves behind that dies at the wrong moment. */
async function orphan(database: Database, uuid: string): Promise<void> {
  const isOf = sql`JSON_VALUE(payload, '$.operation_uuid') = ${uuid}`;
  await database.write({
    subject: `the orphaning of ${uuid}`,
    work: async (session) => session.change(sql`DELETE FROM work_queue WHERE ${isOf}`),
    isCommitted: async (session) =>
      (await session.rows(sql`SELECT 1 FROM work_queue WHERE ${isOf}`)).length === 0,
    inquiry: 'none: it is the worker of the test',
  });
}

/** What Shaken Fist's sweep does to a finished operation. */
async function removeOperation(database: Database, uuid: string): Promise<void> {
  await database.write({
    subject: `the removal of ${uuid}`,
    work: async (session) => {
      await session.change(sql`DELETE FROM cluster_operation_targets WHERE operation_uuid = ${uuid}`);
      await session.change(sql`DELETE FROM cluster_operation_errors WHERE op_uuid = ${undashed(uuid)}`);
      await session.change(sql`DELETE FROM cluster_operations WHERE uuid = ${undashed(uuid)}`);
      const types = ['net_op', 'node_inst_net_iface_op'].map((type) => nameOfObjectType(type)!);
      await session.change(
        sql`DELETE FROM object_states WHERE object_type IN ${types} AND object_uuid = ${uuid}`,
      );
      await session.change(
        sql`DELETE FROM work_queue WHERE JSON_VALUE(payload, '$.operation_uuid') = ${uuid}`,
      );
    },
    isCommitted: async (session) =>
      (await session.rows(sql`SELECT 1 FROM cluster_operations WHERE uuid = ${undashed(uuid)}`)).length === 0,
    inquiry: 'none: a sweep comes by again',
  });
}

/** As by a clock that is a minute ahead, for which nothing is too young. */
async function pruneAll(database: Database): Promise<void> {
  await prune(database, {
    ...{ olderThan: 1, batch: 100, sleep: 0, maxRows: Infinity, maxDuration: Infinity, resumeAfter: null },
    ...{ isRehearsal: false, now: () => Date.now() / 1000 + 60, signal: new AbortController().signal },
    task: NO_PROGRESS.start({ doing: '', done: '', unit: '', total: null }),
    warn: () => undefined,
  });
}

/** Every operation on the networks that one look shows, and how many of its rows. */
async function survey(database: Database, networks: readonly string[]): Promise<SeenOperation[]> {
  return database.snapshot(async (session) =>
    session.rows<SeenOperation>(sql`
      SELECT LOWER(o.uuid) AS uuid, o.operation_type AS operationType,
        (SELECT COUNT(*) FROM object_states s WHERE s.object_uuid = JSON_VALUE(o.metadata_json, '$.uuid')) AS states,
        (SELECT COUNT(*) FROM cluster_operation_targets t WHERE t.operation_uuid = JSON_VALUE(o.metadata_json, '$.uuid')) AS targets
      FROM cluster_operations o WHERE o.network_uuid IN ${networks.map(undashed)}`),
  );
}
