import { err, ok, type Result } from '#core/base/result.ts';
import type { BlobFiles, BlobFileWriter } from '#ports/blob-files.ts';
import type { BlobError } from '#ports/blob-store.ts';
import {
  fileNames,
  isNamed,
  openSyncHandle,
  opfsDirectory,
  removeOpfsDirectory,
  storageFailure,
} from './sync-handle.ts';

/** Files of the origin private file system: sync handles in a worker, `createWritable` elsewhere. */
export function opfsBlobFiles(directoryName = 'vault-blobs'): BlobFiles {
  const folder = (): Promise<FileSystemDirectoryHandle> => opfsDirectory(directoryName);

  const snapshot = async (name: string): Promise<File | null> => {
    try {
      return await (await (await folder()).getFileHandle(name)).getFile();
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return null;
      throw error;
    }
  };

  const remove = async (name: string): Promise<void> => {
    try {
      await (await folder()).removeEntry(name);
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  };

  return {
    name: 'opfs',
    create: (name, anew = false) =>
      attempt(async () => {
        const file = await (await folder()).getFileHandle(name, { create: true });
        const target = (await syncTarget(file, anew)) ?? (await streamTarget(file, anew));
        return writer(target, () => remove(name));
      }),
    read: async (name, start, end) => {
      try {
        const file = await snapshot(name);
        if (file === null || file.size < end)
          return err({ code: 'missing', message: `${name} has no bytes up to ${String(end)}.` });
        return ok(new Uint8Array(await file.slice(start, end).arrayBuffer()));
      } catch (error) {
        return err({ code: 'io', message: String(error) });
      }
    },
    size: async (name) => (await snapshot(name))?.size ?? null,
    remove,
    list: async () => fileNames(await folder()),
    erase: () => removeOpfsDirectory(directoryName),
  };
}

const TAKEN = 'There is a file of this name.';

interface Target {
  readonly write: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly close: () => Promise<void>;
  readonly abort: () => Promise<void>;
}

async function syncTarget(file: FileSystemFileHandle, anew: boolean): Promise<Target | null> {
  const handle = await openSyncHandle(file);
  if (handle === null) return null;
  if (anew && handle.getSize() > 0) {
    handle.close();
    throw new Error(TAKEN);
  }
  handle.truncate(0);
  let end = 0;
  return {
    write: (bytes) => {
      const written = handle.write(bytes, { at: end });
      if (written !== bytes.length) throw new DOMException('The disk took only a part.', 'QuotaExceededError');
      end += written;
      return Promise.resolve();
    },
    close: () => {
      handle.flush();
      handle.close();
      return Promise.resolve();
    },
    abort: () => {
      handle.close();
      return Promise.resolve();
    },
  };
}

async function streamTarget(file: FileSystemFileHandle, anew: boolean): Promise<Target> {
  if (anew && (await file.getFile()).size > 0) throw new Error(TAKEN);
  const stream = await file.createWritable();
  return {
    write: (bytes) => stream.write(bytes),
    close: () => stream.close(),
    abort: () => stream.abort().catch(() => undefined),
  };
}

function writer(target: Target, remove: () => Promise<void>): BlobFileWriter {
  return {
    append: (bytes) => attempt(async () => target.write(bytes as Uint8Array<ArrayBuffer>)),
    close: () => attempt(target.close),
    abort: async () => {
      await target.abort();
      await remove();
    },
  };
}

async function attempt<T>(work: () => Promise<T>): Promise<Result<T, BlobError>> {
  try {
    return ok(await work());
  } catch (error) {
    return err(storageFailure(error));
  }
}
