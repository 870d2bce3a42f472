import { concat } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobError } from '#ports/blob-store.ts';
import type { IdbDisk, Transaction } from './idb-disk.ts';
import type { Process } from './scheduler.ts';

/** Blob files in IndexedDB, on a simulated disk: a file counts once it is closed. */
export function idbBlobFiles(disk: IdbDisk, process: Process): BlobFiles {
  const write = async (label: string, work: (to: Transaction) => void): Promise<Result<void, BlobError>> => {
    try {
      await disk.write(process, label, work);
      return ok(undefined);
    } catch (error) {
      const quota = error instanceof DOMException && error.name === 'QuotaExceededError';
      return err({ code: quota ? 'quota' : 'io', message: String(error) });
    }
  };
  const remove = (name: string): Promise<void> => disk.write(process, 'remove blob', (to) => to.delete('blobs', name));
  return {
    name: 'indexeddb',
    create: async (name) => {
      const cleared = await write('create blob', (to) => to.delete('blobs', name));
      if (!cleared.ok) return cleared;
      const pieces: Uint8Array[] = [];
      return ok({
        append: async (bytes) => {
          pieces.push(bytes.slice());
          return write('blob piece', () => undefined);
        },
        close: () => write('close blob', (to) => to.put('blobs', name, concat(...pieces))),
        abort: () => remove(name),
      });
    },
    read: async (name, start, end) => {
      try {
        const bytes = await disk.read(process, 'blob', (from) => from.get('blobs', name) as Uint8Array | undefined);
        if (bytes === undefined || bytes.length < end) return err({ code: 'missing', message: name });
        return ok(bytes.slice(start, end));
      } catch (error) {
        return err({ code: 'io', message: String(error) });
      }
    },
    size: (name) =>
      disk.read(process, 'blob', (from) => (from.get('blobs', name) as Uint8Array | undefined)?.length ?? null),
    remove,
    list: () => disk.read(process, 'blobs', (from) => [...from.all('blobs').keys()].map(String).sort()),
    erase: () =>
      disk.write(process, 'erase blobs', (to) => {
        for (const name of [...to.all('blobs').keys()]) to.delete('blobs', name);
      }),
  };
}
