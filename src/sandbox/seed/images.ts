import type { Uuid } from '../../core/uuid.js';
import { stateRow, type MadeUpObject, type RowsByTable } from './made-up.js';

/** What images consist of in the made-up cluster, and a command for an instance's agent. */
export const IMAGES = {
  debian: '50000001-0000-4000-8000-000000000001',
  fedora: '50000002-0000-4000-8000-000000000002',
  snapshot: '50000003-0000-4000-8000-000000000003',
  debianBlob: '60000001-0000-4000-8000-000000000001',
  snapshotBlob: '60000002-0000-4000-8000-000000000002',
  agentCommand: '80000001-0000-4000-8000-000000000001',
} as const satisfies Record<string, Uuid>;

export const madeUpImages: readonly MadeUpObject[] = [
  {
    object_type: 'artifact',
    uuid: IMAGES.debian,
    name: null,
    state: 'created',
    shows: 'the image debian:12',
  },
  { object_type: 'artifact', uuid: IMAGES.fedora, name: null, state: 'error', shows: 'an image that failed' },
  {
    object_type: 'artifact',
    uuid: IMAGES.snapshot,
    name: null,
    state: 'created',
    shows: 'a snapshot of web-1',
  },
  {
    object_type: 'blob',
    uuid: IMAGES.debianBlob,
    name: null,
    state: 'created',
    shows: 'debian:12, the bytes',
  },
  {
    object_type: 'blob',
    uuid: IMAGES.snapshotBlob,
    name: null,
    state: 'created',
    shows: 'the snapshot, the bytes',
  },
  {
    object_type: 'agentoperation',
    uuid: IMAGES.agentCommand,
    name: null,
    state: 'preflight',
    shows: 'a command for the agent in web-1',
  },
];

/** Their own tables are of no concern to sf-ops: what counts is their state. @param now unix seconds */
export function imageRows(now: number): RowsByTable {
  return { object_states: madeUpImages.map((object) => stateRow(object, now - 3600)) };
}
