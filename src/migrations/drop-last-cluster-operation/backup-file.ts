import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../../configuration/regular-file.js';
import { RefusedError } from '../../core/errors.js';
import { NewFile } from '../../files/new-file.js';
import {
  LONGEST_LINE,
  PART_BYTES,
  parseHeader,
  parseTrailer,
  parseValueLine,
  valueLines,
  type BackupHeader,
} from './backup-format.js';
import { LONGEST_VALUE, PAGE_BYTES, PAGE_ROWS, type StoredValue } from './values.js';

export interface WrittenBackup {
  file: string;
  rows: number;
  sha256: string;
}

/** A backup on its way to the disk. It was begun before anything was changed, so that a bad path is found in time. */
export class BackupWriter {
  readonly #hash = createHash('sha256');
  #rows = 0;

  private constructor(private readonly file: NewFile) {}

  /** @throws the file system's own error where there can be no file of this name */
  static async create(path: string): Promise<BackupWriter> {
    return new BackupWriter(await NewFile.create(path, { replace: 'never', mode: 0o600 }));
  }

  async begin(header: BackupHeader): Promise<void> {
    await this.#append(`${JSON.stringify(header)}\n`);
  }

  /** @throws NotTextError */
  async append(values: readonly StoredValue[]): Promise<void> {
    let text = '';
    for (const value of values) {
      for (const line of valueLines(value)) {
        text += line;
        if (text.length > PAGE_BYTES) {
          await this.#append(text);
          text = '';
        }
      }
      this.#rows += 1;
    }
    await this.#append(text);
  }

  async finish(): Promise<WrittenBackup> {
    const trailer = { rows: this.#rows, sha256: this.#hash.digest('hex') };
    await this.file.append(`${JSON.stringify(trailer)}\n`);
    await this.file.finish();
    return { file: this.file.path, ...trailer };
  }

  /** Leaves nothing behind; harmless after `finish`. */
  async discard(): Promise<void> {
    await this.file.discard();
  }

  async #append(text: string): Promise<void> {
    this.#hash.update(text);
    await this.file.append(text);
  }
}

/** A backup that was read to its end and found whole. */
export class Backup implements WrittenBackup {
  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    readonly header: BackupHeader,
    readonly rows: number,
    readonly sha256: string,
    /** Bytes of the longest value. */
    readonly longest: number,
  ) {}

  /**
   * @returns null if there is no such file
   * @throws RefusedError if it cannot be read, is no backup, or is not as it was written
   */
  static async open(file: string): Promise<Backup | null> {
    const handle = await openBackupFile(file);
    if (handle === null) return null;
    try {
      return await Backup.#inspect(file, handle);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  static async #inspect(file: string, handle: FileHandle): Promise<Backup> {
    const hash = createHash('sha256');
    const reader = new ValueReader(file);
    let header: BackupHeader | null = null;
    // The last line so far: the trailer, unless another one follows.
    let last: Buffer | null = null;
    for await (const line of fileLines(file, handle)) {
      if (header === null) {
        header = parseHeader(line) ?? refuseHeader(file);
        hash.update(line);
        continue;
      }
      if (last !== null) {
        hash.update(last);
        reader.read(last);
      }
      last = line;
    }
    const trailer = last === null ? null : parseTrailer(last);
    const isWhole = trailer?.sha256 === hash.digest('hex') && trailer.rows === reader.values;
    if (header === null || !isWhole) throw damaged(file);
    return new Backup(file, handle, header, trailer.rows, trailer.sha256, reader.longest);
  }

  /** Its values, in groups of one object type that fit a page; one that alone is larger comes alone. */
  async *values(): AsyncIterable<StoredValue[]> {
    let group: StoredValue[] = [];
    let bytes = 0;
    for await (const value of this.#each()) {
      const isFull = group.length === PAGE_ROWS || bytes + value.bytes.length > PAGE_BYTES;
      if (group.length > 0 && (isFull || group[0]!.objectType !== value.objectType)) {
        yield group;
        group = [];
        bytes = 0;
      }
      group.push(value);
      bytes += value.bytes.length;
    }
    if (group.length > 0) yield group;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  async *#each(): AsyncIterable<StoredValue> {
    const reader = new ValueReader(this.file);
    let lines = 0;
    for await (const line of fileLines(this.file, this.handle)) {
      lines += 1;
      if (lines === 1) continue;
      if (reader.values === this.rows) return;
      const value = reader.read(line);
      if (value !== null) yield { ...value, bytes: Buffer.concat(value.parts) };
    }
  }
}

interface ReadValue {
  objectType: string;
  objectUuid: string;
  parts: Buffer[];
}

/** More lines than any value has. */
const MOST_PARTS = LONGEST_VALUE / (PART_BYTES - 4);

/** Puts the lines of long values together. */
class ValueReader {
  values = 0;
  longest = 0;
  #open: ReadValue | null = null;

  constructor(private readonly file: string) {}

  /** @returns the value that this line completes, or null */
  read(line: Buffer): ReadValue | null {
    const read = parseValueLine(line);
    const isContinued = this.#open !== null;
    if (read === null || isContinued === (read.object_type !== undefined)) throw damaged(this.file);
    this.#open ??= { objectType: read.object_type!, objectUuid: read.object_uuid!, parts: [] };
    this.#open.parts.push(Buffer.from(read.value, 'utf8'));
    if (this.#open.parts.length > MOST_PARTS) throw damaged(this.file);
    if (read.more === true) return null;
    const complete = this.#open;
    this.#open = null;
    this.values += 1;
    const length = complete.parts.reduce((sum, part) => sum + part.length, 0);
    this.longest = Math.max(this.longest, length);
    return complete;
  }
}

async function openBackupFile(file: string): Promise<FileHandle | null> {
  try {
    return await openRegularFile(file, 'backup', { error: RefusedError });
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return null;
    throw new RefusedError(error.message, { word: 'backup_unreadable', cause: error.cause });
  }
}

/** Lines end with a line feed only: `readline` would also split at U+2028, which JSON text may hold. */
async function* fileLines(file: string, handle: FileHandle): AsyncIterable<Buffer> {
  const chunk = Buffer.alloc(1 << 18);
  let pieces: Buffer[] = [];
  let length = 0;
  for (let position = 0; ;) {
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    let start = 0;
    for (let end = chunk.indexOf(10); end >= 0 && end < bytesRead; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end + 1)]);
      pieces = [];
      length = 0;
      start = end + 1;
    }
    if (start === bytesRead) continue;
    length += bytesRead - start;
    if (length > LONGEST_LINE) throw notABackup(file);
    pieces.push(Buffer.from(chunk.subarray(start, bytesRead)));
  }
  if (length > 0) yield Buffer.concat(pieces);
}

function refuseHeader(file: string): never {
  throw notABackup(file);
}

function notABackup(file: string): RefusedError {
  return new RefusedError(`${file} is not a backup that this program has written.`, { word: 'not_a_backup' });
}

function damaged(file: string): RefusedError {
  return new RefusedError(`${file} is not whole: its checksum does not agree with what it holds.`, {
    word: 'backup_damaged',
  });
}
