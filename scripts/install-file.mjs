import { closeSync, fchmodSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/**
 * Puts a file of dist/ in its place: whoever looks meanwhile finds the old one or the new one, never a half, also after
 * a crash. Only its owner may write it, whatever the umask: root does not run what others can change.
 */
export function installFile(path, content) {
  const scratch = `${path}.${process.pid}`;
  const file = openSync(scratch, 'w', 0o644);
  fchmodSync(file, 0o644);
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
  renameSync(scratch, path);
}
