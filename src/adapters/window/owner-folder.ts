import { clear, createStore, get, set } from 'idb-keyval';

/** The parts of the File System Access API that TypeScript's DOM library lacks. */
interface PermittedHandle extends FileSystemDirectoryHandle {
  queryPermission(options: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission(options: { mode: 'readwrite' }): Promise<PermissionState>;
}
interface PickerWindow {
  showDirectoryPicker?(options: { mode: 'readwrite'; id: string }): Promise<PermittedHandle>;
}

/** The folder that the owner chose for saved files; kept as a handle in IndexedDB, so it outlives a reload. */
export interface OwnerFolder {
  /** False where the browser has no File System Access. */
  readonly supported: boolean;
  /** Name of the folder, or null when files go to Downloads. */
  name(): Promise<string | null>;
  /** Needs a click. @returns the name, or null when the owner or the browser refused */
  choose(): Promise<string | null>;
  /** Asks again for the access that a restart took away. Needs a click. */
  ready(): Promise<boolean>;
  forget(): Promise<void>;
  /** Writes the whole file, under a name of its own: nothing is overwritten. @returns the name, or null when there is no folder to write to */
  write(name: string, bytes: Uint8Array): Promise<string | null>;
  /**
   * The name under which `write` left a file with this content: the name itself or a numbered one. Null when there is
   * none, or none that can be read.
   * @param digest SHA-256 as hex
   */
  find(name: string, digest: string): Promise<string | null>;
}

export function createOwnerFolder(): OwnerFolder {
  const store = createStore('windhover-window', 'handles');
  const pickers = globalThis as unknown as PickerWindow;
  let held: PermittedHandle | null | undefined;

  async function handle(): Promise<PermittedHandle | null> {
    held ??= (await get<PermittedHandle>('folder', store).catch(() => undefined)) ?? null;
    return held;
  }

  async function permitted(): Promise<PermittedHandle | null> {
    const folder = await handle();
    return folder !== null && (await folder.queryPermission({ mode: 'readwrite' })) === 'granted' ? folder : null;
  }

  return {
    supported: typeof pickers.showDirectoryPicker === 'function',
    name: async () => (await handle())?.name ?? null,
    async choose() {
      try {
        const folder = await pickers.showDirectoryPicker?.({ mode: 'readwrite', id: 'windhover' });
        if (folder === undefined) return null;
        held = folder;
        await set('folder', folder, store).catch(() => undefined);
        return folder.name;
      } catch {
        return null;
      }
    },
    async ready() {
      const folder = await handle();
      if (folder === null) return true;
      return (await folder.requestPermission({ mode: 'readwrite' })) === 'granted';
    },
    async forget() {
      held = null;
      await clear(store).catch(() => undefined);
    },
    async write(name, bytes) {
      const folder = await permitted();
      if (folder === null) return null;
      const file = await freshFile(folder, name);
      const stream = await file.createWritable();
      await stream.write(bytes.slice());
      await stream.close();
      return file.name;
    },
    async find(name, digest) {
      try {
        const folder = await permitted();
        if (folder === null) return null;
        for (const candidate of numbered(name)) {
          const file = await existing(folder, candidate);
          if (file === null) return null;
          if ((await digestOf(file)) === digest) return candidate;
        }
      } catch {
        // A file that cannot be read proves nothing.
      }
      return null;
    },
  };
}

/**
 * The first name that is free. An empty file counts as free: it is what a save that was cut short leaves behind, and
 * holds nothing that could be overwritten.
 */
async function freshFile(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle> {
  for (const free of numbered(name)) {
    const file = await existing(folder, free);
    if (file === null) return folder.getFileHandle(free, { create: true });
    if ((await file.getFile()).size === 0) return file;
  }
  throw new Error('There is always a next number.');
}

/** "report.md", "report (2).md", "report (3).md" and so on without end. */
function* numbered(name: string): Generator<string> {
  const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length;
  yield name;
  for (let count = 2; ; count += 1) yield `${name.slice(0, dot)} (${count})${name.slice(dot)}`;
}

async function existing(folder: FileSystemDirectoryHandle, name: string): Promise<FileSystemFileHandle | null> {
  try {
    return await folder.getFileHandle(name);
  } catch (error) {
    if (error instanceof DOMException && error.name === 'NotFoundError') return null;
    throw error;
  }
}

async function digestOf(file: FileSystemFileHandle): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', await (await file.getFile()).arrayBuffer()));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
