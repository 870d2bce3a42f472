import { clear, createStore, get, set } from 'idb-keyval';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';

/** The parts of the File System Access API that TypeScript's DOM library lacks. */
interface PermittedHandle extends FileSystemDirectoryHandle {
  queryPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'readwrite' }): Promise<PermissionState>;
}
interface PickerWindow {
  showDirectoryPicker?(options: { mode: 'readwrite' | 'read'; id: string }): Promise<PermittedHandle>;
}

const handles = () => createStore('windhover-backup-folder', 'handles');

/** The window's part: a folder can be chosen and asked for only by a click. */
export interface BackupFolderChoice {
  /** False where the browser has no File System Access. */
  readonly supported: boolean;
  readonly name: () => Promise<string | null>;
  /** Keeps the chosen folder. @returns its name, or null when the owner or the browser refused */
  readonly choose: () => Promise<string | null>;
  /** Asks again for the access that a restart took away. */
  readonly ask: () => Promise<boolean>;
  /** A folder to restore from: read once and not kept. */
  readonly pick: () => Promise<FileSystemDirectoryHandle | null>;
  readonly forget: () => Promise<void>;
}

export function createBackupFolderChoice(): BackupFolderChoice {
  const store = handles();
  const pickers = globalThis as unknown as PickerWindow;
  const kept = async (): Promise<PermittedHandle | null> =>
    (await get<PermittedHandle>('folder', store).catch(() => undefined)) ?? null;
  const pick = async (mode: 'readwrite' | 'read'): Promise<PermittedHandle | null> => {
    try {
      return (await pickers.showDirectoryPicker?.({ mode, id: 'windhover-backup' })) ?? null;
    } catch {
      return null;
    }
  };
  return {
    supported: typeof pickers.showDirectoryPicker === 'function',
    name: async () => (await kept())?.name ?? null,
    choose: async () => {
      const folder = await pick('readwrite');
      if (folder === null) return null;
      await set('folder', folder, store);
      return folder.name;
    },
    ask: async () => (await (await kept())?.requestPermission?.({ mode: 'readwrite' })) !== 'denied',
    pick: () => pick('read'),
    forget: () => clear(store).catch(() => undefined),
  };
}

/** The folder that was chosen, for any thread. @throws BackupError 'no-folder' or 'no-permission' */
export async function keptBackupFolder(): Promise<BackupFolder> {
  const folder = await get<PermittedHandle>('folder', handles());
  if (folder === undefined) throw new BackupError('no-folder', 'No folder was chosen for the backup.');
  const permission = (await folder.queryPermission?.({ mode: 'readwrite' })) ?? 'granted';
  if (permission !== 'granted')
    throw new BackupError('no-permission', `The browser wants your permission again for the folder “${folder.name}”.`);
  return directoryFolder(folder);
}

/** Any folder that the browser gives a handle of. */
export function directoryFolder(folder: FileSystemDirectoryHandle): BackupFolder {
  return {
    name: folder.name,
    list: () =>
      attempt(folder, async () => {
        const found: { name: string; bytes: number }[] = [];
        for await (const [name, entry] of folder.entries())
          if (entry instanceof FileSystemFileHandle) found.push({ name, bytes: (await entry.getFile()).size });
        return found;
      }),
    read: async function* (name) {
      const file = await attempt(folder, async () => (await folder.getFileHandle(name)).getFile(), name);
      const reader = file.stream().getReader();
      try {
        for (;;) {
          const { done, value } = await attempt(folder, () => reader.read(), name);
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    },
    slice: (name, start, end) =>
      attempt(
        folder,
        async () => {
          const file = await (await folder.getFileHandle(name)).getFile();
          return new Uint8Array(await file.slice(start, end).arrayBuffer());
        },
        name,
      ),
    write: async (name, bytes) => {
      // Written beside the file and put in its place by `close`: until then the file is what it was.
      const stream = await attempt(folder, async () =>
        (await folder.getFileHandle(name, { create: true })).createWritable(),
      );
      try {
        for await (const piece of bytes) await attempt(folder, () => stream.write(new Uint8Array(piece)), name);
        await attempt(folder, () => stream.close(), name);
      } catch (error) {
        await stream.abort().catch(() => undefined);
        throw error;
      }
    },
    remove: (name) => attempt(folder, () => folder.removeEntry(name), name),
  };
}

/** What the File System standard's exceptions mean here. */
async function attempt<T>(folder: FileSystemDirectoryHandle, work: () => Promise<T>, file?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    switch (error.name) {
      case 'NotFoundError':
        throw file === undefined
          ? new BackupError('no-folder', `The folder “${folder.name}” is not there any more.`)
          : new BackupError('incomplete', `The file ${file} is missing.`, file);
      case 'NotAllowedError':
      case 'SecurityError':
        throw new BackupError('no-permission', `The browser does not allow writing to the folder “${folder.name}”.`);
      case 'QuotaExceededError':
        throw new BackupError('full', `The disk of the folder “${folder.name}” is full.`);
      default:
        throw new BackupError('io', `The folder “${folder.name}”: ${error.message}`, file ?? null);
    }
  }
}
