import { isRecord, jsonOrText, type Json } from '../json.js';
import { readText, shown, type Parsed } from '../parsed-value.js';
import { isVersion4, parseUuid, type Uuid } from '../uuid.js';
import type { Field } from './field.js';
import { isBareImageName } from './image-name.js';
import { canonicalIp, canonicalMac } from './network-address.js';

/** A worker reads its JSON by recursion; nothing that Shaken Fist writes comes near this depth. */
const DEEPEST_NESTING = 32;

/** Reads one value of a field, given as text or as JSON, into the form that Shaken Fist stores. Never throws. */
export function readFieldValue(field: Field, value: unknown): Parsed<Json> {
  switch (field.kind) {
    case 'uuid':
      return readUuid4(value);
    case 'ip':
      return readIp(value);
    case 'mac':
      return readMac(value);
    case 'url':
      return readUrl(value, field.longest);
    case 'text':
      return readText(value, field.longest);
    case 'object-list':
      return readObjects(value);
    case 'snapshot-list':
      return readSnapshots(value);
  }
}

/** A version 4 uuid, dashed or undashed; kept dashed and lower-case. Shaken Fist accepts no other version. */
export function readUuid4(value: unknown): Parsed<Uuid> {
  const uuid = typeof value === 'string' ? parseUuid(value) : null;
  if (uuid === null) {
    return { problem: `${shown(value)} is not a uuid (32 hexadecimal digits, with or without dashes)` };
  }
  if (!isVersion4(uuid)) {
    return { problem: `${shown(uuid)} is a uuid, but not of version 4, the only one that is allowed` };
  }
  return { value: uuid };
}

function readIp(value: unknown): Parsed<string> {
  const address = typeof value === 'string' ? canonicalIp(value) : null;
  if (address !== null) return { value: address };
  return { problem: `${shown(value)} is not an IP address (10.0.0.7, or 2001:db8::7)` };
}

function readMac(value: unknown): Parsed<string> {
  const address = typeof value === 'string' ? canonicalMac(value) : null;
  if (address !== null) return { value: address };
  return { problem: `${shown(value)} is not a MAC address (six pairs such as 02:00:00:5e:10:7f)` };
}

/** Any scheme, for Shaken Fist has its own (`sf://…`), or the bare name of an image. Kept as given, not normalised. */
function readUrl(value: unknown, longest: number): Parsed<string> {
  const text = readText(value, longest);
  if ('problem' in text || isBareImageName(text.value)) return text;
  if (!/\s/.test(text.value) && URL.canParse(text.value)) return text;
  return { problem: `${shown(value)} is not a URL (https://…) or the name of an image (debian:12)` };
}

function readObjects(value: unknown): Parsed<readonly Readonly<Record<string, Json | undefined>>[]> {
  const list = readJsonText(value);
  if (!Array.isArray(list) || !list.every(isRecord)) {
    return { problem: `${shown(value)} is not a JSON list of objects` };
  }
  const problem = unstorable(list, 0);
  return problem === null ? { value: list as Readonly<Record<string, Json>>[] } : { problem };
}

function readSnapshots(value: unknown): Parsed<Json> {
  const list = readObjects(value);
  if ('problem' in list) return list;
  if (list.value.length === 0) return { problem: 'is an empty list' };
  const snapshots: Json[] = [];
  for (const [index, item] of list.value.entries()) {
    const { disk, thin, artifact_uuid, blob_uuid, ...rest } = item;
    const where = `item ${index + 1}:`;
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined) {
      return {
        problem: `${where} ${shown(unknown)} is not a key (allowed: disk, artifact_uuid, blob_uuid, thin)`,
      };
    }
    if (!isRecord(disk)) return { problem: `${where} disk is ${shown(disk)}, not an object` };
    if (typeof thin !== 'boolean') return { problem: `${where} thin is ${shown(thin)}, not true or false` };
    const artifact = readUuid4(artifact_uuid);
    if ('problem' in artifact) return { problem: `${where} artifact_uuid ${artifact.problem}` };
    const blob = readUuid4(blob_uuid);
    if ('problem' in blob) return { problem: `${where} blob_uuid ${blob.problem}` };
    snapshots.push({ disk, artifact_uuid: artifact.value, blob_uuid: blob.value, thin });
  }
  return { value: snapshots };
}

/** An option's value is text; a line of `--file` is JSON already. Text that is not JSON is returned as it is. */
function readJsonText(value: unknown): unknown {
  return typeof value === 'string' ? jsonOrText(value) : value;
}

/** What in a JSON value could not be stored as it was meant, or null. */
function unstorable(value: unknown, depth: number): string | null {
  if (depth > DEEPEST_NESTING) return `is nested more than ${DEEPEST_NESTING} levels deep`;
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return `holds the number ${value}, too large to be kept exactly; give it as text`;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const item of Object.values(value)) {
    const problem = unstorable(item, depth + 1);
    if (problem !== null) return problem;
  }
  return null;
}
