import { describe, expect, test } from '@jest/globals';
import type { Activity, AuditFacts, Leftovers, TargetObject } from '../../../src/audit/rules/facts.js';
import type { Json } from '../../../src/core/json.js';
import { FLOATING_NETWORK } from '../../../src/core/gate/network.js';
import { NOW, OPERATION, OTHER, state, workRow } from '../../core/operations/records.js';
import {
  accused,
  active,
  activity,
  audit,
  facts,
  FRESH,
  NETWORK,
  SETTLED,
  stray,
  target,
} from './activity.js';

const { header } = active().record;

function withLeftovers(all: AuditFacts, more: Partial<Leftovers>): AuditFacts {
  const nothing = { headersWithoutState: [], statesWithoutHeader: [], targetsWithoutOperation: [] };
  return { ...all, leftovers: { value: { ...nothing, ...more } } };
}

describe('target rows that an active operation lacks', () => {
  const lacking = (fields: Record<string, Json>, more: Parameters<typeof active>[0] = {}) => {
    const stored = { ...header!.stored, fields };
    return activity([active({ type: 'net_iface_op', header: { ...header!, stored }, ...more })]);
  };
  const [network, iface] = [NETWORK, '22222222-2222-4222-8222-222222222222'];
  const both = { network_uuid: network, interface_uuid: iface };

  test('are named, object by object', () => {
    expect(audit('missing-targets', lacking(both)).subjects).toMatchObject([
      {
        ...{ type: 'net_iface_op', uuid: OPERATION, name: null },
        detail: `no target row for network/${network}, interface/${iface}`,
        evidence: {
          missing: [
            { object_type: 'network', uuid: network },
            { object_type: 'interface', uuid: iface },
          ],
        },
      },
    ]);
  });

  test('cannot be written before the key of every target: the migration comes first', () => {
    const { activity: of } = lacking(both) as { activity: { value: Activity } };
    const all = facts({ activity: { value: { ...of.value, oneTargetOnly: true } } });
    expect(audit('missing-targets', all).subjects[0]!.remedy).toBe('sf-ops migrate plan');
    expect(audit('missing-targets', lacking(both)).subjects[0]!.remedy).toContain('--fix missing-targets');
  });

  test('are those that are not there, of that type and that object', () => {
    const rows = (...targets: ReturnType<typeof target>[]) =>
      accused('missing-targets', lacking(both, { targets }));
    expect(rows(target('network', network), target('interface', iface))).toEqual([]);
    expect(rows(target('network', network))).toEqual([`no target row for interface/${iface}`]);
    expect(rows(target('network', iface), target('interface', iface))).toEqual([
      `no target row for network/${network}`,
    ]);
    expect(rows(target('instance', network), target('interface', iface))).toHaveLength(1);
  });

  test('are not asked of fields that hold no uuid, of types that are not known, or without a header', () => {
    expect(accused('missing-targets', lacking({ network_uuid: 7, interface_uuid: 'x' }))).toEqual([]);
    expect(accused('missing-targets', lacking(both, { type: 'a_new_op' }))).toEqual([]);
    expect(accused('missing-targets', lacking(both, { header: null }))).toEqual([]);
  });

  test('may be on their way for a while', () => {
    const made = (createdAt: number) => {
      const stored = { ...header!.stored, fields: both };
      return accused('missing-targets', lacking(both, { header: { ...header!, stored, createdAt } }));
    };
    expect([made(FRESH).length, made(SETTLED).length]).toEqual([0, 1]);
  });
});

describe('a header without a state', () => {
  test('shows by its work row', () => {
    const found = (more: Parameters<typeof stray>[0]) => audit('header-without-state', stray(more)).subjects;
    expect(found({ hasHeader: true })).toMatchObject([
      { type: 'net_op', uuid: OTHER, name: null, detail: 'a work row and a header, no state' },
    ]);
    expect(found({ hasHeader: false })).toEqual([]);
    expect(found({ hasHeader: true, state: 'complete' })).toEqual([]);
    expect(found({ hasHeader: true, operation: null })).toEqual([]);
    expect(found({ hasHeader: true, queuedAt: FRESH })).toEqual([]);
  });

  test('shows in a pass over the table, and is named once', () => {
    const left = (uuid: string, since: number) => ({ type: 'net_op', uuid, state: null, since });
    const all = withLeftovers(stray({ hasHeader: true }), {
      headersWithoutState: [left(OTHER, SETTLED), left(OPERATION, SETTLED), left(NETWORK, FRESH)],
    });
    expect(audit('header-without-state', all).subjects).toMatchObject([
      { type: 'net_op', uuid: OTHER, name: null, detail: 'a work row and a header, no state' },
      { type: 'net_op', uuid: OPERATION, name: null, detail: 'a header, no state' },
    ]);
    const unseen = { ...stray({ hasHeader: true }), leftovers: { unknown: 'too long' } };
    expect(audit('header-without-state', unseen).subjects).toHaveLength(1);
  });
});

describe('a state without a header', () => {
  test('shows where it is active', () => {
    const headless = (since: number) => active({ header: null, state: state('queued', { since }) });
    expect(audit('state-without-header', activity([headless(SETTLED)])).subjects).toMatchObject([
      {
        ...{ type: 'net_op', uuid: OPERATION, name: null, detail: 'queued, no header' },
        evidence: { state: 'queued' },
      },
    ]);
    expect(accused('state-without-header', activity([headless(FRESH)]))).toEqual([]);
    expect(accused('state-without-header', activity([active()]))).toEqual([]);
    expect(accused('state-without-header', activity([active({ header: null, state: null })]))).toEqual([]);
  });

  test('shows in a pass over the table, and is named once', () => {
    const left = (uuid: string, since: number, value: string | null) => ({
      type: 'net_op',
      uuid,
      state: value,
      since,
    });
    const all = withLeftovers(activity([active({ header: null })]), {
      statesWithoutHeader: [
        left(OPERATION, 0, 'queued'),
        left(OTHER, SETTLED, null),
        left(NETWORK, FRESH, 'error'),
      ],
    });
    expect(
      audit('state-without-header', all).subjects.map(({ uuid, detail, evidence }) => [
        uuid,
        detail,
        evidence,
      ]),
    ).toEqual([
      [OPERATION, 'queued, no header', { state: 'queued' }],
      [OTHER, 'no value, no header', { state: null }],
    ]);
    const named = withLeftovers(activity([]), { statesWithoutHeader: [left(OTHER, SETTLED, 'complete')] });
    expect(audit('state-without-header', named).subjects).toMatchObject([
      { type: 'net_op', name: null, detail: 'complete, no header' },
    ]);
    const unseen = { ...activity([active({ header: null })]), leftovers: { unknown: 'too long' } };
    expect(audit('state-without-header', unseen).subjects).toHaveLength(1);
  });
});

describe('a work row without an operation', () => {
  const found = (more: Parameters<typeof stray>[0] = {}) =>
    audit('work-without-operation', stray(more)).subjects;
  const queue = 'networknode-clusteroperation-user_facing';

  test('tells what it names', () => {
    expect(found()).toMatchObject([
      {
        ...{
          type: 'work_row',
          uuid: OTHER,
          name: '1',
          detail: `in ${queue}: ${OTHER} does not exist`,
        },
        evidence: { id: 1, queue_name: queue, operation_uuid: OTHER },
      },
    ]);
    expect(found({ state: 'complete' })[0]!.detail).toBe(
      `in ${queue}: ${OTHER} is complete and has no header`,
    );
    expect(found({ operation: null })).toMatchObject([
      {
        ...{ type: 'work_row', uuid: null, name: '1', detail: `in ${queue}: its payload names no operation` },
        evidence: { id: 1, queue_name: queue, operation_uuid: null },
      },
    ]);
  });

  test('is accused once it is old enough, and nobody has just taken it', () => {
    expect(found({ hasHeader: true })).toEqual([]);
    expect(found({ queuedAt: FRESH })).toEqual([]);
    expect(found({ row: workRow({ claimedAt: FRESH }) })).toEqual([]);
    expect(found({ row: workRow({ claimedAt: SETTLED }) })).toHaveLength(1);
  });
});

test('target rows that are left are counted by operation', () => {
  const row = (uuid: string, createdAt: number) => ({
    ...{ sequenceNumber: 1, operation: { uuid, type: 'net_op' }, createdAt },
    object: { type: 'network', uuid: NETWORK },
  });
  const all = withLeftovers(facts(), {
    targetsWithoutOperation: [row(OTHER, SETTLED), row(OPERATION, 0), row(OTHER, 0), row(OTHER, FRESH)],
  });
  expect(audit('targets-without-operation', all).subjects).toMatchObject([
    { type: 'net_op', uuid: OTHER, name: null, detail: '2 target rows', evidence: { rows: 2 } },
    { type: 'net_op', uuid: OPERATION, name: null, detail: '1 target row', evidence: { rows: 1 } },
  ]);
});

describe('an object that is gone', () => {
  const known = (more: Partial<TargetObject>, operation: Parameters<typeof active>[0] = {}) => {
    const object = { type: 'network', uuid: NETWORK, name: 'web', state: 'created', hasRow: true, ...more };
    const targets = [target('network', object.uuid)];
    return activity([active({ targets, ...operation })], {
      objects: new Map([[`network ${object.uuid}`, object]]),
    });
  };
  const found = (more: Partial<TargetObject>, operation = {}) =>
    accused('object-gone', known(more, operation));

  test.each<[string, Partial<TargetObject>, string[]]>([
    ['created', {}, []],
    ['deleted', { state: 'deleted' }, ['network/web is deleted']],
    ['deleted for good', { state: 'hard-deleted' }, ['network/web is hard-deleted']],
    ['without a state, with a row', { state: null }, []],
    ['without a state or a row', { state: null, hasRow: false }, ['network/web is not on record']],
    [
      'without a state, of a type without a table',
      { state: null, hasRow: null },
      ['network/web is not on record'],
    ],
    ['without a row', { hasRow: false }, []],
    ['without a name', { state: 'deleted', name: null }, [`network/${NETWORK} is deleted`]],
    ['the floating network', { state: 'deleted', uuid: FLOATING_NETWORK }, []],
  ])('%s', (_, more, expected) => {
    expect(found(more)).toEqual(expected);
  });

  test('each is named, for scripts too', () => {
    const gone = (type: string) => ({ type, uuid: NETWORK, name: null, state: null, hasRow: false });
    const all = activity([active({ targets: [target('network', NETWORK), target('blob', NETWORK)] })], {
      objects: new Map([
        [`network ${NETWORK}`, gone('network')],
        [`blob ${NETWORK}`, gone('blob')],
      ]),
    });
    expect(audit('object-gone', all).subjects).toMatchObject([
      {
        detail: `network/${NETWORK} is not on record, blob/${NETWORK} is not on record`,
        evidence: {
          objects: [
            { object_type: 'network', uuid: NETWORK, state: null },
            { object_type: 'blob', uuid: NETWORK, state: null },
          ],
        },
      },
    ]);
  });

  test('matters to operations that work on it and are old enough', () => {
    const gone = { state: 'deleted' };
    expect(found(gone, { targets: [target('network', NETWORK, { observational: true })] })).toEqual([]);
    expect(found(gone, { targets: [target('network', OTHER)] })).toEqual([]);
    expect(found(gone, { state: state('queued', { since: FRESH }) })).toEqual([]);
    expect(found(gone, { header: { ...header!, createdAt: FRESH } })).toEqual([]);
    expect(found(gone, { header: null })).toHaveLength(1);
  });
});

test('a state that is not known is told with its age', () => {
  const odd = (value: string | null, since: number) => ({ type: 'net_op', uuid: OTHER, state: value, since });
  const all = facts({
    unknownStates: { value: [odd('paused', NOW - 60), odd(null, SETTLED), odd('x', FRESH)] },
  });
  expect(audit('unknown-state', all).subjects).toMatchObject([
    {
      ...{ type: 'net_op', uuid: OTHER, name: null, detail: '"paused" for 1m00s' },
      evidence: { state: 'paused', since: NOW - 60 },
    },
    {
      ...{ type: 'net_op', uuid: OTHER, name: null, detail: 'no value for 30s' },
      evidence: { state: null, since: SETTLED },
    },
  ]);
});

describe('a time in the future', () => {
  const found = (more: Parameters<typeof active>[0]) => accused('future-time', activity([active(more)]));
  const DAY = 86_400;

  test('clocks may differ by a minute', () => {
    expect(found({ state: state('queued', { since: NOW + 60 }) })).toEqual([]);
    expect(found({ state: state('queued', { since: NOW + 61 }) })).toEqual(['update_time in 1m01s']);
    expect(found({ header: { ...header!, createdAt: NOW + 61 } })).toEqual(['created_at in 1m01s']);
    expect(found({ work: { value: [workRow({ claimedAt: NOW + 61 })] } })).toEqual(['claimed_at in 1m01s']);
  });

  test('work may be put off for a day', () => {
    expect(found({ work: { value: [workRow({ scheduledAt: NOW + DAY })] } })).toEqual([]);
    expect(found({ work: { value: [workRow({ scheduledAt: NOW + DAY + 3600 })] } })).toEqual([
      'scheduled_at in 1d01h',
    ]);
  });

  test('without a header the first target tells when it was made; what is not there is no time', () => {
    const targets = [target('network', NETWORK, { createdAt: NOW + 90 })];
    expect(found({ header: null, targets })).toEqual(['created_at in 1m30s']);
    expect(found({ targets })).toEqual([]);
    expect(found({ header: null, state: null, work: { unknown: 'too long' } })).toEqual([]);
  });

  test('all of them are told, for scripts by their column', () => {
    const more = {
      header: { ...header!, createdAt: NOW + 120 },
      state: state('queued', { since: NOW + 180 }),
    };
    expect(audit('future-time', activity([active(more)])).subjects).toMatchObject([
      {
        ...{ type: 'net_op', uuid: OPERATION, detail: 'created_at in 2m00s, update_time in 3m00s' },
        evidence: { created_at: NOW + 120, update_time: NOW + 180 },
      },
    ]);
  });
});
