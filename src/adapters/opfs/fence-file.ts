import { opfsDirectory, type SyncHandle } from './sync-handle.ts';

const FENCE_NAME = 'fence';
/** The epoch, and the same again below zero: rotten bytes must not pass for an epoch that nobody can ever exceed. */
const FENCE_BYTES = 16;

/** Which leader may write, in a file that all of them hold open: read and written without a turn of the event loop. */
export interface FenceFile {
  readonly raise: (epoch: number) => void;
  /** 0 when none was raised yet, or what was written is damaged. */
  readonly epoch: () => number;
  readonly close: () => void;
}

interface SharedHandleFile {
  readonly createSyncAccessHandle?: (options: { readonly mode: 'readwrite-unsafe' }) => Promise<SyncHandle & Mode>;
}

interface Mode {
  readonly mode?: string;
}

/** A handle that leaves the file open to others. @returns null where the engine has no such mode */
export async function openShared(file: FileSystemFileHandle): Promise<SyncHandle | null> {
  const shared = file as unknown as SharedHandleFile;
  const handle = await shared.createSyncAccessHandle?.({ mode: 'readwrite-unsafe' });
  if (handle === undefined) return null;
  if (handle.mode === 'readwrite-unsafe') return handle;
  handle.close();
  return null;
}

/** Whether files can be held open by several tabs at once. */
export async function sharedHandlesAvailable(directoryName: string): Promise<boolean> {
  const fence = await openFence(await opfsDirectory(directoryName));
  fence?.close();
  return fence !== null;
}

/**
 * A leader that was stopped keeps its handles for ever, so this file must be open to several at once: the handle mode
 * `readwrite-unsafe` of the WHATWG File System standard. What is written through one is read through the others, as both
 * are the same file of the operating system.
 * @returns null where the engine has no such mode
 */
export async function openFence(directory: FileSystemDirectoryHandle): Promise<FenceFile | null> {
  const handle = await openShared(await directory.getFileHandle(FENCE_NAME, { create: true }));
  if (handle === null) return null;
  const bytes = new Uint8Array(FENCE_BYTES);
  const view = new DataView(bytes.buffer);
  return {
    raise: (epoch) => {
      view.setFloat64(0, epoch, true);
      view.setFloat64(8, -epoch, true);
      handle.write(bytes, { at: 0 });
      handle.flush();
    },
    epoch: () => {
      const whole = handle.read(bytes, { at: 0 }) === FENCE_BYTES;
      const epoch = view.getFloat64(0, true);
      return whole && Number.isSafeInteger(epoch) && view.getFloat64(8, true) === -epoch ? epoch : 0;
    },
    close: () => handle.close(),
  };
}
