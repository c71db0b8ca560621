import { isUtf8 } from 'node:buffer';
import { parseJson } from '../../core/json.js';
import { readShape, type ColumnShape } from './shape.js';
import type { StoredValue } from './values.js';

/*
 * A backup is NDJSON: a header, a line for each value, and a trailer with the checksum of every byte before it. A long
 * value takes several lines, all but the last of which say that there is more.
 */

/** The first line: whose values these are, and how to make the column again. */
export interface BackupHeader {
  format: 'sf-ops-column-backup';
  format_version: 2;
  database: string;
  table: string;
  column: string;
  shape: ColumnShape;
  /** The column before it; null if it was the first. */
  after: string | null;
  /** Of the table in Shaken Fist's ledger when the backup was taken. */
  version: number;
  /** Unix seconds, the server's clock. */
  taken_at: number;
}

/** The last line. */
export interface BackupTrailer {
  rows: number;
  sha256: string;
}

/** What a line holds of a value; `object_type` and `object_uuid` stand in its first line only. */
export interface ValueLine {
  object_type?: string;
  object_uuid?: string;
  value: string;
  more?: true;
}

/** Bytes of a value in one line: at most six bytes of JSON each. */
export const PART_BYTES = 256 * 1024;
/** No line of a backup is longer. */
export const LONGEST_LINE = 2 << 20;

const FORMAT = 'sf-ops-column-backup';

/** @throws NotTextError for a value that could not be put back byte by byte */
export function* valueLines({ objectType, objectUuid, bytes }: StoredValue): Iterable<string> {
  if (!isUtf8(bytes)) throw new NotTextError(`${objectType} ${objectUuid}`);
  for (let start = 0, end: number; ; start = end) {
    end = partEnd(bytes, start);
    const line: ValueLine = {
      ...(start === 0 ? { object_type: objectType, object_uuid: objectUuid } : {}),
      value: bytes.toString('utf8', start, end),
      ...(end < bytes.length ? { more: true } : {}),
    };
    yield `${JSON.stringify(line)}\n`;
    if (end === bytes.length) return;
  }
}

/** No part ends within a character. */
function partEnd(bytes: Buffer, start: number): number {
  let end = Math.min(start + PART_BYTES, bytes.length);
  while (end < bytes.length && (bytes[end]! & 0xc0) === 0x80) end -= 1;
  return end;
}

/** The value of a row is no valid UTF-8: somebody has put bytes into the column that its character set does not have. */
export class NotTextError extends Error {
  constructor(row: string) {
    super(`the value of ${row} is not valid text`);
  }
}

/** Null for anything but a header of this format. */
export function parseHeader(line: Buffer): BackupHeader | null {
  const given = parseJson(line.toString('utf8')) as Partial<Record<keyof BackupHeader, unknown>> | undefined;
  if (given?.format !== FORMAT || given.format_version !== 2) return null;
  const { database, table, column, after, version, taken_at: takenAt } = given;
  const shape = readShape(given.shape);
  const isWhole =
    [database, table, column].every((name) => typeof name === 'string') &&
    (after === null || typeof after === 'string') &&
    typeof version === 'number' &&
    typeof takenAt === 'number';
  return shape !== null && isWhole ? { ...(given as unknown as BackupHeader), shape } : null;
}

export function parseValueLine(line: Buffer): ValueLine | null {
  const given = parseJson(line.toString('utf8')) as Partial<Record<keyof ValueLine, unknown>> | undefined;
  if (typeof given?.value !== 'string' || ![undefined, true].includes(given.more as undefined)) return null;
  const { object_type: type, object_uuid: uuid } = given;
  const isFirst =
    typeof type === 'string' && typeof uuid === 'string' && type.length <= 64 && uuid.length <= 36;
  return isFirst || (type === undefined && uuid === undefined) ? (given as ValueLine) : null;
}

export function parseTrailer(line: Buffer): BackupTrailer | null {
  const given = parseJson(line.toString('utf8')) as Partial<Record<keyof BackupTrailer, unknown>> | undefined;
  const isTrailer = typeof given?.rows === 'number' && typeof given.sha256 === 'string';
  return isTrailer ? (given as unknown as BackupTrailer) : null;
}
