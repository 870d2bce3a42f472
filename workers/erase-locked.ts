import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { keyvalBackupMemory } from '#adapters/keyval/backup-memory.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { MODELS_FOLDER } from '#adapters/opfs/model-shelf.ts';
import { opfsAvailable, removeOpfsDirectory, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import type { Sealer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { secretsCopy, vaultCopy } from './open-vault.ts';
import { currentPlace, eraseStores, placesOf, storesOf } from './stores.ts';

const locked = (): Promise<never> => Promise.reject(new Error('The vault is locked.'));
/** Nothing is opened here. */
export const NO_SEALER: Sealer = { seal: locked, open: locked, nameOf: locked };

/** Erases everything that the app keeps, by whoever cannot open it any more. The keys go last: until then it can be done again. */
export async function eraseLocked(keys: KeyHolder, window: WindowApi): Promise<void> {
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  const parts = { opfs, sealer: NO_SEALER, window };
  await eraseStores(storesOf(await currentPlace(opfs), parts));
  await placesOf(parts).erase();
  await keyvalBackupMemory().erase();
  await (opfs ? opfsBlobFiles('ballast') : indexedDbBlobFiles('windhover-ballast')).erase();
  await keys.erase();
  if (!opfs) return;
  await secretsCopy().erase();
  await vaultCopy().erase();
  await removeOpfsDirectory(MODELS_FOLDER);
}
