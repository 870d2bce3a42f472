import { concat } from '#core/base/bytes.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobError } from '#ports/blob-store.ts';
import type { IdbDisk, Transaction } from './idb-disk.ts';
import type { Process } from './scheduler.ts';

/**
 * Files in IndexedDB, on a simulated disk: a file counts once it is closed.
 * @param process null for a reader from outside
 */
export function idbBlobFiles(disk: IdbDisk, process: Process | null, table: string): BlobFiles {
  const change = (label: string, work: (to: Transaction) => void): Promise<void> =>
    process === null
      ? Promise.reject(new Error('Who looks on from outside writes nothing.'))
      : disk.write(process, label, work);
  const write = async (label: string, work: (to: Transaction) => void): Promise<Result<void, BlobError>> => {
    try {
      await change(label, work);
      return ok(undefined);
    } catch (error) {
      const quota = error instanceof DOMException && error.name === 'QuotaExceededError';
      return err({ code: quota ? 'quota' : 'io', message: String(error) });
    }
  };
  const remove = (name: string): Promise<void> => change('remove blob', (to) => to.delete(table, name));
  return {
    name: 'indexeddb',
    create: async (name, anew = false) => {
      const taken = anew && (await disk.read(process, 'blob', (from) => from.get(table, name)).catch(() => undefined));
      if (taken !== false && taken !== undefined) return err({ code: 'io', message: 'There is a file of this name.' });
      const cleared = await write('create blob', (to) => to.delete(table, name));
      if (!cleared.ok) return cleared;
      const pieces: Uint8Array[] = [];
      return ok({
        append: async (bytes) => {
          pieces.push(bytes.slice());
          return write('blob piece', () => undefined);
        },
        close: () => write('close blob', (to) => to.put(table, name, concat(...pieces))),
        abort: () => remove(name),
      });
    },
    read: async (name, start, end) => {
      try {
        const bytes = await disk.read(process, 'blob', (from) => from.get(table, name) as Uint8Array | undefined);
        if (bytes === undefined || bytes.length < end) return err({ code: 'missing', message: name });
        return ok(bytes.slice(start, end));
      } catch (error) {
        return err({ code: 'io', message: String(error) });
      }
    },
    size: (name) =>
      disk.read(process, 'blob', (from) => (from.get(table, name) as Uint8Array | undefined)?.length ?? null),
    remove,
    list: () => disk.read(process, 'blobs', (from) => [...from.all(table).keys()].map(String).sort()),
    erase: () =>
      change('erase blobs', (to) => {
        for (const name of [...to.all(table).keys()]) to.delete(table, name);
      }),
  };
}
