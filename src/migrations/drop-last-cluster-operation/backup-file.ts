import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { RefusedError } from '../../core/errors.js';
import type { Fingerprint, StoredValue } from './values.js';

/** The first line of a backup: whose values these are, and how to make the column again. */
export interface BackupHeader {
  format: 'sf-ops-column-backup';
  format_version: 1;
  database: string;
  table: string;
  column: string;
  /** As SQL: `text CHARACTER SET … NULL DEFAULT NULL`. */
  definition: string;
  after: string | null;
  /** Of the table in Shaken Fist's ledger. */
  version: number | null;
  /** Unix seconds, the server's clock. */
  taken_at: number;
  fingerprint: Fingerprint;
}

/** The last line; `sha256` is of every byte before it. */
interface BackupTrailer {
  rows: number;
  sha256: string;
}

export interface WrittenBackup {
  file: string;
  rows: number;
  sha256: string;
}

/**
 * Writes a backup: NDJSON, readable by its owner only, on the disk before it gets its name. A run that is killed leaves
 * no file of that name.
 *
 * @throws RefusedError if the file system does not let us
 */
export async function writeBackup(
  file: string,
  header: BackupHeader,
  pages: AsyncIterable<readonly StoredValue[]>,
): Promise<WrittenBackup> {
  const partial = `${file}.partial`;
  try {
    const handle = await open(partial, 'w', 0o600);
    let trailer: BackupTrailer;
    try {
      trailer = await writeLines(handle, header, pages);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
    await syncFolder(dirname(resolve(file)));
    return { file, ...trailer };
  } catch (error) {
    await rm(partial, { force: true });
    if (!isFileError(error)) throw error;
    throw new RefusedError(`The backup cannot be written: ${error.message}. Nothing was dropped.`, {
      word: 'backup_failed',
      cause: error,
    });
  }
}

async function writeLines(
  handle: FileHandle,
  header: BackupHeader,
  pages: AsyncIterable<readonly StoredValue[]>,
): Promise<BackupTrailer> {
  const hash = createHash('sha256');
  const append = async (text: string): Promise<void> => {
    hash.update(text);
    await handle.appendFile(text);
  };
  let rows = 0;
  await append(`${JSON.stringify(header)}\n`);
  for await (const page of pages) {
    rows += page.length;
    await append(page.map((value) => `${JSON.stringify(value)}\n`).join(''));
  }
  const trailer = { rows, sha256: hash.digest('hex') };
  await handle.appendFile(`${JSON.stringify(trailer)}\n`);
  return trailer;
}

/** The new name itself must survive a power failure. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Reads a backup to its end and checks it.
 *
 * @returns null if there is no such file
 * @throws RefusedError if it is not a backup, or not as it was written
 */
export async function inspectBackup(file: string): Promise<(BackupHeader & WrittenBackup) | null> {
  const hash = createHash('sha256');
  let header: BackupHeader | null = null;
  let previous: Buffer | null = null;
  let lines = 0;
  try {
    for await (const line of fileLines(file)) {
      header ??= parseHeader(file, line);
      if (previous !== null) hash.update(previous);
      previous = line;
      lines += 1;
    }
  } catch (error) {
    if (!isFileError(error)) throw error;
    if (error.code === 'ENOENT') return null;
    throw new RefusedError(`The backup cannot be read: ${error.message}.`, {
      word: 'backup_unreadable',
      cause: error,
    });
  }
  const trailer = previous === null ? null : parseTrailer(previous);
  if (header === null || trailer?.rows !== lines - 2 || trailer.sha256 !== hash.digest('hex')) {
    throw new RefusedError(`${file} is not whole: its checksum does not agree with what it holds.`, {
      word: 'backup_damaged',
    });
  }
  return { ...header, file, ...trailer };
}

/** What one statement carries at most, far below any server's `max_allowed_packet`. */
const BATCH_ROWS = 2_000;
const BATCH_BYTES = 1 << 20;

/** The values of a backup that `inspectBackup` found whole, in batches of one object type each. */
export async function* backedUpValues(file: string): AsyncIterable<StoredValue[]> {
  let batch: StoredValue[] = [];
  let bytes = 0;
  for await (const line of fileLines(file)) {
    const value = JSON.parse(line.toString('utf8')) as Partial<StoredValue>;
    if (value.object_uuid === undefined) continue; // the first line and the last
    const isOther = batch.length > 0 && batch[0]!.object_type !== value.object_type;
    if (isOther || batch.length === BATCH_ROWS || bytes > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(value as StoredValue);
    bytes += line.length;
  }
  if (batch.length > 0) yield batch;
}

/** Lines end with a line feed only: `readline` would also split at U+2028, which JSON text may hold. */
async function* fileLines(file: string): AsyncIterable<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    rest = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10, start)) {
      yield rest.subarray(start, end + 1);
      start = end + 1;
    }
    rest = rest.subarray(start);
  }
  if (rest.length > 0) yield rest;
}

function parseHeader(file: string, line: Buffer): BackupHeader {
  const header = parseJson(line) as BackupHeader | null;
  if (header?.format === 'sf-ops-column-backup' && header.format_version === 1) return header;
  throw new RefusedError(`${file} is not a backup that this program has written.`, { word: 'not_a_backup' });
}

function parseTrailer(line: Buffer): BackupTrailer | null {
  const trailer = parseJson(line) as Partial<BackupTrailer> | null;
  return typeof trailer?.rows === 'number' && typeof trailer.sha256 === 'string'
    ? (trailer as BackupTrailer)
    : null;
}

function parseJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error;
}
