import type { Page } from '@playwright/test';

/** Bytes that the app sets aside for a full disk, some seconds after its start. */
export const BALLAST_BYTES = 16 * 1_048_576;

/** Bytes of the ballast file; 0 when there is none. */
export function ballastOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    try {
      const root = await navigator.storage.getDirectory();
      const held = await (await root.getDirectoryHandle('ballast')).getFileHandle('ballast');
      return (await held.getFile()).size;
    } catch {
      return 0;
    }
  });
}
