import fc from 'fast-check';
import { OPERATION_TYPES } from '../../../src/core/operations/catalogue.js';
import type { FieldKind } from '../../../src/core/operations/field.js';
import type { OperationType } from '../../../src/core/operations/operation-type.js';
import { PRIORITY_NAMES } from '../../../src/core/operations/priority.js';

export const NETWORK = '11111111-1111-4111-8111-111111111111';
export const INTERFACE = '22222222-2222-4222-8222-222222222222';
export const INSTANCE = '33333333-3333-4333-8333-333333333333';
export const NODE = '44444444-4444-4444-8444-444444444444';
export const OTHER_NODE = '55555555-5555-4555-8555-555555555555';
export const OPERATION = '99999999-9999-4999-8999-999999999999';

const uuid = fc.uuid({ version: 4 });
const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', ' ', '/', 'é', '😀'),
  minLength: 1,
  maxLength: 20,
});

/** Correct values for each kind of field. */
const VALUES: Readonly<Record<FieldKind, fc.Arbitrary<unknown>>> = {
  uuid,
  ip: fc.oneof(fc.ipV4(), fc.ipV6()),
  mac: fc.constantFrom('02:00:00:5e:10:7f', '02:00:00:5E:10:7F'),
  url: fc.webUrl(),
  text,
  'object-list': fc.array(fc.dictionary(text, text), { maxLength: 3 }),
  'snapshot-list': fc.array(
    fc.record({ disk: fc.dictionary(text, text), artifact_uuid: uuid, blob_uuid: uuid, thin: fc.boolean() }),
    { minLength: 1, maxLength: 3 },
  ),
};

/** Correct requests of every type, in the form of a line of `enqueue --file`. */
export const correctRequest = fc.constantFrom(...OPERATION_TYPES).chain(correctRequestOf);

function correctRequestOf(type: OperationType): fc.Arbitrary<Record<string, unknown>> {
  const chosen = type.fields.filter((field) => !field.derived);
  const dependencies = fc
    .uniqueArray(uuid, { maxLength: 3 })
    .map((uuids) => uuids.map((id) => `node_blob_op:${id}`));
  return fc.record(
    {
      operation_type: fc.constant(type.value),
      tasks: fc.shuffledSubarray([...type.tasks], { minLength: 1 }),
      priority: fc.constantFrom(...PRIORITY_NAMES),
      depends_on: dependencies,
      runs_after: dependencies,
      request_id: text,
      uuid,
      delay: fc.nat(3600),
      ...Object.fromEntries(chosen.map((field) => [field.name, VALUES[field.kind]])),
    },
    {
      requiredKeys: [
        'operation_type',
        'tasks',
        ...chosen.filter((field) => field.required).map((field) => field.name),
      ] as ['operation_type', 'tasks'],
    },
  );
}
