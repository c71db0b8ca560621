import { sql } from 'drizzle-orm';
import { SfOpsError } from '../../src/core/errors.js';
import { nameOfObjectType } from '../../src/core/object-types.js';
import { targetsOf } from '../../src/core/operations/operation.js';
import { undashed } from '../../src/core/uuid.js';
import type { Database } from '../../src/database/database.js';
import { enqueue } from '../../src/operations/enqueue/enqueue.js';
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

/** One user of the database: does one thing after the other, and writes down what it asked and what it was told. */
export class TorturedSession {
  /** Operations that it has created and not touched since. */
  readonly #own: string[] = [];

  constructor(
    private readonly number: number,
    private readonly database: Database,
    private readonly networks: readonly string[],
    private readonly record: (step: Step) => void,
  ) {}

  async run(actions: readonly Action[]): Promise<void> {
    for (const action of actions) {
      const outcome = await this.#step(action);
      // As an operator would: what was not written can be asked for again.
      if (action.kind === 'enqueue' && outcome?.kind === 'not written') await this.#step(action);
    }
    await this.database.close();
  }

  async #step(action: Action): Promise<Outcome | null> {
    const touched = action.kind === 'end' || action.kind === 'remove' ? this.#take(action.pick) : null;
    if ((action.kind === 'end' || action.kind === 'remove') && touched === null) return null;
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

  #take(pick: number): string | null {
    const [taken] = this.#own.splice(pick % Math.max(1, this.#own.length), 1);
    return taken ?? null;
  }

  async #perform(action: Action, touched: string | null): Promise<Outcome> {
    switch (action.kind) {
      case 'enqueue':
        return this.#enqueue(action.requests);
      case 'end':
        return this.#change(async () =>
          finishOperations(this.database, [touched!], 'complete', Date.now() / 1000),
        );
      case 'remove':
        return this.#change(async () => removeOperation(this.database, touched!));
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
      this.#own.push(...operations.filter(isOwn).map(({ uuid }) => uuid));
      return { kind: 'written', operations };
    } catch (error) {
      const word = wordOf(error);
      return word === 'outcome_unknown' ? { kind: 'unknown' } : { kind: 'not written', word };
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
