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

export async function removeOpfsDirectory(name: string): Promise<void> {
  try {
    await (await navigator.storage.getDirectory()).removeEntry(name, { recursive: true });
  } catch (error) {
    if (!isNamed(error, 'NotFoundError')) throw error;
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
