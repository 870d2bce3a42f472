import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { keyvalBackupMemory } from '#adapters/keyval/backup-memory.ts';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { directoryFolder, keptBackupFolder } from '#adapters/window/backup-folder.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import type { LeaderLock } from '#ports/coordination.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { Sealer, Signer } from '#ports/crypto.ts';
import type { KeyHolder } from '#ports/key-holder.ts';
import type { RestorePlaces } from '#ports/restore-place.ts';
import type { Desks } from './desks.ts';
import { openingParts } from './open-vault.ts';
import { sealerOf } from './sealer-of.ts';
import type { Tab } from '#runtime/agent/tab.ts';
import { BackupKeeper, type BackupMessage } from '#runtime/backup/keeper.ts';
import { vaultOfCopy } from '#runtime/backup/open-sealed-copy.ts';
import type { BackupTools } from '#runtime/backup/parts.ts';
import type { RestoreParts } from '#runtime/backup/restore.ts';
import { discardAside, setAsideView } from '#runtime/vault/kept-migration.ts';
import { Restorer } from '#runtime/backup/restorer.ts';
import type { BackupApi, BackupSource } from '#runtime/contract/backup-api.ts';

export interface BackupComposition {
  readonly tab: Tab;
  readonly store: AgentStore;
  readonly blobs: BlobStore;
  readonly agent: string;
  readonly sealer: Sealer;
  readonly signer: Signer;
  readonly lock: LeaderLock;
  readonly places: RestorePlaces;
  readonly keys: KeyHolder;
  /** Whether the private file system can be used. */
  readonly opfs: boolean;
  readonly desks: () => Promise<Pick<Desks, 'secrets' | 'keepSecrets'>>;
}

export type Backup = BackupApi & { readonly erase: () => Promise<void> };

/** What a page can ask about the backup; age and archives are loaded when first needed. */
export function openBackup({
  tab,
  store,
  blobs,
  agent,
  sealer,
  signer,
  lock,
  places,
  keys,
  opfs,
  desks,
}: BackupComposition): Backup {
  const keepSecrets: RestoreParts['keepSecrets'] = async (...given) => (await desks()).keepSecrets(...given);
  const aside = { keys, places, sealer };
  const memory = keyvalBackupMemory();
  const tools = async (): Promise<BackupTools> => ({
    cipher: (await import('#adapters/age/age-cipher.ts')).ageCipher(),
    // The records of the identity may be signed with ML-DSA-65 too.
    tools: { sha256, verifyEd25519, verifyMlDsa65: (await import('#adapters/noble/ml-dsa.ts')).verifyMlDsa65 },
    hash: incrementalSha256,
  });
  const keeper = new BackupKeeper({
    tools,
    live: { journal: tab.reading, blobs, store, secrets: async () => (await desks()).secrets() },
    agent,
    clock: platformClock,
    entropy: webCryptoEntropy,
    sealer,
    memory,
    folder: keptBackupFolder,
    archive: async (members) => (await import('#adapters/tar/tar-archive.ts')).writeTar(members, platformClock.now()),
    lock,
    messages: broadcastChannel<BackupMessage>('backup'),
  });
  tab.onOverview((overview) => keeper.saw(overview));
  const restorer = new Restorer({
    parts: async () => ({
      ...(await tools()),
      clock: platformClock,
      entropy: webCryptoEntropy,
      signer,
      sealer,
      keepSecrets,
    }),
    places,
    vaultOf: (copy) => vaultOfCopy(openingParts, copy),
    sealerOf,
    remains: { journal: tab.reading, blobs },
    stop: () => tab.close(),
    replaced: () => keeper.replaced(),
  });
  return {
    onView: (listener) => done(() => keeper.onView(listener)),
    setUp: (place, passphrase) => keeper.setUp(place, passphrase),
    changePassphrase: (passphrase) => keeper.changePassphrase(passphrase),
    showKey: () => keeper.showKey(),
    backUp: () => keeper.backUp(),
    archive: (whole) => keeper.archive(whole),
    drill: (from) => keeper.drill(from === null ? null : () => folderOf(from)),
    cancel: () => done(() => keeper.cancel()),
    turnOff: () => keeper.turnOff(),
    look: (from) => restorer.look(() => folderOf(from)),
    open: (series, secret) => restorer.open(series, secret),
    openSealed: (secret) => restorer.openSealed(secret),
    restore: (listener) => restorer.restore(listener),
    recover: (listener) => restorer.recover(listener),
    stopRestore: () => done(() => restorer.stop()),
    setAside: () => setAsideView(aside),
    bringBack: async () => {
      if ((await setAsideView(aside))?.migrated) throw new Error('It is of an older version.');
      await restorer.bringBack();
    },
    discardSetAside: () => discardAside(aside),
    retryMigration: async () => {
      const { retryMigrationOne } = await import('./migrate-profile-one.ts');
      await retryMigrationOne({ ...aside, lock, opfs }, blobs);
      return setAsideView(aside);
    },
    erase: () => memory.erase(),
  };
}

async function folderOf(source: BackupSource): Promise<BackupFolder> {
  if (source.kind === 'folder') return directoryFolder(source.folder);
  return (await import('#adapters/tar/files-folder.ts')).filesFolder(source.files);
}

function done(act: () => void): Promise<void> {
  act();
  return Promise.resolve();
}
