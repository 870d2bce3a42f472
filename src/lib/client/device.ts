import { download, downloadBlob } from '#adapters/window/download.ts';
import { createBackupFolderChoice, type BackupFolderChoice } from '#adapters/window/backup-folder.ts';
import { droppedFiles } from '#adapters/window/dropped-files.ts';
import { missingInWindow } from '#adapters/window/missing-in-window.ts';
import { createOwnerFolder, type OwnerFolder } from '#adapters/window/owner-folder.ts';
import { canPickFolder, pickFiles, pickFolder, type PickedFile } from '#adapters/window/pickers.ts';
import {
  requestPersistence,
  storagePersistence,
  storageSpace,
  type Persistence,
} from '#adapters/window/storage-space.ts';
import { applyRememberedTheme, applyTheme, eraseWindowMemory } from '#adapters/window/theme.ts';
import { QuestionNotices } from '#adapters/window/question-notices.ts';
import { UpdateWatch } from '#adapters/window/update-watch.ts';
import { watchWayOut } from '#adapters/window/way-out.ts';
import { ViolationLog } from '#adapters/window/violation-log.ts';
import { askPasskey, createPasskey, passkeysAvailable } from '#adapters/window/passkey.ts';
import { openVaultChannel, type VaultChannel } from '#adapters/window/vault-channel.ts';
import { createWindowApi } from '#adapters/window/window-api.ts';

export { applyRememberedTheme };
export type { BackupFolderChoice, OwnerFolder, Persistence, PickedFile, VaultChannel };

/** What only a window can do, in one handle: the rest of the interface touches the browser through it alone. */
export type Device = ReturnType<typeof openDevice>;

export function openDevice() {
  const folder = createOwnerFolder();
  const backupFolder = createBackupFolderChoice();
  return {
    folder,
    vaultChannel: openVaultChannel(),
    askPasskey,
    createPasskey,
    passkeysAvailable,
    backupFolder,
    /** What the worker may ask of this window. */
    windowApi: createWindowApi(folder),
    violations: new ViolationLog(),
    updates: new UpdateWatch(),
    notices: new QuestionNotices(),
    watchWayOut,
    download,
    downloadBlob,
    droppedFiles,
    canPickFolder,
    pickFiles,
    pickFolder,
    missingInWindow,
    storageSpace,
    storagePersistence,
    requestPersistence,
    applyTheme,
    async eraseMemory(): Promise<void> {
      await folder.forget();
      await backupFolder.forget();
      eraseWindowMemory();
    },
  };
}
