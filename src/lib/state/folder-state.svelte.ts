import type { OwnerFolder } from '#lib/client/device.ts';

/** Where saved files go: a folder of the owner's, or Downloads. */
export class FolderState {
  /** null means Downloads. */
  name = $state.raw<string | null>(null);

  constructor(readonly folder: OwnerFolder) {
    void folder.name().then((name) => {
      this.name = name;
    });
  }

  /** @returns false when the browser or the owner refused */
  async choose(): Promise<boolean> {
    const name = await this.folder.choose();
    if (name === null) return false;
    this.name = name;
    return true;
  }

  async useDownloads(): Promise<void> {
    await this.folder.forget();
    this.name = null;
  }
}
