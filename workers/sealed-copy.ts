import { sha256 } from '#adapters/noble/sha256.ts';
import { opfsAvailable, syncHandlesAvailable } from '#adapters/opfs/sync-handle.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { writeTar } from '#adapters/tar/tar-archive.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { VaultRecord } from '#ports/vault.ts';
import type { WindowApi } from '#ports/window-api.ts';
import { sealedCopyMembers } from '#runtime/backup/sealed-copy.ts';
import type { BackupArchive } from '#runtime/contract/backup-archive.ts';
import { copiedKeyHolder } from '#runtime/identity/copied-key-holder.ts';
import { NO_SEALER } from './erase-locked.ts';
import { secretsCopy } from './open-vault.ts';
import { blobFilesOf, currentPlace, storesOf } from './stores.ts';

const NAME_DIGITS = 8;

/** All that is kept here, sealed as it lies. */
export async function sealedCopy(record: VaultRecord, kept: KeyHolder, window: WindowApi): Promise<BackupArchive> {
  const opfs = (await opfsAvailable()) && syncHandlesAvailable();
  const place = await currentPlace(opfs);
  const { legs, store } = storesOf(place, { opfs, sealer: NO_SEALER, window });
  const copied = opfs ? copiedKeyHolder(kept, { files: secretsCopy(), vault: record.vault, sha256 }) : null;
  await copied?.catchUp();
  const now = platformClock.now();
  const here = { record, legs, store, blobs: blobFilesOf(place, opfs), keys: copied ?? kept };
  try {
    const body = await writeTar(sealedCopyMembers(here, now), now);
    return { name: `windhover-sealed-${record.vault.slice(0, NAME_DIGITS)}.tar`, body };
  } finally {
    store.close();
    for (const leg of legs) await leg.close();
  }
}
