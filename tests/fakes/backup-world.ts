import { ageCipher } from '#adapters/age/age-cipher.ts';
import { incrementalSha256 } from '#adapters/noble/sha256.ts';
import type { Epoch, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { BlobStore } from '#ports/blob-store.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { project, stateFromRows } from '#runtime/agent/projection.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { OpenSeries } from '#runtime/backup/open-series.ts';
import { restoreFrom, seriesSource, type RestoreOptions, type RestoreParts } from '#runtime/backup/restore.ts';
import type { BackupTools, LiveContent } from '#runtime/backup/parts.ts';
import { hex } from '#core/base/bytes.ts';
import { NO_SECRETS } from '#runtime/identity/secret-backup.ts';
import type { SeriesToWrite, WriteOptions } from '#runtime/backup/write-series.ts';
import { keyName } from '#runtime/backup/series.ts';
import { checkTools } from './journal.ts';
import { journalWorld, type JournalWorld } from './journal-world.ts';
import { fakeClock } from './fake-clock.ts';
import { memoryAgentStore, memoryStoreDisk } from './memory-agent-store.ts';
import { memoryBlobFiles, memoryBlobStore } from './memory-blob-store.ts';
import { memoryJournalLeg } from './memory-journal-leg.ts';
import { plainSealer } from './plain-sealer.ts';
import { seededEntropy } from './seeded-entropy.ts';
import { seededSigner } from './seeded-signer.ts';
import { sha256 } from '@noble/hashes/sha2.js';

export const NOW = 1_763_700_000_000 as UnixMs;

/** scrypt as weak as it goes: what is tested is not how slow it is. */
export const backupTools: BackupTools = { cipher: ageCipher(2), tools: checkTools, hash: incrementalSha256 };

/** One browser profile with a journal, files and projections: something to back up. */
export interface BackupWorld {
  readonly journal: JournalWorld;
  readonly blobs: BlobStore;
  readonly live: LiveContent;
  readonly agent: string;
  /** Appends facts, in groups as given, and folds them. */
  readonly add: (...groups: readonly (readonly Fact[])[]) => Promise<void>;
  /** Brings in a file with what was read from it. */
  readonly addFile: (path: string, bytes: Uint8Array, items: readonly (readonly Json[])[]) => Promise<SourceId>;
  readonly options: (changes?: Partial<WriteOptions>) => WriteOptions;
}

export function backupWorld(seed = 1, files: BlobFiles = memoryBlobFiles()): BackupWorld {
  const journal = journalWorld(seed);
  const blobs = memoryBlobStore(undefined, files);
  const store = memoryAgentStore(journal.store);
  const agent = agentIdOf(journal.parts().signer.publicKey);
  const world: BackupWorld = {
    journal,
    blobs,
    live: { journal: journal.parts(), blobs, store, secrets: () => Promise.resolve(NO_SECRETS) },
    agent,
    add: async (...groups) => {
      const { journal: writing } = await journal.open();
      for (const facts of groups) {
        const last = await writing.append(
          facts.map((fact) => ({
            time: fact.at,
            type: fact.type,
            run: 'run' in fact ? fact.run : null,
            value: fact as unknown as Json,
          })),
        );
        if (!last.ok) throw new Error(last.error.message);
        await fold(facts, last.value - facts.length + 1);
      }
      await writing.close();
    },
    addFile: async (path, bytes, items) => {
      const stage = await blobs.stage();
      await stage.write(bytes);
      for (const batch of items) await stage.writeItems(batch);
      const staged = await stage.commit();
      if (!staged.ok) throw new Error(staged.error.message);
      await world.add([imported(staged.value.id, path, bytes.length)]);
      return staged.value.id;
    },
    options: (changes = {}) => ({
      agent,
      now: NOW,
      signal: new AbortController().signal,
      progress: () => undefined,
      ...changes,
    }),
  };

  async function fold(facts: readonly Fact[], first: number): Promise<void> {
    let state = stateFromRows([...journal.store.rows.values()]);
    for (const [index, fact] of facts.entries()) {
      const projected = project(state, fact, (first + index) as Sequence);
      state = projected.state;
      await store.apply(journal.store.epoch as Epoch, {
        applied: (first + index) as Sequence,
        rows: projected.rows,
        done: projected.done,
      });
    }
  }
  return world;
}

export function imported(id: SourceId, path: string, bytes: number): Fact {
  const counts = { messages: 0, events: 0, documents: 1, tables: 0 };
  const source = {
    id,
    path,
    kind: 'document' as const,
    bytes,
    importedAt: NOW,
    modifiedAt: null,
    counts,
    warnings: [],
  };
  return { type: 'source.imported', at: NOW, source: { ...source, sample: false } };
}

/** A series to write, with a key of its own and the passphrase "correct horse battery staple". */
export async function seriesToWrite(series = '00000000000000aa', key?: string): Promise<SeriesToWrite> {
  const made = key ?? (await backupTools.cipher.newKey());
  const lockedKey = await backupTools.cipher.lockKey(made, PASSPHRASE);
  const keyFile = { name: keyName(series), bytes: lockedKey.length, sha256: hex(sha256(lockedKey)) };
  return { series, key: made, lockedKey, keyFile };
}

export const PASSPHRASE = 'correct horse battery staple';

/** Another device: its own key, its own seal, empty stores. */
export function otherDevice(): { readonly parts: RestoreParts; readonly place: RestorePlace } {
  const sealer = plainSealer('another device');
  const clock = fakeClock();
  return {
    parts: {
      ...backupTools,
      clock,
      entropy: seededEntropy(9),
      signer: seededSigner(9),
      sealer,
      keepSecrets: () => Promise.resolve(),
    },
    place: {
      store: memoryAgentStore(memoryStoreDisk()),
      legs: [memoryJournalLeg(undefined, 'opfs'), memoryJournalLeg(undefined, 'indexeddb')],
      blobs: memoryBlobStore(clock, undefined, sealer),
    },
  };
}

/** Restores what a series holds. */
export async function restoreSeries(
  parts: RestoreParts,
  folder: BackupFolder,
  opened: OpenSeries,
  place: RestorePlace,
  options: RestoreOptions,
): ReturnType<typeof restoreFrom> {
  return restoreFrom(parts, seriesSource(parts, folder, opened), place, options);
}
