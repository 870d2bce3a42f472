import type { TextFiles } from '#ports/text-files.ts';
import { fileNames, isNamed, opfsDirectory, removeOpfsDirectory } from './sync-handle.ts';

/** In the private file system. */
export function opfsTextFiles(directoryName: string): TextFiles {
  return {
    get: async (name) => {
      try {
        return await (await (await (await opfsDirectory(directoryName)).getFileHandle(name)).getFile()).text();
      } catch (error) {
        if (isNamed(error, 'NotFoundError')) return null;
        throw error;
      }
    },
    set: async (name, text) => {
      const file = await (await opfsDirectory(directoryName)).getFileHandle(name, { create: true });
      const stream = await file.createWritable();
      await stream.write(text);
      await stream.close();
    },
    remove: async (name) => {
      try {
        await (await opfsDirectory(directoryName)).removeEntry(name);
      } catch (error) {
        if (!isNamed(error, 'NotFoundError')) throw error;
      }
    },
    names: async () => fileNames(await opfsDirectory(directoryName)),
    erase: () => removeOpfsDirectory(directoryName),
  };
}
