import { randomBytes } from 'node:crypto';
import { link, lstat, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** The mode of what only its owner may read. */
const OWNER_ONLY = 0o600;

export interface NewFileTerms {
  /** `never`: a name that is taken is refused. `file`: a regular file of that name is replaced. */
  replace: 'never' | 'file';
  /** `0o600` is kept whatever the umask; from any other it takes away. */
  mode: number;
}

/** File systems that know no hard links say so in one of these ways. */
const NO_LINKS = new Set(['EPERM', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/**
 * A file that appears under its name whole, or not at all: written beside it under a name that nobody can foresee, which
 * no planted link can be at, and on the disk before it gets its own. What stood there before is never written to, and
 * neither its owner nor its mode is taken over.
 *
 * Every method throws the file system's own error (`NodeJS.ErrnoException`).
 */
export class NewFile {
  private constructor(
    readonly path: string,
    private readonly partial: string,
    private readonly handle: FileHandle,
    private readonly terms: NewFileTerms,
  ) {}

  /** @throws where the folder takes no file, or the name is taken by what may not be replaced */
  static async create(path: string, terms: NewFileTerms): Promise<NewFile> {
    await requireFree(path, terms);
    const partial = join(dirname(resolve(path)), `.${basename(path)}.${randomBytes(8).toString('hex')}`);
    const handle = await open(partial, 'wx', terms.mode);
    // A umask can only take from the owner what they need to read it back.
    if (terms.mode === OWNER_ONLY) await handle.chmod(OWNER_ONLY);
    return new NewFile(path, partial, handle, terms);
  }

  async append(content: string | Uint8Array): Promise<void> {
    await this.handle.appendFile(content);
  }

  /** Gives it its name, once every byte is on the disk. */
  async finish(): Promise<void> {
    await this.handle.sync();
    await this.handle.close();
    await requireFree(this.path, this.terms);
    if (this.terms.replace === 'file') await rename(this.partial, this.path);
    else await giveFreeName(this.partial, this.path);
    await syncFolder(dirname(this.partial));
  }

  /** Leaves nothing behind. Harmless after `finish`. */
  async discard(): Promise<void> {
    await this.handle.close();
    await rm(this.partial, { force: true });
  }
}

async function requireFree(path: string, { replace }: NewFileTerms): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return;
  const isReplaceable = replace === 'file' && found.isFile();
  if (!isReplaceable) throw taken(path, found.isFile() ? 'it exists' : 'it is not a regular file');
}

/** Fails if the name has been taken meanwhile, which a rename would not. */
async function giveFreeName(partial: string, path: string): Promise<void> {
  try {
    await link(partial, path);
  } catch (error) {
    if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return rename(partial, path);
  }
  await rm(partial);
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

function taken(path: string, why: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`EEXIST: ${why}, open '${path}'`), {
    code: 'EEXIST',
    syscall: 'open',
    path,
  });
}
