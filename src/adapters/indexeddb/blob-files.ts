import type { Table } from 'dexie';
import { err, ok, type Result } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobError } from '#ports/blob-store.ts';
import { attempt, strictDatabase } from './database.ts';

interface Piece {
  readonly file: string;
  readonly start: number;
  readonly bytes: Uint8Array;
}

interface FileRow {
  readonly name: string;
  readonly size: number;
}

/** Files as rows of pieces, for browsers without an origin private file system. */
export function indexedDbBlobFiles(name = 'windhover-vault-blobs'): BlobFiles {
  const database = strictDatabase(name, { files: 'name', pieces: '[file+start], file' });
  const files: Table<FileRow, string> = database.table('files');
  const pieces: Table<Piece, [string, number]> = database.table('pieces');

  const remove = (file: string): Promise<void> =>
    database.transaction('rw', [files, pieces], async () => {
      await files.delete(file);
      await pieces.where('file').equals(file).delete();
    });

  return {
    name: 'indexeddb',
    create: async (file, anew = false) => {
      if (anew && (await files.get(file).catch(() => undefined)) !== undefined)
        return err({ code: 'io', message: 'There is a file of this name.' });
      const cleared = await tried(() => remove(file));
      if (!cleared.ok) return cleared;
      let size = 0;
      return ok({
        append: (bytes) =>
          tried(async () => {
            await pieces.put({ file, start: size, bytes });
            size += bytes.length;
          }),
        close: () =>
          tried(async () => {
            await files.put({ name: file, size });
          }),
        abort: () => remove(file),
      });
    },
    read: async (file, start, end) => {
      try {
        const row = await files.get(file);
        if (row === undefined || row.size < end)
          return err({ code: 'missing', message: `${file} has no bytes up to ${String(end)}.` });
        const first = await pieces.where('[file+start]').between([file, 0], [file, start], true, true).last();
        const range = [
          [file, first?.start ?? 0],
          [file, end],
        ] as const;
        const touched = await pieces.where('[file+start]').between(range[0], range[1], true, false).toArray();
        const out = new Uint8Array(end - start);
        for (const piece of touched) {
          const from = Math.max(start, piece.start);
          const to = Math.min(end, piece.start + piece.bytes.length);
          if (to > from) out.set(piece.bytes.subarray(from - piece.start, to - piece.start), from - start);
        }
        return ok(out);
      } catch (error) {
        return err({ code: 'io', message: String(error) });
      }
    },
    size: async (file) => (await files.get(file))?.size ?? null,
    remove,
    list: async () => {
      const withBytes = (await pieces.orderBy('file').uniqueKeys()) as string[];
      return [...new Set([...withBytes, ...(await files.toCollection().primaryKeys())])].sort();
    },
    erase: () => database.delete({ disableAutoOpen: false }),
  };
}

async function tried<T>(work: () => Promise<T>): Promise<Result<T, BlobError>> {
  const outcome = await attempt(work);
  if (outcome.ok) return outcome;
  return err({ code: outcome.error.code === 'quota' ? 'quota' : 'io', message: outcome.error.message });
}
