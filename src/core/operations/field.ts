import type { ObjectTypeName } from '../object-types.js';

/** How a field's value is read, checked and kept. */
export type FieldKind = 'uuid' | 'ip' | 'mac' | 'url' | 'text' | 'object-list' | 'snapshot-list';

interface Meaning {
  kind: FieldKind;
  /** What a uuid names, for the check that it exists. */
  objectType?: ObjectTypeName;
  /** The greatest length of a text or url, in characters. */
  longest?: number;
  help: string;
}

/** Every field that any operation type has: a name means the same wherever it stands. */
const MEANINGS = {
  namespace: { kind: 'text', longest: 255, help: 'namespace that the artifact belongs to' },
  url: { kind: 'url', longest: 4096, help: 'where to fetch the image from' },
  artifact_uuid: { kind: 'uuid', objectType: 'ARTIFACT', help: 'artifact that the image becomes' },
  instance_uuid: { kind: 'uuid', objectType: 'INSTANCE', help: 'instance to work on' },
  node_uuid: { kind: 'uuid', objectType: 'NODE', help: 'node that does the work' },
  blob_uuid: { kind: 'uuid', objectType: 'BLOB', help: 'blob to work on' },
  cache_path: { kind: 'text', longest: 4096, help: 'path of the cached image on the node' },
  transcode_description: { kind: 'text', longest: 255, help: 'what the transcoded image is for' },
  network_uuid: { kind: 'uuid', objectType: 'NETWORK', help: 'network to work on' },
  interface_uuid: { kind: 'uuid', objectType: 'INTERFACE', help: 'network interface to work on' },
  ip: { kind: 'ip', help: 'IP address' },
  mac_address: { kind: 'mac', help: 'MAC address of the lease' },
  floating_address: { kind: 'ip', help: 'floating IP address' },
  inner_address: { kind: 'ip', help: 'IP address on the network that the floating one leads to' },
  agentoperation_uuid: { kind: 'uuid', objectType: 'AGENTOPERATION', help: 'agent operation to work on' },
  net_desc: { kind: 'object-list', help: 'network descriptions, a JSON list of objects' },
  snapshots: {
    kind: 'snapshot-list',
    help: 'snapshots to take, a JSON list of {disk, artifact_uuid, blob_uuid, thin}',
  },
} as const satisfies Record<string, Meaning>;

export type FieldName = keyof typeof MEANINGS;

/** The fields that name an object. */
export type ReferenceFieldName = {
  [N in FieldName]: (typeof MEANINGS)[N] extends { objectType: string } ? N : never;
}[FieldName];

/** The fields that can be targets. `node_uuid` is where the work runs, and never one (operations contract, section 1). */
export type TargetFieldName = Exclude<ReferenceFieldName, 'node_uuid'>;

export interface Field<N extends FieldName = FieldName> {
  /** The key in the stored JSON and in a line of `enqueue --file`. */
  readonly name: N;
  /** The option of `sf-ops enqueue`. */
  readonly option: string;
  readonly kind: FieldKind;
  readonly help: string;
  readonly required: boolean;
  /** True for a field that follows from the queue, and that nobody chooses. */
  readonly derived: boolean;
  readonly objectType: ObjectTypeName | null;
  readonly longest: number;
  /** The version of its type's stored form that brought it. */
  readonly since: number;
}

export function required<N extends FieldName>(name: N): Field<N> {
  return field(name, { required: true, derived: false, since: 1 });
}

export function optional<N extends FieldName>(name: N, since = 1): Field<N> {
  return field(name, { required: false, derived: false, since });
}

export function derived<N extends FieldName>(name: N, since = 1): Field<N> {
  return field(name, { required: false, derived: true, since });
}

/** What a target's uuid names: the label of `cluster_operation_targets.target_object_type`. */
export function objectTypeOfTarget(name: TargetFieldName): ObjectTypeName {
  return MEANINGS[name].objectType;
}

function field<N extends FieldName>(name: N, use: Pick<Field, 'required' | 'derived' | 'since'>): Field<N> {
  const meaning: Meaning = MEANINGS[name];
  return {
    name,
    option: `--${name.replaceAll('_', '-')}`,
    kind: meaning.kind,
    help: meaning.help,
    ...use,
    objectType: meaning.objectType ?? null,
    longest: meaning.longest ?? Infinity,
  };
}
