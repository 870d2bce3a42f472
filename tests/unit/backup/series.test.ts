import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { checkedSeries } from '#runtime/backup/checked-series.ts';
import { ContentDigest, type ContentSum, liveDigest } from '#runtime/backup/content-digest.ts';
import { openSeries, unlockSeries } from '#runtime/backup/open-series.ts';
import { findSeries, indexName, segmentName } from '#runtime/backup/series.ts';
import { SEGMENTS_MAX, type SeriesToWrite, writeSeries } from '#runtime/backup/write-series.ts';
import {
  backupTools,
  backupWorld,
  type BackupWorld,
  NOW,
  PASSPHRASE,
  seriesToWrite,
} from '../../fakes/backup-world.ts';
import { memoryBlobFiles, memoryBlobStore } from '../../fakes/memory-blob-store.ts';
import { memoryBackupFolder, type MemoryBackupFolder } from '../../fakes/memory-backup-folder.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const settings = (zone: string): Fact =>
  ({ type: 'settings.changed', at: NOW, settings: { zone, names: ['Größe 漢字'] } }) as unknown as Fact;

async function begun(
  files = memoryBlobFiles(),
): Promise<{ world: BackupWorld; folder: MemoryBackupFolder; target: SeriesToWrite }> {
  const world = backupWorld(1, files);
  await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }, settings('Europe/Paris')]);
  await world.addFile('notes.md', utf8('# Kestrel\n'.repeat(20_000)), [
    [{ kind: 'document', text: 'Kestrel' }],
    [1, 2],
  ]);
  return { world, folder: memoryBackupFolder(), target: await seriesToWrite() };
}

const write = ({ world, folder, target }: Awaited<ReturnType<typeof begun>>, signal?: AbortSignal) =>
  writeSeries(backupTools, world.live, folder, target, world.options(signal === undefined ? {} : { signal }));

/** Reads the series back, everything checked, and gives the digest of what it holds. */
async function readBack(folder: MemoryBackupFolder, secret: string): Promise<ContentSum> {
  const [found] = await findSeries(folder);
  const key = await unlockSeries(backupTools, folder, found!, secret);
  const opened = await openSeries(backupTools, folder, found!, key);
  if (opened.problem !== null) throw opened.problem;
  const content = new ContentDigest(backupTools.hash);
  let file: ReturnType<ContentDigest['file']> | null = null;
  for await (const part of checkedSeries(backupTools, folder, opened)) {
    if (part.kind === 'group') for (const { text, payload } of part.entries) content.entry(text, payload);
    if (part.kind === 'file') file = content.file(part.id, part.size);
    if (part.kind === 'items') file?.items(part.items);
    if (part.kind === 'stored') file?.done();
  }
  return content.sum();
}

const failure = (work: Promise<unknown>): Promise<BackupError> =>
  work.then(
    () => Promise.reject(new Error('It did not fail.')),
    (error: unknown) => (error instanceof BackupError ? error : Promise.reject(error as Error)),
  );

test('a backup read back with the passphrase holds what is kept here, to the last byte', async () => {
  const all = await begun();
  const written = await write(all);
  expect(written).toMatchObject({ to: 3, segment: { from: 0, to: 3 } });
  const content = await readBack(all.folder, PASSPHRASE);
  expect(content.files.size).toBe(1);
  const live = await liveDigest(all.world.live, backupTools.hash, 3, content.files.keys());
  expect(content.digest).toBe(live.digest);
});

test('nothing readable is in the folder: neither a word of the files nor the key', async () => {
  const all = await begun();
  await write(all);
  const text = [...all.folder.files.values()].map((bytes) => Buffer.from(bytes).toString('latin1')).join('');
  expect(text).toContain('age-encryption.org/v1');
  for (const secret of ['Kestrel', 'notes.md', 'Paris', 'source.imported', all.target.key, all.world.agent])
    expect(text).not.toContain(secret);
});

test('a further backup writes only what is new, and both together are the whole', async () => {
  const all = await begun();
  await write(all);
  const base = all.folder.files.get(segmentName(all.target.series, 1));
  await all.world.add([settings('Asia/Tokyo')]);
  await all.world.addFile('more.md', utf8('more'), []);
  const second = await write(all);
  expect(second.segment).toMatchObject({ from: 3, to: 5 });
  expect(second.segment!.bytes).toBeLessThan(base!.length / 20);
  expect(all.folder.files.get(segmentName(all.target.series, 1))).toBe(base);
  const content = await readBack(all.folder, all.target.key);
  const live = await liveDigest(all.world.live, backupTools.hash, 5, content.files.keys());
  expect(content.files.size).toBe(2);
  expect(content.digest).toBe(live.digest);
});

test('with nothing new nothing is written', async () => {
  const all = await begun();
  await write(all);
  const before = new Map(all.folder.files);
  expect((await write(all)).segment).toBeNull();
  expect(all.folder.files).toEqual(before);
});

test('when the segments have become many, one new base takes their place', async () => {
  const all = await begun();
  for (let count = 0; count <= SEGMENTS_MAX; count++) {
    await all.world.add([settings(String(count))]);
    await write(all);
  }
  const [found] = await findSeries(all.folder);
  expect(found!.index!.segments).toMatchObject([{ from: 0, to: 3 + SEGMENTS_MAX + 1 }]);
  expect(all.folder.files.size).toBe(3);
  const content = await readBack(all.folder, PASSPHRASE);
  expect(content.entries.count).toBe(3 + SEGMENTS_MAX + 1);
});

test('a new base never takes the place of the only copy of a file that was damaged here since', async () => {
  const files = memoryBlobFiles();
  const all = await begun(files);
  for (let count = 0; count < SEGMENTS_MAX; count++) {
    await all.world.add([settings(String(count))]);
    await write(all);
  }
  for (const [name, bytes] of files.kept) if (name.endsWith('.bytes')) bytes[bytes.length - 1]! ^= 1;
  // The app was opened again: nothing of the file is in memory any more.
  Object.assign(all.world.live, { blobs: memoryBlobStore(undefined, files) });
  await all.world.add([settings('last')]);
  const written = await write(all);
  expect([...written.files.lost]).toEqual([]);
  const [found] = await findSeries(all.folder);
  expect(found!.index!.segments).toHaveLength(SEGMENTS_MAX + 1);
  expect(all.folder.files.size).toBe(SEGMENTS_MAX + 3);
  const content = await readBack(all.folder, PASSPHRASE);
  expect([content.entries.count, content.files.size]).toEqual([3 + SEGMENTS_MAX + 1, 1]);
});

test('a crash before any of its writes leaves the last good series, and the next backup mends it', async () => {
  for (const crash of ['segment', 'index']) {
    const all = await begun();
    await write(all);
    const good = await readBack(all.folder, PASSPHRASE);
    await all.world.add([settings('UTC')]);
    const at = crash === 'index' ? indexName(all.target.series) : segmentName(all.target.series, 2);
    all.folder.beforeWrite = (name) => {
      if (name === at) throw new Error('the power is gone');
    };
    await expect(write(all)).rejects.toThrow('the power is gone');
    expect((await readBack(all.folder, PASSPHRASE)).entries.count).toBe(good.entries.count);
    all.folder.beforeWrite = null;
    await write(all);
    expect((await readBack(all.folder, PASSPHRASE)).entries.count).toBe(good.entries.count + 1);
    expect(all.folder.files.size).toBe(4);
  }
});

test('stopping it leaves the last good series', async () => {
  const all = await begun();
  await write(all);
  await all.world.add([settings('UTC')]);
  const before = new Map(all.folder.files);
  const stop = new AbortController();
  stop.abort();
  expect((await failure(write(all, stop.signal))).code).toBe('cancelled');
  expect(all.folder.files).toEqual(before);
});

test('a wrong passphrase and a wrong key are called what they are', async () => {
  const all = await begun();
  await write(all);
  expect((await failure(readBack(all.folder, 'not this one'))).code).toBe('wrong-passphrase');
  expect((await failure(readBack(all.folder, await backupTools.cipher.newKey()))).code).toBe('wrong-key');
});

test('every changed byte of a segment is noticed, and its file named', async () => {
  const all = await begun();
  await write(all);
  const name = segmentName(all.target.series, 1);
  const whole = all.folder.files.get(name)!;
  for (const at of [0, 30, 100, 200, 250, 70_000, whole.length - 1]) {
    const bytes = whole.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    all.folder.files.set(name, bytes);
    const error = await failure(readBack(all.folder, all.target.key));
    expect(['damaged', 'wrong-key'], String(at)).toContain(error.code);
    expect(error.file).toBe(name);
  }
  for (const length of [0, 10, 100, 300, whole.length - 1]) {
    all.folder.files.set(name, whole.slice(0, length));
    expect((await failure(readBack(all.folder, all.target.key))).file, String(length)).toBe(name);
  }
});

test('a missing segment is named, and what stands before it still opens', async () => {
  const all = await begun();
  await write(all);
  await all.world.add([settings('UTC')]);
  await write(all);
  const name = segmentName(all.target.series, 2);
  all.folder.files.delete(name);
  const [found] = await findSeries(all.folder);
  const opened = await openSeries(backupTools, all.folder, found!, all.target.key);
  expect(opened.segments).toHaveLength(1);
  expect(opened.problem).toMatchObject({ code: 'incomplete', file: name });
});

test('without its index a series is put in order by its headers', async () => {
  const all = await begun();
  await write(all);
  await all.world.add([settings('UTC')]);
  await write(all);
  all.folder.files.delete(indexName(all.target.series));
  const [found] = await findSeries(all.folder);
  const opened = await openSeries(backupTools, all.folder, found!, all.target.key);
  expect(opened.segments.map(({ header }) => [header.from, header.to])).toEqual([
    [0, 3],
    [3, 4],
  ]);
  expect(opened.problem?.code).toBe('incomplete');
});

test('a series of another history in the folder is left alone', async () => {
  const all = await begun();
  await write(all);
  const before = new Map(all.folder.files);
  const other = backupWorld(2);
  await other.add([settings('UTC')], [settings('UTC')], [settings('UTC')]);
  const error = await failure(write({ ...all, world: other }));
  expect(error.code).toBe('differs');
  expect(all.folder.files).toEqual(before);
});

test('an emptied folder gets a new base, and a removed key file its key again', async () => {
  const all = await begun();
  await write(all);
  all.folder.files.clear();
  expect((await write(all)).segment).toMatchObject({ from: 0 });
  all.folder.files.delete(all.target.keyFile.name);
  await write(all);
  expect((await readBack(all.folder, PASSPHRASE)).entries.count).toBe(3);
});

test('a file whose bytes are damaged here does not stop the backup of the rest', async () => {
  const all = await begun();
  const rotten = await all.world.addFile('rotten.md', utf8('rotten'), []);
  const live = {
    ...all.world.live,
    blobs: {
      ...all.world.live.blobs,
      read: (id: SourceId, start: number, end: number) =>
        id === rotten
          ? Promise.resolve({ ok: false as const, error: { code: 'corrupt' as const, message: 'It rotted.' } })
          : all.world.live.blobs.read(id, start, end),
    },
  };
  await writeSeries(backupTools, live, all.folder, all.target, all.world.options({ now: (NOW + 1) as UnixMs }));
  const content = await readBack(all.folder, PASSPHRASE);
  expect(content.files.size).toBe(1);
  expect(content.entries.count).toBe(4);
});
