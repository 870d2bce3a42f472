import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch } from '#core/base/ids.ts';
import { agentIdOf } from '#core/identity/did-key.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { restoreFrom } from '#runtime/backup/restore.ts';
import { openRemains } from '#runtime/backup/salvaged-parts.ts';
import { openSeries } from '#runtime/backup/open-series.ts';
import { drillSeries } from '#runtime/backup/drill.ts';
import { findSeries, segmentName } from '#runtime/backup/series.ts';
import { writeSeries } from '#runtime/backup/write-series.ts';
import { NO_SECRETS, type BackedUpSecrets } from '#runtime/identity/secret-backup.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { destroyRecordKeys } from '#runtime/journal/record-keys.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import {
  backupTools,
  backupWorld,
  type BackupWorld,
  NOW,
  otherDevice,
  seriesToWrite,
  restoreSeries,
} from '../../fakes/backup-world.ts';
import { memoryBackupFolder } from '../../fakes/memory-backup-folder.ts';
import { memoryAgentStore, memoryStoreDisk } from '../../fakes/memory-agent-store.ts';
import { memoryJournalLeg } from '../../fakes/memory-journal-leg.ts';
import { seededSigner } from '../../fakes/seeded-signer.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const started = (run: string): Fact =>
  ({
    type: 'run.started',
    run,
    at: NOW,
    goal: 'g',
    overrides: {},
    sources: [],
    now: NOW,
    zone: 'UTC',
    locale: 'en',
  }) as unknown as Fact;

async function backedUp(world: BackupWorld) {
  const folder = memoryBackupFolder();
  const target = await seriesToWrite();
  const write = () => writeSeries(backupTools, world.live, folder, target, world.options());
  await write();
  const open = async () => openSeries(backupTools, folder, (await findSeries(folder))[0]!, target.key);
  return { folder, target, write, open };
}

async function filled(): Promise<BackupWorld> {
  const world = backupWorld();
  await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }]);
  await world.addFile('notes.md', utf8('# Kestrel\n'.repeat(150_000)), [[{ text: 'Kestrel' }], [{ text: 'more' }]]);
  await world.add([started('run-1')], [started('run-2'), { type: 'run.cancelled', run: 'run-2', at: NOW } as Fact]);
  return world;
}

const options = { signal: new AbortController().signal, progress: () => undefined };

test('restored on another device everything is there, sealed by its own key, and the journal goes on in proof', async () => {
  const world = await filled();
  await world.add([{ type: 'source.removed', at: NOW, source: 'f'.repeat(64) } as Fact]);
  const backup = await backedUp(world);
  const { parts, place } = otherDevice();
  const report = await restoreSeries(parts, backup.folder, await backup.open(), place, options);
  expect(report).toMatchObject({ entries: 6, files: 1, runs: 2, unreadable: 0, missing: [] });

  const journal = { ...parts, store: place.store, legs: place.legs, pins: [] };
  const verified = await verifyJournal(journal, { payloads: true });
  expect(verified).toMatchObject({ size: 8, verifiedUpTo: 8, problem: null, payloads: 8 });
  const entries = await readEntries(journal, 0, 10);
  const before = await readEntries(world.live.journal, 0, 10);
  expect(entries.slice(0, 6).map(({ text }) => text)).toEqual(before.map(({ text }) => text));
  expect(entries.slice(6).map(({ payload }) => payload?.value)).toMatchObject([
    { type: 'agent.continued', agent: agentIdOf(parts.signer.publicKey), before: { agent: world.agent, size: 6 } },
    { type: 'run.paused', run: 'run-1' },
  ]);

  const again = await openJournal(journal);
  expect(again.ok && again.value.report).toMatchObject({ size: 8, repaired: [], unreadable: 0 });
  expect(await place.store.applied()).toBe(7);
  expect((await place.store.row('run', 'run-1'))?.value).toMatchObject({ status: 'paused' });
});

test('what was restored can be backed up and restored once more, with all that came after', async () => {
  const world = await filled();
  const first = await backedUp(world);
  const second = otherDevice();
  await restoreSeries(second.parts, first.folder, await first.open(), second.place, options);
  const journal = { ...second.parts, store: second.place.store, legs: second.place.legs, pins: [] };
  const live = {
    journal,
    blobs: second.place.blobs,
    store: second.place.store,
    secrets: () => Promise.resolve(NO_SECRETS),
  };
  const folder = memoryBackupFolder();
  const target = await seriesToWrite();
  // The journal keeps its name under the other device's key.
  const { agent } = world;
  await writeSeries(backupTools, live, folder, target, { ...options, agent, now: NOW });
  const [found] = await findSeries(folder);
  const third = otherDevice();
  const parts = { ...third.parts, signer: seededSigner(10) };
  const opened = await openSeries(backupTools, folder, found!, target.key);
  expect(await restoreSeries(parts, folder, opened, third.place, options)).toMatchObject({ entries: 7, files: 1 });
});

test('a destroyed payload stays destroyed, is named, and the journal still verifies', async () => {
  const world = await filled();
  const [entry] = await readEntries(world.live.journal, 1, 1);
  await destroyRecordKeys(world.journal.parts(), world.journal.store.epoch as Epoch, [entry!.entry]);
  const backup = await backedUp(world);
  const { parts, place } = otherDevice();
  const report = await restoreSeries(parts, backup.folder, await backup.open(), place, options);
  expect(report.unreadable).toBe(1);
  const [restored] = await readEntries({ ...parts, store: place.store, legs: place.legs }, 1, 1);
  expect(restored).toMatchObject({ payload: null, missing: 'destroyed' });
});

test('files that were lost before the backup are named by their paths', async () => {
  const world = await filled();
  const id = await world.addFile('gone.md', utf8('gone'), []);
  await world.blobs.remove(id);
  const backup = await backedUp(world);
  const { parts, place } = otherDevice();
  const report = await restoreSeries(parts, backup.folder, await backup.open(), place, options);
  expect(report).toMatchObject({ files: 1, missing: ['gone.md'] });
});

test('a damaged second segment stops the restore, and what stands before it restores by itself', async () => {
  const world = await filled();
  const backup = await backedUp(world);
  await world.add([{ type: 'run.paused', run: 'run-1', at: NOW } as Fact]);
  await backup.write();
  const name = segmentName(backup.target.series, 2);
  const bytes = backup.folder.files.get(name)!.slice();
  bytes[bytes.length - 20]! ^= 1;
  backup.folder.files.set(name, bytes);
  const opened = await backup.open();
  // What is damaged so near its beginning shows when it is opened.
  expect(opened.problem).toMatchObject({ code: 'damaged', file: name });
  const { parts, place } = otherDevice();
  expect(await restoreSeries(parts, backup.folder, opened, place, options)).toMatchObject({ entries: 5 });
});

test('stopping a restore in its middle is answered as such', async () => {
  const backup = await backedUp(await filled());
  const { parts, place } = otherDevice();
  const stop = new AbortController();
  const progress = (fraction: number): void => {
    if (fraction > 0.2) stop.abort();
  };
  const stopped = restoreSeries(parts, backup.folder, await backup.open(), place, { signal: stop.signal, progress });
  await expect(stopped).rejects.toMatchObject({ code: 'cancelled', file: null });
});

test('a drill passes on a whole backup and says what it read', async () => {
  const world = await filled();
  const backup = await backedUp(world);
  await world.add([{ type: 'run.paused', run: 'run-1', at: NOW } as Fact]);
  const [found] = await findSeries(backup.folder);
  const result = await drillSeries(backupTools, world.live, backup.folder, found!, backup.target, options);
  expect(result).toEqual({ entries: 5, files: 1 });
});

test('a drill notices what a backup alone cannot tell: that it is not of what is kept here', async () => {
  const world = await filled();
  const backup = await backedUp(world);
  const drill = async (): Promise<BackupError | null> => {
    const [found] = await findSeries(backup.folder);
    return drillSeries(backupTools, world.live, backup.folder, found!, backup.target, options).then(
      () => null,
      (error: unknown) => error as BackupError,
    );
  };
  const key = backup.folder.files.get(backup.target.keyFile.name)!;
  backup.folder.files.set(backup.target.keyFile.name, key.slice(1));
  expect(await drill()).toMatchObject({ code: 'damaged', file: backup.target.keyFile.name });
  backup.folder.files.set(backup.target.keyFile.name, key);
  expect(await drill()).toBeNull();

  const [id] = await world.blobs.list();
  await world.blobs.remove(id!);
  expect(await drill()).toBeNull();
  const stage = await world.blobs.stage();
  await stage.write(utf8('# Kestrel\n'.repeat(150_000)));
  await stage.writeItems([{ text: 'read otherwise' }]);
  await stage.commit();
  expect(await drill()).toMatchObject({ code: 'differs', message: expect.stringContaining('notes.md') as string });

  const other = backupWorld(2);
  await other.add([started('run-1')]);
  const [found] = await findSeries(backup.folder);
  const strange = drillSeries(backupTools, other.live, backup.folder, found!, backup.target, options);
  await expect(strange).rejects.toMatchObject({ code: 'differs' });
});

test('the secrets of the identity and the keys of providers come along where they lie on the device, and the newest word of each counts', async () => {
  const world = await filled();
  const records = [{ record: { type: 'windhover.genesis' }, signatures: [] }];
  await world.add([{ type: 'agent.genesis', at: NOW, records } as unknown as Fact]);
  let secrets: BackedUpSecrets = { root: 'the root', vouching: null, providers: '{"host":"key"}' };
  const live = { ...world.live, secrets: () => Promise.resolve(secrets) };
  const backup = await backedUp({ ...world, live });
  const restored = async (): Promise<readonly unknown[]> => {
    const kept: unknown[] = [];
    const { parts, place } = otherDevice();
    const keepSecrets = (...given: unknown[]) => Promise.resolve(void kept.push(given));
    await restoreSeries({ ...parts, keepSecrets }, backup.folder, await backup.open(), place, options);
    return kept;
  };
  expect(await restored()).toMatchObject([
    [{ root: 'the root', vouching: null, providers: '{"host":"key"}' }, { records }],
  ]);
  secrets = { root: null, vouching: 'the vouching key' };
  await world.add([{ type: 'run.paused', run: 'run-1', at: NOW } as Fact]);
  await backup.write();
  expect(await restored()).toMatchObject([
    [{ root: null, vouching: 'the vouching key', providers: null }, { records }],
  ]);
});

test('the key that signed last is told to be this device’s where it is, and only there', async () => {
  const backup = await backedUp(await filled());
  const { parts, place } = otherDevice();
  expect((await restoreSeries(parts, backup.folder, await backup.open(), place, options)).sameKey).toBe(false);
  const same = { ...otherDevice().parts, signer: seededSigner(1) };
  const report = await restoreSeries(same, backup.folder, await backup.open(), otherDevice().place, options);
  expect(report.sameKey).toBe(true);
});

/** What is left of a world when its store is lost: one copy of the journal, the keys of its entries beside it, the files. */
function remainsOf(world: BackupWorld) {
  const { journal } = world.live;
  const { keyPool } = journal.store;
  const [first] = journal.legs;
  const store = { ...memoryAgentStore(memoryStoreDisk()), keyPool };
  return {
    journal: { ...journal, store, legs: [memoryJournalLeg(undefined, 'indexeddb'), first!] },
    blobs: world.blobs,
  };
}

test('from what is left when the store is lost everything is restored in place, and the journal goes on in proof', async () => {
  const world = await filled();
  const before = await readEntries(world.live.journal, 0, 10);
  const { parts, place } = otherDevice();
  const progress: number[] = [];
  const source = await openRemains(parts, remainsOf(world));
  const report = await restoreFrom(parts, source, place, { ...options, progress: (now) => progress.push(now) });
  expect(report).toMatchObject({ entries: 5, files: 1, runs: 2, unreadable: 0, missing: [] });
  expect(progress).toEqual([...progress].sort((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
  const journal = { ...parts, store: place.store, legs: place.legs, pins: [] };
  expect(await verifyJournal(journal, { payloads: true })).toMatchObject({ size: 7, verifiedUpTo: 7, problem: null });
  const after = await readEntries(journal, 0, 10);
  expect(after.slice(0, 5)).toEqual(before);
  expect(after[5]?.payload?.value).toMatchObject({ type: 'agent.continued', before: { agent: world.agent, size: 5 } });
  const [id] = await world.blobs.list();
  expect(await place.blobs.read(id!, 0, 99)).toEqual(await world.blobs.read(id!, 0, 99));
});

test('where a file of what is left cannot be read, the rest is restored and its path is told', async () => {
  const world = await filled();
  const broken = await world.addFile('broken.md', utf8('broken'), []);
  const itemless = await world.addFile('itemless.md', utf8('itemless'), []);
  const changed = await world.addFile('changed.md', utf8('changed'), []);
  const remains = remainsOf(world);
  const read = vi.fn<typeof remains.blobs.read>((id, start, end) =>
    id === broken
      ? Promise.resolve({ ok: false, error: { code: 'corrupt', message: 'It was changed.' } })
      : remains.blobs
          .read(id, start, end)
          .then((bytes) => (id === changed ? { ok: true, value: utf8('CHANGED') } : bytes)),
  );
  const items: typeof remains.blobs.items = (id) => {
    if (id === itemless) throw new Error('gone');
    return remains.blobs.items(id);
  };
  const { parts, place } = otherDevice();
  const blobs = { list: () => world.blobs.list(), size: (id: typeof broken) => world.blobs.size(id), read, items };
  const report = await restoreFrom(parts, await openRemains(parts, { ...remains, blobs }), place, options);
  expect(report).toMatchObject({ files: 1, missing: ['broken.md', 'itemless.md', 'changed.md'] });
});

test('nothing is restored from a journal that is gone, damaged, or that nobody can open', async () => {
  const world = await filled();
  const { parts, place } = otherDevice();
  const remains = remainsOf(world);
  const none = { ...remains, journal: { ...remains.journal, legs: [memoryJournalLeg(undefined, 'opfs')] } };
  await expect(openRemains(parts, none)).rejects.toMatchObject({ code: 'nothing' });
  const keyless = { ...remains.journal, store: { ...remains.journal.store, keyPool: () => Promise.resolve(null) } };
  const locked = await openRemains(parts, { ...remains, journal: keyless });
  await expect(restoreFrom(parts, locked, place, options)).rejects.toMatchObject({ code: 'wrong-key' });
  const [, leg] = remains.journal.legs;
  const changed = {
    ...leg!,
    read: async (...given: Parameters<NonNullable<typeof leg>['read']>) => {
      const { groups, ...rest } = await leg!.read(...given);
      return { ...rest, groups: groups.map((group) => ({ ...group, entries: group.entries.map(aYearLater) })) };
    },
  };
  const damaged = await openRemains(parts, { ...remains, journal: { ...remains.journal, legs: [changed] } });
  await expect(restoreFrom(parts, damaged, otherDevice().place, options)).rejects.toMatchObject({ code: 'damaged' });
});

function aYearLater(text: string): string {
  return text.replace(/"time":(\d+)/, (_, time: string) => `"time":${String(Number(time) + 31_536_000_000)}`);
}
