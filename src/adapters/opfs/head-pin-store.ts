import type { HeadPin, HeadPinStore } from '#ports/journal-leg.ts';
import { isNamed, openSyncHandle, opfsDirectory, removeOpfsDirectory, type SyncHandle } from './sync-handle.ts';

const SLOT_BYTES = 256;

/**
 * A head pin in a file of its own, apart from the log it pins. Two fixed slots are written in turn, so that a write cut
 * short leaves the other; the larger pin counts. The file is held only for the moment of a write.
 */
export function opfsPinStore(directoryName = 'pins'): HeadPinStore {
  const file = async (): Promise<FileSystemFileHandle> =>
    (await opfsDirectory(directoryName)).getFileHandle('head', { create: true });
  let slot = 0;

  return {
    name: 'opfs',
    get: async () => {
      const text = await (await (await file()).getFile()).text();
      const pins = [text.slice(0, SLOT_BYTES), text.slice(SLOT_BYTES)].map(parsePin).filter((pin) => pin !== null);
      return pins.sort((a, b) => b.size - a.size || b.epoch - a.epoch)[0] ?? null;
    },
    set: async (pin) => {
      const bytes = new TextEncoder().encode(JSON.stringify(pin).padEnd(SLOT_BYTES));
      slot = 1 - slot;
      try {
        const handle = await openSyncHandle(await file());
        if (handle === null) await setByStream(await file(), bytes, slot);
        else setByHandle(handle, bytes, slot);
      } catch (error) {
        // A stopped tab may hold the file for ever: the other pins still move.
        if (!isNamed(error, 'NoModificationAllowedError')) throw error;
      }
    },
    erase: () => removeOpfsDirectory(directoryName),
  };
}

function setByHandle(handle: SyncHandle, bytes: Uint8Array, slot: number): void {
  try {
    handle.write(bytes, { at: slot * SLOT_BYTES });
    handle.flush();
  } finally {
    handle.close();
  }
}

async function setByStream(file: FileSystemFileHandle, bytes: Uint8Array<ArrayBuffer>, slot: number): Promise<void> {
  const stream = await file.createWritable({ keepExistingData: true });
  await stream.write({ type: 'write', position: slot * SLOT_BYTES, data: bytes });
  await stream.close();
}

function parsePin(text: string): HeadPin | null {
  try {
    const value = JSON.parse(text.replaceAll('\0', '')) as Partial<HeadPin> | null;
    const whole = typeof value?.epoch === 'number' && typeof value.size === 'number' && typeof value.root === 'string';
    return whole ? (value as HeadPin) : null;
  } catch {
    return null;
  }
}
