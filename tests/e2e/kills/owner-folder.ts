import type { Page } from '@playwright/test';

/** Stands in for the operating system's dialog: the chosen folder is one of the origin's own. */
export const FOLDER_DIALOG = `window.showDirectoryPicker = async () => {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle('chosen', { create: true });
};`;

/** What lies in the chosen folder: text by name. */
export function filesInFolder(page: Page): Promise<Record<string, string>> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('chosen', { create: true });
    const found: Record<string, string> = {};
    const entries = (folder as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values();
    for await (const entry of entries) found[entry.name] = await (await entry.getFile()).text();
    return found;
  });
}

export function emptyFolder(page: Page): Promise<void> {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('chosen', { create: true });
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys())
      await folder.removeEntry(name);
  });
}

export function putIntoFolder(page: Page, name: string, text: string): Promise<void> {
  return page.evaluate(
    async (file) => {
      const root = await navigator.storage.getDirectory();
      const folder = await root.getDirectoryHandle('chosen', { create: true });
      const stream = await (await folder.getFileHandle(file.name, { create: true })).createWritable();
      await stream.write(file.text);
      await stream.close();
    },
    { name, text },
  );
}
