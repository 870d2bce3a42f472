import { opfsBlobFiles } from '#adapters/opfs/blob-files.ts';
import { equalBytes, utf8 } from '#core/base/bytes.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import type { SourceId } from '#core/base/ids.ts';
import { err, ok } from '#core/base/result.ts';
import type { Random } from '#core/base/random.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BackupCipher } from '#ports/backup-cipher.ts';
import type { BackupFolder } from '#ports/backup-folder.ts';
import type { BackupMemory } from '#ports/backup-memory.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { NO_SECRETS } from '#runtime/identity/secret-backup.ts';
import type { JournalReading } from '#runtime/journal/parts.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { liveDigest } from '#runtime/backup/content-digest.ts';
import { openSeries, unlockSeries } from '#runtime/backup/open-series.ts';
import type { BackupTools, LiveContent } from '#runtime/backup/parts.ts';
import { restoreFrom, type RestoreReport, seriesSource, type RestoreParts } from '#runtime/backup/restore.ts';
import { findSeries, type FoundSeries } from '#runtime/backup/series.ts';
import type { BackupView } from '#runtime/contract/backup-api.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBackupFolder } from '#tests/fakes/memory-backup-folder.ts';
import { memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { memoryJournalLeg } from '#tests/fakes/memory-journal-leg.ts';
import { fastEntropy, fastSealer, incrementalSha256, unseal } from './crypto.ts';
import { idbBlobFiles } from './idb-blobs.ts';
import { MS, type Process } from './scheduler.ts';
import { signingKit } from './sim-keys.ts';
import { blobsOf } from './sim-tab.ts';
import type { World } from './world.ts';

export const BACKUP_PASSPHRASE = 'the passphrase of the backup';
const KEY = 'AGE-SECRET-KEY-1';
const CONTEXT = 'backup file';
/** Keys of the device that a backup is restored on. */
const [OTHER_DEVICE, OTHER_SIGNER] = [999, 0x7fff_0001];
/** Folders that are kept as a kill left them, at most. */
const TORN_MAX = 2;

/** What the owner was told to be in the backup. */
interface Told {
  readonly texts: readonly string[];
  /** Files that were there then, by path. */
  readonly files: ReadonlyMap<string, SourceId>;
}

/** The owner's folder for backups: outside the browser, so it outlives all that befalls the profile. */
export class BackupShelf {
  readonly files = new Map<string, Uint8Array>();
  told: Told | null = null;
  /** The folder as it stood when somebody at work in it was killed, with what the owner had been told by then. */
  readonly torn: { readonly files: Map<string, Uint8Array>; readonly told: Told | null }[] = [];
  /** Who is writing a file. */
  readonly #writing = new Set<Process>();
  readonly #heard = new Set<string>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A tab shows how far the backup goes. */
  shows({ last }: BackupView): void {
    // Where nothing had happened yet there is nothing to be in it.
    if (last === null || last.entries === 0 || this.#heard.has(`${String(last.at)} ${String(last.entries)}`)) return;
    this.#heard.add(`${String(last.at)} ${String(last.entries)}`);
    const { history } = this.#world;
    // What is shown after a disk has lied is of entries that may be others by now.
    if (this.#world.damaged || last.entries > history.size) return;
    const sources = [...history.states[last.entries]!.sources.values()];
    this.told = {
      texts: history.entries.slice(0, last.entries).map(({ text }) => text),
      files: new Map(sources.filter(({ removedAt }) => removedAt === null).map(({ path, id }) => [path, id])),
    };
  }

  /** The folder as one process reaches it: a file takes its place whole or, where the process is killed, not at all. */
  of(process: Process): BackupFolder {
    const { scheduler, random, weather } = this.#world;
    const pause = async (label: string): Promise<void> => {
      await scheduler.wait(50 + random.below(4 * MS), process, `backup ${label}`);
      if (weather.strikes('save refused')) throw new BackupError('io', 'The folder cannot be reached.');
    };
    const { files } = this;
    return {
      name: 'backups',
      list: async () => {
        await pause('list');
        return [...files].map(([name, bytes]) => ({ name, bytes: bytes.length }));
      },
      read: async function* (name) {
        await pause('read');
        const bytes = files.get(name);
        if (bytes === undefined) throw new BackupError('incomplete', `The file ${name} is missing.`, name);
        yield bytes.slice();
      },
      slice: async (name, start, end) => {
        await pause('read');
        const bytes = files.get(name);
        if (bytes === undefined) throw new BackupError('incomplete', `The file ${name} is missing.`, name);
        return bytes.slice(start, end);
      },
      write: async (name, pieces) => {
        this.#writing.add(process);
        try {
          const bytes = await whole(pieces);
          await pause('write');
          files.set(name, bytes);
        } finally {
          this.#writing.delete(process);
        }
      },
      remove: async (name) => {
        await pause('remove');
        files.delete(name);
      },
    };
  }

  killed(process: Process): void {
    if (!this.#writing.delete(process) || this.torn.length >= TORN_MAX) return;
    this.torn.push({ files: new Map(this.files), told: this.told });
  }
}

/** What this browser knows of its backup. */
export function simBackupMemory(world: World, process: Process): BackupMemory {
  const { idb } = world;
  return {
    get: () => idb.read(process, 'backup', (from) => (from.get('backup', 'state') ?? null) as Uint8Array | null),
    set: (bytes) => idb.write(process, 'backup', (to) => to.put('backup', 'state', bytes)),
    erase: () => idb.write(process, 'erase backup', (to) => to.delete('backup', 'state')),
  };
}

export function simBackupTools(world: World, random: Random): BackupTools {
  return { cipher: simCipher(random), tools: signingKit(world.scenario.signed).tools, hash: incrementalSha256 };
}

/** Hides and authenticates as far as a simulation needs: what age does is tested with age. */
function simCipher(random: Random): BackupCipher {
  const numberOf = (key: string): number => Number(key.slice(KEY.length));
  return {
    newKey: () => Promise.resolve(`${KEY}${String(1 + random.below(1 << 30))}`),
    readKey: (text) => (text.startsWith(KEY) ? text : null),
    seal: async function* (key, plain) {
      const sealer = fastSealer(numberOf(key), fastEntropy(1 + random.below(1 << 30)));
      yield (await sealer.seal(await whole(plain), CONTEXT)).ciphertext;
    },
    open: async function* (key, sealed) {
      const plain = unseal(numberOf(key), await whole(sealed), CONTEXT);
      if (plain === null) throw new BackupError('damaged', 'A file of the backup cannot be opened.');
      yield plain;
    },
    lockKey: (key, passphrase) => Promise.resolve(utf8(JSON.stringify([key, passphrase]))),
    unlockKey: (locked, passphrase) => {
      const [key, right] = JSON.parse(new TextDecoder().decode(locked)) as [string, string];
      return Promise.resolve(right === passphrase ? ok(key) : err('wrong-passphrase'));
    },
  };
}

/**
 * What the owner was told to be in the backup is there on another device, entry for entry and file for file: now, and as
 * the folder stood when somebody at work in it was killed.
 */
export async function checkBackups(world: World, reading: JournalReading): Promise<void> {
  const { backups, history } = world;
  // What was taken away since need not be there; and a file that cannot be read is left out of a backup, as lost.
  const unread = world.weather.struck.has('read error');
  const isGone = (id: SourceId): boolean => unread || history.state.sources.get(id)?.removedAt !== null;
  for (const { files, told } of [...backups.torn, backups]) {
    const restored = await restoredElsewhere(world, files);
    if (told === null) continue;
    const whole = restored.find(
      ({ texts, has }) =>
        told.texts.every((text, at) => texts[at] === text) &&
        [...told.files.values()].every((id) => has(id) || isGone(id)),
    );
    if (whole === undefined) {
      const found = restored.map(({ texts }) => String(texts.length)).join(', ');
      history.violated(
        'backup',
        `${String(told.texts.length)} entries and ${String(told.files.size)} files were said to be in the backup; it gives ${found}`,
      );
    } else if (files === backups.files && !world.damaged && history.destroyed === 0)
      await compare(world, reading, whole);
  }
}

interface Restored {
  readonly live: LiveContent;
  readonly place: RestorePlace;
  readonly report: RestoreReport;
  readonly texts: readonly string[];
  readonly has: (id: string) => boolean;
}

/** Each series of a folder, restored on a device that has nothing. */
async function restoredElsewhere(world: World, files: Map<string, Uint8Array>): Promise<readonly Restored[]> {
  const folder = memoryBackupFolder(files);
  const tools = simBackupTools(world, world.random);
  const restored: Restored[] = [];
  for (const found of await findSeries(folder)) {
    try {
      restored.push(await restoreSeries(world, tools, folder, found));
    } catch (error) {
      // A series that was only just begun holds nothing yet.
      if (!(error instanceof BackupError) || !['nothing', 'incomplete'].includes(error.code))
        world.history.violated('backup', `${found.series} cannot be restored: ${String(error)}`);
    }
  }
  return restored;
}

async function restoreSeries(
  world: World,
  tools: BackupTools,
  folder: BackupFolder,
  found: FoundSeries,
): Promise<Restored> {
  const opened = await openSeries(tools, folder, found, await unlockSeries(tools, folder, found, BACKUP_PASSPHRASE));
  const sealer = fastSealer(OTHER_DEVICE, fastEntropy(OTHER_DEVICE));
  const clock = fakeClock();
  const place: RestorePlace = {
    store: memoryAgentStore(),
    legs: [memoryJournalLeg(undefined, 'opfs'), memoryJournalLeg(undefined, 'indexeddb')],
    blobs: memoryBlobStore(clock, undefined, sealer),
  };
  const signer = signingKit(world.scenario.signed).signerOf(OTHER_SIGNER);
  const parts: RestoreParts = {
    ...{ ...tools, clock, entropy: fastEntropy(OTHER_SIGNER), signer, sealer },
    keepSecrets: () => Promise.resolve(),
  };
  const options = { signal: new AbortController().signal, progress: () => undefined };
  const report = await restoreFrom(parts, seriesSource(parts, folder, opened), place, options);
  const keys = (): Promise<{ readonly own: readonly ReturnType<typeof agentIdOf>[] }> =>
    Promise.resolve({ own: [agentIdOf(signer.publicKey)] });
  const journal: JournalReading = { ...parts, store: place.store, legs: place.legs, keys };
  const entries = await readEntries(journal, 0, report.entries);
  const ids = new Set<string>(await place.blobs.list());
  return {
    live: { journal, blobs: place.blobs, store: place.store, secrets: () => Promise.resolve(NO_SECRETS) },
    place,
    report,
    texts: entries.map(({ text }) => text),
    has: (id) => ids.has(id),
  };
}

/** What was restored is what is kept here, by the digest of the content. */
async function compare(world: World, journal: JournalReading, { live, place, report }: Restored): Promise<void> {
  const { scheduler, history, scenario, idb } = world;
  scheduler.current = world.outside;
  const files = scenario.opfs ? opfsBlobFiles() : idbBlobFiles(idb, null, 'blobs');
  const sealer = fastSealer(world.keys().device, fastEntropy(1));
  const clock = world.clockOf(world.outside);
  const blobs = blobsOf(world, { files, sealer, entropy: fastEntropy(1), clock });
  const here = { journal, blobs, store: live.store, secrets: live.secrets };
  const present = new Set(await blobs.list());
  const both = (await place.blobs.list()).filter((id) => present.has(id));
  const [kept, restored] = [
    await liveDigest(here, incrementalSha256, report.entries, both),
    await liveDigest(live, incrementalSha256, report.entries, both),
  ];
  if (kept.digest !== restored.digest)
    history.violated('I20', `what was backed up and restored has another digest than what is kept here`);
  for (const id of both) {
    const size = (await blobs.size(id)) ?? 0;
    const [one, other] = [await blobs.read(id, 0, size), await place.blobs.read(id, 0, size)];
    if (!one.ok || !other.ok || !equalBytes(one.value, other.value))
      history.violated('I20', `the file ${id} is another after it was restored`);
  }
}

async function whole(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const piece of pieces) parts.push(piece);
  return new Uint8Array(Buffer.concat(parts));
}
