import { openProfileOneStore } from '#adapters/indexeddb/profile-one-store.ts';
import { indexedDbBlobFiles } from '#adapters/indexeddb/blob-files.ts';
import { indexedDbJournalLeg } from '#adapters/indexeddb/journal-leg.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { opfsJournalLeg } from '#adapters/opfs/journal-leg.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { createWebCryptoSealer } from '#adapters/webcrypto/sealer.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import type { Sealer, Signer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import { migrateProfile } from '#runtime/vault/migrate-profile.ts';

/** The device's key of a profile from before there was a vault: while it is here, that profile is not done with. */
const DEVICE_KEY = 'device';
const LOCK = 'vault:migrate';

export interface MigrateParts {
  readonly keys: KeyHolder;
  readonly places: RestorePlaces;
  readonly lock: LeaderLock;
  readonly opfs: boolean;
  readonly sealer: Sealer;
  readonly signer: Signer;
}

/** Moves what an older version wrote under the vault: copied and verified beside it, then switched, then destroyed. */
export async function migrateProfileOne(parts: MigrateParts): Promise<void> {
  const { keys, places, lock } = parts;
  await lock.hold(LOCK, async () => {
    const deviceKey = await keys.get<CryptoKey>(DEVICE_KEY);
    if (deviceKey === null) return;
    // What stands aside is the old one: an earlier start was cut off after it had switched.
    if ((await places.setAside()) === null) await copy(parts, createWebCryptoSealer(deviceKey));
    await places.discard();
    await keys.remove(DEVICE_KEY);
  });
}

async function copy({ places, opfs, sealer, signer }: MigrateParts, old: Sealer): Promise<void> {
  const store = await openProfileOneStore(old);
  if (store === null) return;
  const place = await places.fresh();
  const second = indexedDbJournalLeg();
  const legs = opfs ? [opfsJournalLeg(), second] : [second];
  const blobs = sealedBlobStore({
    files: opfs ? opfsBlobFiles('blobs') : indexedDbBlobFiles('windhover-blobs'),
    sealer: old,
    entropy: webCryptoEntropy,
    clock: platformClock,
    sha256: incrementalSha256,
  });
  const tools = { sha256, verifyEd25519 };
  const migration = { entropy: webCryptoEntropy, sealer, signer, tools, hash: incrementalSha256 };
  await migrateProfile(migration, { sealer: old, store, legs, blobs }, place);
  store.close();
  await second.close();
  place.store.close();
  await place.use(platformClock.now());
}
