import { randomUUID } from 'node:crypto';
import { fail, pass, type FindingResult, type Verdict } from '../core/finding.js';
import { decide } from '../core/gate/gate.js';
import { valueOfObjectType } from '../core/object-types.js';
import type { Decision } from '../core/operations/decide.js';
import { targetsOf } from '../core/operations/operation.js';
import { workRowsOf, type OperationRecord } from '../core/operations/operation-record.js';
import type { Uuid } from '../core/uuid.js';
import type { Database } from '../database/database.js';
import type { DatabaseDescription } from '../database/description.js';
import { readRecords } from '../database/queries/operation-records.js';
import type { Session } from '../database/session.js';
import { readGateEvidence } from '../gate/evidence.js';
import { enqueueIn } from '../operations/enqueue/enqueue.js';

/** One thing that was tried. */
export interface SmokeStep {
  step: 'enqueue' | 'read back' | 'gate' | 'roll back';
  result: FindingResult;
  detail: string;
}

/** Ends the transaction of the test, whatever came of it: nothing of it may be committed. */
class RolledBack extends Error {
  constructor(
    readonly uuid: Uuid,
    readonly steps: readonly SmokeStep[],
  ) {
    super('the smoke test is over');
  }
}

/**
 * Enqueues an operation on a made-up network, reads it back, asks the gate about the network, and rolls everything back:
 * whether this program, this account and this database work together, without leaving anything that a worker could see.
 *
 * @param now unix seconds
 */
export async function smokeTest(database: Database, now: () => number): Promise<SmokeStep[]> {
  const description = await database.describe();
  const network = randomUUID();
  try {
    await database.write({
      subject: 'the smoke test',
      work: async (session) => {
        const decision = await enqueueIn(session, description, deployment(network), { force: true, now });
        const uuid = decision.operationUuid;
        const enqueued = pass(`net_op ${uuid} on a made-up network`);
        throw new RolledBack(uuid, [
          asStep('enqueue', enqueued),
          asStep('read back', await readBack(session, description, decision, now())),
          asStep('gate', await askGate(session, description, network, uuid, now())),
        ]);
      },
      isCommitted: async () => false,
      inquiry: 'sf-ops smoke',
    });
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
    return [
      ...error.steps,
      asStep('roll back', await looksUntouched(database, description, error.uuid, now())),
    ];
  }
  throw new Error('the smoke test was committed');
}

function deployment(network: Uuid): object {
  return {
    operation_type: 'net_op',
    network_uuid: network,
    tasks: ['network_deploy'],
    priority: 'background',
  };
}

async function readBack(
  session: Session,
  description: DatabaseDescription,
  decision: Decision,
  now: number,
): Promise<Verdict> {
  const { operationUuid: uuid, request } = decision;
  const { records } = await readRecords(session, description, [uuid], now);
  const record = records.get(uuid);
  const lacking = record === undefined ? ['everything'] : lackingRows(record, decision);
  return lacking.length === 0
    ? pass(`header, state, work row in ${request.queue.name}, ${targetsOf(request).length} target`)
    : fail(`not there: ${lacking.join(', ')}`);
}

function lackingRows(record: OperationRecord, { request }: Decision): string[] {
  const targets = targetsOf(request).filter(
    ({ objectType, uuid }) =>
      !record.targets.some((row) => row.uuid === uuid && row.objectType === valueOfObjectType(objectType)),
  );
  return [
    ...(record.header === null ? ['header'] : []),
    ...(record.state?.value === 'queued' ? [] : ['state']),
    ...(workRowsOf(record).some(({ queueName }) => queueName === request.queue.name) ? [] : ['work row']),
    ...(targets.length === 0 ? [] : ['targets']),
  ];
}

async function askGate(
  session: Session,
  description: DatabaseDescription,
  network: Uuid,
  uuid: Uuid,
  now: number,
): Promise<Verdict> {
  const [evidence] = await readGateEvidence(session, description, { uuids: [network] }, now);
  const pending = evidence?.pending ?? [];
  const { okay, verdict } = decide(evidence!.network, pending, [], false);
  return okay === true && verdict === 'pending' && pending.some(({ record }) => record.uuid === uuid)
    ? pass('the operation holds its network')
    : fail(`the gate says ${verdict}, although an operation is pending`);
}

async function looksUntouched(
  database: Database,
  description: DatabaseDescription,
  uuid: Uuid,
  now: number,
): Promise<Verdict> {
  const { records } = await database.snapshot(async (session) =>
    readRecords(session, description, [uuid], now),
  );
  return records.size === 0 ? pass('nothing is left of it') : fail(`${uuid} is still there`);
}

function asStep(step: SmokeStep['step'], { result, title: detail }: Verdict): SmokeStep {
  return { step, result, detail };
}
