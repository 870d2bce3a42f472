import { fileNames, opfsDirectory, removeOpfsDirectory } from './sync-handle.ts';

/**
 * The number of the set of stores in use, as the name of an empty file: where IndexedDB is lost, this still tells which
 * log in the private file system is the newest.
 */
export function opfsPlaceMark(directoryName = 'place') {
  return {
    get: async (): Promise<number> => {
      const numbers = (await fileNames(await opfsDirectory(directoryName))).map(Number).filter(Number.isSafeInteger);
      return Math.max(0, ...numbers);
    },
    set: async (place: number): Promise<void> => {
      const folder = await opfsDirectory(directoryName);
      await folder.getFileHandle(String(place), { create: true });
      for (const name of await fileNames(folder)) if (name !== String(place)) await folder.removeEntry(name);
    },
    erase: (): Promise<void> => removeOpfsDirectory(directoryName),
  };
}
