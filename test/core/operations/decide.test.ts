import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SfOpsError, UsageError } from '../../../src/core/errors.js';
import type { Candidate } from '../../../src/core/operations/coalescing.js';
import { decide, decideAll, referencedObjects, type Decision } from '../../../src/core/operations/decide.js';
import { namedReferences, standsAlone, withReferences } from '../../../src/core/operations/draft.js';
import { Batch, objectKey, type BatchFacts } from '../../../src/core/operations/enqueue-batch.js';
import { parseEnqueueRequest } from '../../../src/core/operations/enqueue-request.js';
import { bytesOf } from '../../../src/core/operations/operation-rows.js';
import { correctRequest, INSTANCE, INTERFACE, NETWORK, NODE, OPERATION, OTHER_NODE } from './requests.js';

const NOW = 1_700_000_000;
const NEW = 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
const REPAIR = { operation_type: 'net_op', network_uuid: NETWORK, tasks: ['network_ensure_mesh'] };
const DEPLOY = { ...REPAIR, tasks: ['network_deploy'] };
const FLOAT = {
  operation_type: 'net_iface_op',
  ...{ network_uuid: NETWORK, interface_uuid: INTERFACE },
  tasks: ['interface_float'],
};

function facts(changes: Partial<BatchFacts> = {}): BatchFacts {
  const known = { state: 'created', hasRow: true };
  const node = { uuid: NODE, fqdn: 'sf-1', ip: '', installedVersion: null, daemons: new Map() };
  return {
    operations: new Map(),
    objects: new Map([
      [objectKey('NETWORK', NETWORK), known],
      [objectKey('INTERFACE', INTERFACE), known],
      [objectKey('NODE', NODE), known],
    ]),
    interfaces: new Map([[INTERFACE, { networkUuid: NETWORK, instanceUuid: INSTANCE }]]),
    candidates: [],
    active: new Map(),
    latest: new Map(),
    versions: new Map([
      ['net_op', { published: 3, newest: null }],
      ['net_iface_op', { published: 1, newest: null }],
    ]),
    cluster: {
      nodes: [{ ...node, lastSeen: NOW, isNetworkNode: true, isHypervisor: true }],
      checkinMaximumSeconds: 120,
      staleClaimSeconds: 1800,
    },
    recordsOneTargetOnly: false,
    packetBytes: 1 << 24,
    ...changes,
  };
}

function decided(raw: object, changes: Partial<BatchFacts> = {}, force = false): Decision {
  const request = parseEnqueueRequest(raw);
  return decide({ request, newUuid: NEW }, new Batch(facts(changes), NOW), { force });
}

/** What a request is refused with. */
function refusal(
  raw: object,
  changes: Partial<BatchFacts> = {},
): Pick<SfOpsError, 'word' | 'message' | 'hint'> {
  try {
    decided(raw, changes);
  } catch (error) {
    if (error instanceof SfOpsError) return { word: error.word, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('it was not refused');
}

/** An operation that waits and does what REPAIR asks for. */
function waiting(): Candidate {
  return {
    ...{ uuid: OTHER_NODE, operationType: 'net_op', state: 'queued', tasks: REPAIR.tasks },
    ...{ priority: 'user_facing', columns: { network_uuid: NETWORK }, dueAt: NOW, createdAt: NOW - 5 },
  };
}

function existing(state: string | null, uuid = OPERATION): Partial<BatchFacts> {
  const { rows } = decided({ ...DEPLOY, uuid });
  const metadataJson = rows!.cluster_operations[0]!.metadata_json as string;
  const operation = { uuid, operationType: 'net_op', createdAt: 1000, state, metadataJson };
  return { operations: new Map([[uuid, operation]]) };
}

describe('a new operation', () => {
  test('has rows, and no warnings where nothing is odd', () => {
    expect(decided(DEPLOY)).toMatchObject({
      operationUuid: NEW,
      createdAt: NOW,
      reused: false,
      warnings: [],
      rows: { object_states: [{ state_value: 'queued', object_uuid: NEW }] },
    });
  });

  test('warns of what nobody will run, of a guess, and of an image that we do not know', () => {
    const fetch = {
      operation_type: 'artifact_fetch_op',
      namespace: 'system',
      url: 'plan9',
      tasks: ['image_fetch'],
    };
    const cluster = { nodes: [], checkinMaximumSeconds: 120, staleClaimSeconds: 1800 };
    expect(decided(fetch, { cluster }).warnings).toEqual([
      'nobody drains any-clusteroperation-user_facing: there is no node',
      expect.stringMatching(/^the image name plan9/),
      expect.stringMatching(
        /^neither a node nor an earlier operation tells which versions of artifact_fetch_op/,
      ),
    ]);
  });

  test('is refused where its targets cannot all be recorded', () => {
    expect(refusal(FLOAT, { recordsOneTargetOnly: true })).toEqual({
      word: 'migration_needed',
      message:
        'This database can record one target for an operation, and a net_iface_op has 2. Nothing was enqueued.',
      hint: 'Apply the migration of cluster_operation_targets first; see: sf-ops migrate status',
    });
    expect(decided(DEPLOY, { recordsOneTargetOnly: true }).rows).not.toBeNull();
  });
});

describe('the statement that writes it', () => {
  /** What its header takes, by the refusal of a server that takes nothing. */
  const needed = Number(/of (\d+) bytes/.exec(refusal(DEPLOY, { packetBytes: 0 }).message)![1]);

  test('may be as large as the server takes, and no larger', () => {
    expect(decided(DEPLOY, { packetBytes: needed }).rows).not.toBeNull();
    expect(refusal(DEPLOY, { packetBytes: needed - 1 })).toEqual({
      word: 'too_large',
      message: `The operation takes a statement of ${needed} bytes, and the server takes ${needed - 1} (max_allowed_packet). Nothing was enqueued.`,
      hint: undefined,
    });
  });

  test('is counted with what stands beside the row', () => {
    expect(needed).toBe(1024 + bytesOf(decided(DEPLOY).rows!.cluster_operations[0]!));
  });
});

describe('what it names must exist', () => {
  test.each<[string, object, Partial<BatchFacts>, string]>([
    ['a network without rows', DEPLOY, { objects: new Map() }, `network ${NETWORK} does not exist`],
    [
      'a deleted one',
      DEPLOY,
      { objects: new Map([[objectKey('NETWORK', NETWORK), { state: 'deleted', hasRow: true }]]) },
      `network ${NETWORK} is deleted`,
    ],
    [
      'a state without a row',
      DEPLOY,
      { objects: new Map([[objectKey('NETWORK', NETWORK), { state: 'created', hasRow: false }]]) },
      `network ${NETWORK} does not exist`,
    ],
    ['a node', { ...DEPLOY, target: OTHER_NODE, family: 'network' }, {}, `node ${OTHER_NODE} does not exist`],
  ])('%s', (_, raw, changes, message) => {
    expect(refusal(raw, changes)).toEqual({
      word: 'not_found',
      message: `${message}.`,
      hint: 'Nothing was enqueued. --force skips this check.',
    });
    const forced = decided(raw, changes, true);
    expect(forced.rows).not.toBeNull();
    expect(forced.warnings).toContain('--force: whether the objects and nodes exist was not checked');
  });

  test('all that is missing is named at once', () => {
    expect(refusal(FLOAT, { objects: new Map() }).message).toBe(
      `network ${NETWORK} does not exist; interface ${INTERFACE} does not exist.`,
    );
  });

  test('a node is asked for once, whether it is an object or the place to run at', () => {
    const referenced = (raw: object): unknown => referencedObjects(parseEnqueueRequest(raw));
    const blob = {
      operation_type: 'node_blob_op',
      node_uuid: NODE,
      blob_uuid: INSTANCE,
      tasks: ['ensure_local'],
    };
    const both = [
      { typeName: 'NODE', uuid: NODE },
      { typeName: 'BLOB', uuid: INSTANCE },
    ];
    expect(referenced({ ...blob, target: NODE })).toEqual(both);
    expect(referenced({ ...DEPLOY, target: NODE, family: 'network' })).toEqual([
      { typeName: 'NETWORK', uuid: NETWORK },
      { typeName: 'NODE', uuid: NODE },
    ]);
    expect(referenced(DEPLOY)).toEqual([{ typeName: 'NETWORK', uuid: NETWORK }]);
  });

  test('an object that has no table here is known by its state', () => {
    const objects = new Map([[objectKey('NETWORK', NETWORK), { state: null, hasRow: null }]]);
    expect(decided(DEPLOY, { objects }).rows).not.toBeNull();
  });
});

describe('an interface must be where it is said to be', () => {
  test('on that network', () => {
    const place = { networkUuid: OTHER_NODE, instanceUuid: INSTANCE };
    const changes = { interfaces: new Map([[INTERFACE, place]]) };
    expect(refusal(FLOAT, changes)).toEqual({
      word: 'interface_elsewhere',
      message: `Interface ${INTERFACE} is on network ${OTHER_NODE}, not ${NETWORK}. Nothing was enqueued.`,
      hint: 'Name the network and the instance that the interface belongs to; --force skips this check.',
    });
    expect(decided(FLOAT, changes, true).rows).not.toBeNull();
  });

  test('of that instance', () => {
    const attach = {
      operation_type: 'node_inst_net_iface_op',
      ...{ node_uuid: NODE, instance_uuid: INSTANCE, network_uuid: NETWORK, interface_uuid: INTERFACE },
      tasks: ['attach_instance_interface'],
    };
    const objects = new Map(facts().objects).set(objectKey('INSTANCE', INSTANCE), {
      state: 'created',
      hasRow: true,
    });
    const interfaces = new Map([[INTERFACE, { networkUuid: NETWORK, instanceUuid: OTHER_NODE }]]);
    expect(() => decided(attach, { objects, interfaces })).toThrow(
      `of instance ${OTHER_NODE}, not ${INSTANCE}`,
    );
    expect(decided(attach, { objects }).rows).not.toBeNull();
    const nowhereNamed = new Map([[INTERFACE, { networkUuid: OTHER_NODE, instanceUuid: OTHER_NODE }]]);
    expect(refusal(attach, { objects, interfaces: nowhereNamed }).message).toContain(
      `on network ${OTHER_NODE}, not ${NETWORK}, and of instance ${OTHER_NODE}, not ${INSTANCE}`,
    );
  });
});

describe('what it depends on', () => {
  const dependent = { ...DEPLOY, depends_on: [`net_op:${OPERATION}`] };

  test.each([
    ['error', 'has failed'],
    ['abort', 'was aborted'],
    ['deleted', 'is deleted'],
    [null, 'has no state'],
  ])('must be able to complete: %p', (state, words) => {
    expect(refusal(dependent, existing(state))).toEqual({
      word: 'dependency_failed',
      message: expect.stringMatching(
        new RegExp(
          `^net_op ${OPERATION} ${words}.*: what depends on it is aborted, it never runs\\. Nothing`,
        ),
      ),
      hint: 'Leave the dependency out, use --runs-after to wait for its end only, or --force to enqueue all the same.',
    });
    const forced = decided(dependent, existing(state), true);
    expect(forced.warnings.join()).toContain(`--force: net_op ${OPERATION} ${words}`);
    expect(forced.rows).not.toBeNull();
  });

  test.each(['queued', 'executing', 'complete', 'somehow'])('may be %s', (state) => {
    expect(decided(dependent, existing(state)).rows).not.toBeNull();
  });

  test('must exist, forced or not; an end is waited for whatever it was', () => {
    expect(() => decided(dependent, {}, true)).toThrow(`There is no operation net_op ${OPERATION}`);
    const two = { ...DEPLOY, depends_on: [`net_op:${OPERATION}`, `net_op:${NEW}`] };
    expect(refusal(two)).toEqual({
      word: 'not_found',
      message: `There is no operation net_op ${OPERATION}, net_op ${NEW} to wait for.`,
      hint: 'Nothing was enqueued.',
    });
    expect(() => decided({ ...DEPLOY, runs_after: [`net_op:${OPERATION}`] })).toThrow(
      'There is no operation',
    );
    const after = decided({ ...DEPLOY, runs_after: [`net_op:${OPERATION}`] }, existing('error'));
    expect(after.operation?.runsAfter).toEqual([{ op_type: 'net_op', op_uuid: OPERATION }]);
  });
});

describe('a uuid that is taken', () => {
  test('by the same is nothing to do, whatever became of it', () => {
    for (const state of ['queued', 'error', null]) {
      expect(decided({ ...DEPLOY, uuid: OPERATION }, existing(state))).toMatchObject({
        ...{ rows: null, reused: false, createdAt: 1000, warnings: [] },
      });
    }
  });

  test('is never answered with another operation, however equal', () => {
    const candidates = [waiting()];
    expect(decided(REPAIR, { candidates })).toMatchObject({ reused: true, operationUuid: OTHER_NODE });
    expect(decided({ ...REPAIR, uuid: OPERATION }, { candidates })).toMatchObject({
      ...{ reused: false, operationUuid: OPERATION },
    });
    expect(decided({ ...REPAIR, coalesce: false }, { candidates }).reused).toBe(false);
  });

  test('by one that named what it waits for is refused, unless it is named again', () => {
    const first = { ...DEPLOY, uuid: OPERATION, runs_after: [`net_op:${NEW}`] };
    const before = existing('queued', NEW);
    const { rows } = decided(first, before);
    const metadataJson = rows!.cluster_operations[0]!.metadata_json as string;
    const stored = {
      uuid: OPERATION,
      operationType: 'net_op',
      createdAt: 1000,
      state: 'queued',
      metadataJson,
    };
    const there = { operations: new Map([...before.operations!, [OPERATION, stored]]) };
    expect(decided(first, there).rows).toBeNull();
    // What `latest` stood for when it was enqueued cannot be asked any more.
    expect(decided({ ...first, runs_after: ['latest'] }, there).rows).toBeNull();
    expect(decided({ ...first, runs_after: ['latest', `net_op:${NEW}`] }, there).rows).toBeNull();
    expect(refusal({ ...DEPLOY, uuid: OPERATION }, there).message).toContain('differs in runs_after.');
    expect(refusal({ ...DEPLOY, uuid: OPERATION, priority: 'background' }, there).message).toContain(
      'differs in priority, runs_after.',
    );
    expect(refusal({ ...first, runs_after: ['latest'], priority: 'background' }, there).message).toContain(
      'differs in priority.',
    );
  });

  test('by another is refused', () => {
    expect(refusal({ ...DEPLOY, uuid: OPERATION, priority: 'background' }, existing('queued'))).toEqual({
      word: 'uuid_taken',
      message: `Operation ${OPERATION} exists and differs in priority. Nothing was enqueued.`,
      hint: 'Use a new uuid, or repeat exactly what it was made with.',
    });
    expect(() => decided({ ...FLOAT, uuid: OPERATION }, existing('queued'))).toThrow(
      'differs in operation_type',
    );
  });
});

describe('in a list, what was decided before counts', () => {
  const all = (
    raws: object[],
    changes: Partial<BatchFacts> = {},
    stopAtError = false,
  ): (Decision | SfOpsError)[] =>
    decideAll(
      raws.map((raw, index) => ({
        request: parseEnqueueRequest(raw),
        newUuid: NEW.replace(/^a{8}/, String(index).padStart(8, '0')),
      })),
      new Batch(facts(changes), NOW),
      { force: false, stopAtError },
    );
  const uuids = (outcomes: (Decision | SfOpsError)[]): string[] =>
    outcomes.map((outcome) => ('operationUuid' in outcome ? outcome.operationUuid : outcome.word));

  test('the same idempotent work is done once, in a lane that is urgent enough', () => {
    const outcomes = all([REPAIR, REPAIR, { ...REPAIR, priority: 'user_waiting' }, REPAIR, DEPLOY, DEPLOY]);
    const [first, second, urgent, fourth, deploy, again] = uuids(outcomes);
    expect([second, fourth]).toEqual([first, first]);
    expect(urgent).not.toBe(first);
    expect(again).not.toBe(deploy);
  });

  test('not by one that begins later', () => {
    const [first, second] = uuids(all([{ ...REPAIR, delay: 60 }, REPAIR]));
    expect(second).not.toBe(first);
  });

  test('it can be waited for, by uuid, as latest and as pending', () => {
    const [, second, third] = all([
      { ...DEPLOY, uuid: OPERATION },
      { ...DEPLOY, depends_on: [`net_op:${OPERATION}`], runs_after: ['latest'] },
      { ...DEPLOY, runs_after: ['pending'] },
    ]) as Decision[];
    expect(second!.operation).toMatchObject({
      dependsOn: [{ op_uuid: OPERATION }],
      runsAfter: [{ op_uuid: OPERATION }],
    });
    expect(third!.operation!.runsAfter!.map(({ op_uuid }) => op_uuid)).toEqual([
      OPERATION,
      second!.operationUuid,
    ]);
  });

  test('a uuid twice is one operation, and one that fails does not count', () => {
    const bad = { ...DEPLOY, network_uuid: OTHER_NODE, uuid: OPERATION };
    const outcomes = all([bad, { ...DEPLOY, uuid: OPERATION }, { ...DEPLOY, uuid: OPERATION }]);
    expect(uuids(outcomes)).toEqual(['not_found', OPERATION, OPERATION]);
    expect(outcomes.map((outcome) => 'rows' in outcome && outcome.rows !== null)).toEqual([
      false,
      true,
      false,
    ]);
  });

  test('nothing is decided after the first error, where that is asked for', () => {
    const bad = { ...DEPLOY, network_uuid: OTHER_NODE };
    expect(uuids(all([DEPLOY, bad, DEPLOY]))).toHaveLength(3);
    expect(uuids(all([DEPLOY, bad, DEPLOY], {}, true)).slice(1)).toEqual(['not_found']);
    const unreadable = new UsageError('not JSON');
    const options = { force: false, stopAtError: true };
    expect(decideAll([unreadable, unreadable], new Batch(facts(), NOW), options)).toEqual([unreadable]);
  });

  test('what is no error of the request is not taken for one', () => {
    const broken = new Batch(facts({ objects: null as never }), NOW);
    const request = { request: parseEnqueueRequest(DEPLOY), newUuid: NEW };
    expect(() => decideAll([request], broken, { force: false })).toThrow(TypeError);
  });

  test('`pending` and `latest` are what the rows of its own objects say, and only where they are asked for', () => {
    const dependency = (op_uuid: string) => ({ op_type: 'net_op' as const, op_uuid });
    const changes = {
      active: new Map([[objectKey('NETWORK', NETWORK), [dependency(NODE), dependency(OTHER_NODE)]]]),
      latest: new Map([[objectKey('NETWORK', NETWORK), dependency(INSTANCE)]]),
    };
    const after = (runs_after: string[] | undefined, raw: object = DEPLOY): unknown =>
      decided({ ...raw, runs_after }, changes).operation!.runsAfter;
    expect(after(undefined)).toBeNull();
    expect(after(['pending'])).toEqual([dependency(NODE), dependency(OTHER_NODE)]);
    expect(after(['latest'])).toEqual([dependency(INSTANCE)]);
    expect(after(['pending', 'latest'])).toHaveLength(3);
    // The interface of the second has no operation yet.
    expect(after(['latest'], FLOAT)).toEqual([dependency(INSTANCE)]);
    expect(decided({ ...DEPLOY, runs_after: ['latest', 'pending'] }).operation!.runsAfter).toBeNull();
  });

  test('the oldest candidate that can be adopted is, wherever it stands', () => {
    const candidate = fc.record({
      uuid: fc.uuid({ version: 4 }),
      createdAt: fc.nat(5),
      dueAt: fc.constantFrom(null, NOW, NOW + 1),
      state: fc.constantFrom('queued', 'executing'),
    });
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 8 }), (differences) => {
        const candidates = differences.map((difference): Candidate => ({
          ...{ operationType: 'net_op', tasks: REPAIR.tasks, priority: 'user_facing' },
          columns: { network_uuid: NETWORK, node_uuid: null },
          ...difference,
        }));
        const [outcome] = all([REPAIR], { candidates }) as Decision[];
        const usable = candidates.filter(({ dueAt, state }) => dueAt === NOW && state === 'queued');
        expect(outcome!.reused).toBe(usable.length > 0);
        if (usable.length > 0) expect(outcome!.createdAt).toBe(Math.min(...usable.map((c) => c.createdAt)));
        expect(uuids(all([REPAIR], { candidates: [...candidates].reverse() }))).toEqual([
          outcome!.operationUuid,
        ]);
      }),
    );
  });

  test('any list: each is an operation or an error, and no uuid is written twice', () => {
    fc.assert(
      fc.property(fc.array(correctRequest, { maxLength: 6 }), (raws) => {
        const batch = new Batch(facts(), NOW);
        const requests = raws.map((raw, index) => ({
          request: parseEnqueueRequest(raw),
          newUuid: NEW.replace(/^a{8}/, String(index).padStart(8, '0')),
        }));
        const outcomes = decideAll(requests, batch, { force: true });
        const written = outcomes.flatMap((outcome) =>
          'rows' in outcome && outcome.rows !== null ? [outcome.operationUuid] : [],
        );
        expect(outcomes).toHaveLength(raws.length);
        expect(new Set(written).size).toBe(written.length);
        for (const uuid of written) expect(batch.operation(uuid)).not.toBeNull();
      }),
    );
  });
});

describe('names in a request', () => {
  const raw = {
    ...{ operation_type: 'NET_OP', network_uuid: 'web', target: 'sf-1', floating_address: 'web' },
    depends_on: ['net_op:70000001', `net_op:${OPERATION}`, 'net_op:nope', 7],
    runs_after: { op_type: 'node_blob_op', op_uuid: '70000002' },
  };

  test('are found wherever an object, a node or an operation is meant', () => {
    expect(namedReferences(raw)).toEqual([
      { typeName: 'NETWORK', text: 'web' },
      { typeName: 'NODE', text: 'sf-1' },
      { typeName: 'NET_OP', text: '70000001' },
      { typeName: 'NODE_BLOB_OP', text: '70000002' },
    ]);
    expect(namedReferences(DEPLOY)).toEqual([]);
    expect(namedReferences({ ...DEPLOY, target: 'networknode', runs_after: 'latest' })).toEqual([]);
    expect(namedReferences([raw])).toEqual([]);
  });

  test('are not made up where nothing is named', () => {
    const untouched = [
      null,
      'text',
      { operation_type: 'of_tomorrow_op', target: 'sf-1' },
      { ...DEPLOY, network_uuid: '', depends_on: null, runs_after: undefined, target: 'ANY' },
      { ...DEPLOY, network_uuid: 7 },
    ];
    for (const one of untouched) expect(withReferences(one, () => 'resolved')).toBe(one);
    const strange = {
      ...DEPLOY,
      depends_on: ['nope:70000001', 'net_op:', 'net_op', { op_type: 7, op_uuid: 'x' }],
    };
    expect(withReferences(strange, () => 'resolved')).toEqual(strange);
    const whole = {
      ...DEPLOY,
      depends_on: [{ op_type: 'nope', op_uuid: '70000001' }, { op_type: 'net_op' }, null],
    };
    expect(withReferences(whole, () => 'resolved')).toEqual(whole);
  });

  test('are replaced, and nothing else is', () => {
    expect(withReferences(raw, ({ text }) => `<${text}>`)).toEqual({
      ...raw,
      ...{ network_uuid: '<web>', target: '<sf-1>' },
      depends_on: ['net_op:<70000001>', `net_op:${OPERATION}`, 'net_op:nope', 7],
      runs_after: { op_type: 'node_blob_op', op_uuid: '<70000002>' },
    });
  });
});

describe('a request that means the same whatever was enqueued before it', () => {
  test.each<[string, unknown, boolean]>([
    ['work that is never adopted', DEPLOY, true],
    ['work that may be adopted', REPAIR, false],
    ['in capitals', { ...REPAIR, tasks: ['NETWORK_ENSURE_MESH'] }, false],
    ['beside other work', { ...REPAIR, tasks: ['network_deploy', 'network_ensure_mesh'] }, false],
    ['that wants its own', { ...REPAIR, coalesce: false }, true],
    ['of a type without such work', { ...FLOAT, tasks: ['network_ensure_mesh'] }, true],
    [
      'of a type that is not known',
      { operation_type: 'of_tomorrow_op', tasks: ['network_ensure_mesh'] },
      true,
    ],
    ['without tasks', { ...REPAIR, tasks: 'network_ensure_mesh' }, true],
    ['with a uuid', { ...DEPLOY, uuid: OPERATION }, false],
    ['that waits for one to complete', { ...DEPLOY, depends_on: [] }, false],
    ['that waits for one to end', { ...DEPLOY, runs_after: ['latest'] }, false],
    ['with nothing in these', { ...DEPLOY, uuid: null, depends_on: null, runs_after: undefined }, true],
    ['no request at all', 'text', true],
  ])('%s: %p', (_, raw, stands) => {
    expect(standsAlone(raw)).toBe(stands);
  });
});
