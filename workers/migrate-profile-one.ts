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
import { platformKey } from '#adapters/webcrypto/vault-crypto.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import type { Sealer, Signer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import { sealedBlobStore } from '#runtime/blobs/sealed-blob-store.ts';
import { keepMigration, type KeptMigration, retryMigration, settleMigration } from '#runtime/vault/kept-migration.ts';
import { migrateFiles, migrateProfile } from '#runtime/vault/migrate-profile.ts';

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
  await parts.lock.hold(LOCK, () =>
    settleMigration(parts, (deviceKey) => copy(parts, createWebCryptoSealer(platformKey(deviceKey)))),
  );
}

/** Tries once more to read the files that could not be read then. @param blobs those in use */
export async function retryMigrationOne(
  parts: Pick<MigrateParts, 'keys' | 'places' | 'sealer' | 'lock' | 'opfs'>,
  blobs: BlobStore,
): Promise<void> {
  await parts.lock.hold(LOCK, () =>
    retryMigration(parts, (deviceKey, files) => {
      const old = blobsOfOld(createWebCryptoSealer(platformKey(deviceKey)), parts.opfs);
      return migrateFiles({ hash: incrementalSha256 }, old, blobs, files);
    }),
  );
}

/** Null when there is no old profile. */
async function copy({ keys, places, opfs, sealer, signer }: MigrateParts, old: Sealer): Promise<KeptMigration | null> {
  const store = await openProfileOneStore(old);
  if (store === null) return null;
  const place = await places.fresh();
  const second = indexedDbJournalLeg();
  const legs = opfs ? [opfsJournalLeg(), second] : [second];
  const tools = { sha256, verifyEd25519 };
  const migration = { entropy: webCryptoEntropy, sealer, signer, tools, hash: incrementalSha256 };
  const report = await migrateProfile(migration, { sealer: old, store, legs, blobs: blobsOfOld(old, opfs) }, place);
  store.close();
  await second.close();
  place.store.close();
  const kept = await keepMigration({ keys, sealer }, platformClock.now(), report);
  await place.use(kept.at);
  return kept;
}

function blobsOfOld(sealer: Sealer, opfs: boolean): BlobStore {
  return sealedBlobStore({
    files: opfs ? opfsBlobFiles('blobs') : indexedDbBlobFiles('windhover-blobs'),
    sealer,
    entropy: webCryptoEntropy,
    clock: platformClock,
    sha256: incrementalSha256,
  });
}
