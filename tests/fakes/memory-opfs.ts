/** The private file system in memory, with shared sync handles, as far as the store of actors uses it. */
export interface MemoryOpfs {
  /** In the place of `navigator.storage`. */
  readonly storage: Pick<StorageManager, 'getDirectory'>;
  readonly folders: Map<string, Map<string, Uint8Array>>;
  /** Writes find no room. */
  full: boolean;
}

export function memoryOpfs(): MemoryOpfs {
  const folders: MemoryOpfs['folders'] = new Map();
  const disk = { full: false };
  const root = {
    getDirectoryHandle: (name: string) => {
      const files = folders.get(name) ?? new Map<string, Uint8Array>();
      folders.set(name, files);
      return Promise.resolve(directoryOf(files, disk));
    },
    removeEntry: (name: string) => (folders.delete(name) ? Promise.resolve() : Promise.reject(missing(name))),
  };
  const storage = { getDirectory: () => Promise.resolve(root as unknown as FileSystemDirectoryHandle) };
  return Object.assign(disk, { storage, folders });
}

function missing(name: string): DOMException {
  return new DOMException(`There is no ${name}.`, 'NotFoundError');
}

function directoryOf(files: Map<string, Uint8Array>, disk: { readonly full: boolean }) {
  const handleOf = (name: string) => ({
    mode: 'readwrite-unsafe',
    read: (into: Uint8Array, { at }: { readonly at: number }): number => {
      const bytes = (files.get(name) ?? new Uint8Array()).subarray(at, at + into.length);
      into.set(bytes);
      return bytes.length;
    },
    write: (bytes: Uint8Array, { at }: { readonly at: number }): number => {
      if (disk.full) throw new DOMException('The disk is full.', 'QuotaExceededError');
      const before = files.get(name) ?? new Uint8Array();
      const after = new Uint8Array(Math.max(before.length, at + bytes.length));
      after.set(before);
      after.set(bytes, at);
      files.set(name, after);
      return bytes.length;
    },
    flush: () => undefined,
    truncate: (size: number) => {
      const after = new Uint8Array(size);
      after.set((files.get(name) ?? new Uint8Array()).subarray(0, size));
      files.set(name, after);
    },
    getSize: () => files.get(name)?.length ?? 0,
    close: () => undefined,
  });
  return {
    keys: async function* () {
      yield* [...files.keys()];
    },
    getFileHandle: (name: string, { create = false }: { readonly create?: boolean } = {}) => {
      if (!files.has(name) && !create) return Promise.reject(missing(name));
      if (!files.has(name)) files.set(name, new Uint8Array());
      return Promise.resolve({
        createSyncAccessHandle: () => Promise.resolve(handleOf(name)),
        getFile: () => Promise.resolve(new Blob([(files.get(name) ?? new Uint8Array()).slice().buffer])),
      });
    },
    removeEntry: (name: string) => {
      if (!files.delete(name)) return Promise.reject(missing(name));
      return Promise.resolve();
    },
  };
}
