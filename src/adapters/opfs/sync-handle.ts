/** What a dedicated worker adds to an OPFS file (WHATWG File System, FileSystemSyncAccessHandle). */
export interface SyncHandle {
  readonly read: (into: Uint8Array, options: { readonly at: number }) => number;
  readonly write: (bytes: Uint8Array, options: { readonly at: number }) => number;
  readonly flush: () => void;
  readonly truncate: (size: number) => void;
  readonly getSize: () => number;
  readonly close: () => void;
}

interface WithSyncHandle {
  readonly createSyncAccessHandle?: () => Promise<SyncHandle>;
}

/** Sync handles exist in dedicated workers only; a window or an older engine has none. */
export function syncHandlesAvailable(): boolean {
  return typeof FileSystemFileHandle !== 'undefined' && 'createSyncAccessHandle' in FileSystemFileHandle.prototype;
}

/** @returns null where the platform has none; @throws NoModificationAllowedError while another context holds the file */
export async function openSyncHandle(file: FileSystemFileHandle): Promise<SyncHandle | null> {
  const withHandle = file as FileSystemFileHandle & WithSyncHandle;
  return withHandle.createSyncAccessHandle === undefined ? null : withHandle.createSyncAccessHandle();
}

/** Whether this context has an origin private file system at all; some private windows refuse it. */
export async function opfsAvailable(): Promise<boolean> {
  try {
    await navigator.storage.getDirectory();
    return true;
  } catch {
    return false;
  }
}

export async function opfsDirectory(name: string): Promise<FileSystemDirectoryHandle> {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(name, { create: true });
}

/** A page that is being left may hold its files a while longer. */
const REMOVE_TRIES = 40;
const REMOVE_AGAIN_MS = 250;

/** @throws DOMException when another context holds a file in it for ten seconds and more */
export async function removeOpfsDirectory(name: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await (await navigator.storage.getDirectory()).removeEntry(name, { recursive: true });
      return;
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) return;
      const held = isNamed(error, 'NoModificationAllowedError') || isNamed(error, 'InvalidModificationError');
      if (!held || tries >= REMOVE_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVE_AGAIN_MS));
    }
  }
}

export async function fileNames(directory: FileSystemDirectoryHandle): Promise<string[]> {
  const names: string[] = [];
  for await (const name of directory.keys()) names.push(name);
  return names.sort();
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof DOMException && error.name === name;
}

/** What a failed write means to a port: out of room, or anything else. */
export function storageFailure(error: unknown): { readonly code: 'quota' | 'io'; readonly message: string } {
  return { code: isNamed(error, 'QuotaExceededError') ? 'quota' : 'io', message: String(error) };
}
