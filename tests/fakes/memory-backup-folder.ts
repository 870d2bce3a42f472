import { concat } from '#core/base/bytes.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';

export interface MemoryBackupFolder extends BackupFolder {
  readonly files: Map<string, Uint8Array>;
  /** Runs before a file takes its place: a place to stop the world. */
  beforeWrite: ((name: string) => void) | null;
}

/** A folder in memory: a file takes its place whole or not at all. */
export function memoryBackupFolder(files = new Map<string, Uint8Array>()): MemoryBackupFolder {
  const folder: MemoryBackupFolder = {
    name: 'memory',
    files,
    beforeWrite: null,
    list: async () => [...files].map(([name, bytes]) => ({ name, bytes: bytes.length })),
    read: async function* (name) {
      const bytes = files.get(name);
      if (bytes === undefined) throw new BackupError('incomplete', `The file ${name} is missing.`, name);
      for (let at = 0; at < bytes.length; at += 50_000) yield bytes.slice(at, at + 50_000);
    },
    slice: async (name, start, end) => {
      const bytes = files.get(name);
      if (bytes === undefined) throw new BackupError('incomplete', `The file ${name} is missing.`, name);
      return bytes.slice(start, end);
    },
    write: async (name, bytes) => {
      const pieces: Uint8Array[] = [];
      for await (const piece of bytes) pieces.push(piece);
      folder.beforeWrite?.(name);
      files.set(name, concat(...pieces));
    },
    remove: async (name) => void files.delete(name),
  };
  return folder;
}
