import { expect, test, vi } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import { err } from '#core/base/result.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { filesFolder } from '#adapters/tar/files-folder.ts';
import { readTar, writeTar } from '#adapters/tar/tar-archive.ts';
import { checkedSeries } from '#runtime/backup/checked-series.ts';
import { openSeries } from '#runtime/backup/open-series.ts';
import { findSeries } from '#runtime/backup/series.ts';
import { BackupKeeper, SETTLE_MS, UNSAVED_MS_MAX, type BackupMessage } from '#runtime/backup/keeper.ts';
import type { BackupView } from '#runtime/contract/backup-api.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { backupTools, backupWorld, NOW, PASSPHRASE } from '../../fakes/backup-world.ts';
import { memoryBlobFiles, memoryBlobStore } from '../../fakes/memory-blob-store.ts';
import { memoryBackupFolder } from '../../fakes/memory-backup-folder.ts';
import { memoryBroadcast } from '../../fakes/memory-broadcast.ts';
import { memoryLocks } from '../../fakes/memory-locks.ts';
import { plainSealer } from '../../fakes/plain-sealer.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const settings = (zone: string): Fact => ({ type: 'settings.changed', at: NOW, settings: { zone } }) as unknown as Fact;

async function kept(files: BlobFiles = memoryBlobFiles()) {
  const world = backupWorld(1, files);
  await world.add([{ type: 'agent.created', at: NOW, agent: world.agent }]);
  const folder = memoryBackupFolder();
  const place: { problem: BackupError | null } = { problem: null };
  let bytes: Uint8Array | null = null;
  const channel = memoryBroadcast<BackupMessage>();
  const lock = memoryLocks();
  const { clock } = world.journal;
  const open = () =>
    new BackupKeeper({
      tools: () => Promise.resolve(backupTools),
      live: world.live,
      agent: world.agent,
      clock,
      entropy: seededEntropy(7),
      sealer: plainSealer(),
      memory: {
        get: () => Promise.resolve(bytes),
        set: (next) => Promise.resolve(void (bytes = next)),
        erase: () => Promise.resolve(void (bytes = null)),
      },
      folder: () => (place.problem === null ? Promise.resolve(folder) : Promise.reject(place.problem)),
      archive: (members) => writeTar(members, clock.now()),
      lock,
      messages: channel.join(),
    });
  const keeper = open();
  const views: BackupView[] = [];
  keeper.onView((view) => views.push(view));
  const saw = (role: Overview['role'] = 'leading', of = keeper) =>
    of.saw({ role, health: { state: 'ok' }, journal: { size: world.journal.store.head?.size ?? 0 } } as Overview);
  const settled = async (): Promise<void> => {
    await vi.waitFor(() => {
      if (views.at(-1)?.working !== null) throw new Error('It still works.');
    });
  };
  const pass = async (ms: number): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    await clock.advance(ms);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await settled();
  };
  return { world, folder, place, open, keeper, saw, pass, view: () => views.at(-1) };
}

test('once set up it backs up by itself, after things have settled, and only where it leads', async () => {
  const { world, folder, keeper, saw, pass, view, open } = await kept();
  saw();
  expect((await keeper.setUp('folder', PASSPHRASE)).ok).toBe(true);
  const first = { place: 'folder', behind: 0, last: { entries: 1 }, problem: null };
  await vi.waitFor(() => expect(view()).toMatchObject(first));
  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS - 1);
  expect(view()).toMatchObject({ behind: 1, last: { entries: 1 } });
  await pass(2);
  await vi.waitFor(() => expect(view()).toMatchObject({ behind: 0, last: { entries: 2 } }));
  expect(folder.files.size).toBe(4);

  const follower = open();
  saw('following');
  await world.add([settings('Asia/Tokyo')]);
  saw('following');
  saw('following', follower);
  await pass(2 * UNSAVED_MS_MAX);
  expect(view()).toMatchObject({ last: { entries: 2 } });
});

test('while things go on changing it still backs up within its bound', async () => {
  const { world, keeper, saw, pass, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  for (let passed = 0; passed < UNSAVED_MS_MAX + SETTLE_MS; passed += SETTLE_MS - 1_000) {
    await world.add([settings(String(passed))]);
    saw();
    await pass(SETTLE_MS - 1_000);
  }
  await vi.waitFor(() => expect(view()?.last?.entries).toBeGreaterThan(20));
});

test('a folder that wants permission again waits for its owner, and says so', async () => {
  const { world, place, keeper, saw, pass, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  place.problem = new BackupError('no-permission', 'The browser wants your permission again.');
  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: { code: 'no-permission' }, last: { entries: 1 } }));
  place.problem = null;
  expect((await keeper.backUp()).ok).toBe(true);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: null, last: { entries: 2 }, behind: 0 }));
});

test('once the folder may be written again the copy goes on by itself, without another word meanwhile', async () => {
  const { world, place, keeper, saw, pass, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  place.problem = new BackupError('no-permission', 'The browser wants your permission again.');
  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: { code: 'no-permission' } }));
  for (let minute = 0; minute < 3; minute++) {
    await pass(60_000);
    expect(view()).toMatchObject({ working: null, problem: { code: 'no-permission' }, last: { entries: 1 } });
  }
  place.problem = null;
  await pass(60_001);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: null, last: { entries: 2 }, behind: 0 }));
});

test('a folder that is gone is not looked for by itself', async () => {
  const { world, place, keeper, saw, pass, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  place.problem = new BackupError('no-folder', 'The folder is not there any more.');
  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: { code: 'no-folder' } }));
  place.problem = null;
  await pass(180_000);
  expect(view()).toMatchObject({ problem: { code: 'no-folder' }, last: { entries: 1 } });
});

test('a second archive by hand holds what is new alone; together they are the backup, whatever order they are chosen in', async () => {
  const { world, keeper, saw, pass, view } = await kept();
  saw();
  expect((await keeper.setUp('downloads', PASSPHRASE)).ok).toBe(true);
  await world.addFile('large.txt', new Uint8Array(200_000).fill(7), [['an item']]);
  saw();
  const first = await saved(keeper, false);
  expect(await keeper.archive(false)).toMatchObject({ ok: false, error: { code: 'nothing' } });
  await pass(2_000);
  await world.addFile('small.txt', new Uint8Array(50).fill(8), []);
  saw();
  const second = await saved(keeper, false);
  await vi.waitFor(() => expect(view()).toMatchObject({ archives: 2, behind: 0, last: { entries: 3 } }));
  expect(second.size).toBeLessThan(first.size / 10);
  expect(await segmentsIn(first)).toEqual(['1']);
  expect(await segmentsIn(second)).toEqual(['2']);

  for (const files of [
    [first, second],
    [second, first],
  ]) {
    expect(await contentsOf(files, await keeper.showKey())).toEqual({ entries: 3, files: 2, problem: null });
    expect(await keeper.drill(() => filesFolder(files))).toMatchObject({ ok: true });
  }
  await expect(contentsOf([second], await keeper.showKey())).rejects.toMatchObject({ code: 'incomplete' });

  await pass(2_000);
  const anew = await saved(keeper, true);
  expect(await segmentsIn(anew)).toEqual(['3']);
  for (const files of [[anew], [anew, second, first], [first, second, anew]])
    expect(await contentsOf(files, await keeper.showKey())).toEqual({ entries: 3, files: 2, problem: null });
});

async function saved(keeper: BackupKeeper, whole: boolean): Promise<File> {
  const made = await keeper.archive(whole);
  if (!made.ok) throw new Error(made.error.message);
  return new File([made.value.body], made.value.name);
}

async function segmentsIn(archive: File): Promise<string[]> {
  const members = (await readTar(archive)) ?? [];
  return members.flatMap(({ name }) => /-(\d+)\.age$/.exec(name)?.[1] ?? []);
}

/** What a device that has nothing but these files finds in them. */
async function contentsOf(files: readonly File[], key: string | null) {
  const folder = await filesFolder(files);
  const [found] = await findSeries(folder);
  const opened = await openSeries(backupTools, folder, found!, key!);
  const counts = { entries: 0, files: 0 };
  for await (const part of checkedSeries(backupTools, folder, opened)) {
    if (part.kind === 'group') counts.entries += part.entries.length;
    if (part.kind === 'stored') counts.files += 1;
  }
  return { ...counts, problem: opened.problem };
}

test('a disk that is full is tried again later', async () => {
  const { world, folder, keeper, saw, pass, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  folder.beforeWrite = () => {
    throw new BackupError('full', 'The disk is full.');
  };
  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: { code: 'full' } }));
  folder.beforeWrite = null;
  await pass(120_000);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: null, last: { entries: 2 } }));
});

test('a drill is remembered with its outcome, also when the backup does not pass it', async () => {
  const { folder, keeper, saw, view } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  expect((await keeper.drill(null)).ok).toBe(true);
  await vi.waitFor(() => expect(view()?.drill).toMatchObject({ ok: true, entries: 1 }));
  const segment = [...folder.files.keys()].find((name) => name.endsWith('-1.age'))!;
  folder.files.delete(segment);
  expect(await keeper.drill(null)).toMatchObject({ ok: false, error: { file: segment } });
  await vi.waitFor(() => expect(view()?.drill).toMatchObject({ ok: false }));
  expect(view()?.drill?.message).toContain(segment);
});

test('another passphrase opens the backup from the next time on, and the old one does not', async () => {
  const { folder, keeper, saw } = await kept();
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  expect((await keeper.changePassphrase('another passphrase')).ok).toBe(true);
  const locked = [...folder.files].find(([name]) => name.endsWith('.key.age'))![1];
  const key = await keeper.showKey();
  expect(await backupTools.cipher.unlockKey(locked, 'another passphrase')).toEqual({ ok: true, value: key });
  expect((await backupTools.cipher.unlockKey(locked, PASSPHRASE)).ok).toBe(false);
});

/** Files of which some cannot be read for as long as that is wanted. */
function failingFiles() {
  const files = memoryBlobFiles();
  const fails: { of: RegExp | null; times: number } = { of: null, times: Infinity };
  const read: BlobFiles['read'] = (name, start, end) => {
    if (fails.of?.test(name) !== true || fails.times-- <= 0) return files.read(name, start, end);
    return Promise.resolve(err({ code: 'io', message: 'the disk cannot be read' }));
  };
  return { files: { ...files, read }, kept: files.kept, fails };
}

test.each([
  ['its bytes', /\.bytes$/],
  ['what was read from it', /\.items$/],
])(
  'a file of which %s cannot be read for a while is waited for, and the last good backup stays the last',
  async (_, of) => {
    const { files, fails } = failingFiles();
    const { world, folder, keeper, saw, pass, view } = await kept(files);
    saw();
    await keeper.setUp('folder', PASSPHRASE);
    const before = new Map(folder.files);
    await world.addFile('notes.md', utf8('notes'), [['an item']]);
    fails.of = of;
    saw();
    await pass(SETTLE_MS + 1);
    const problem = { code: 'incomplete', file: 'notes.md' };
    await vi.waitFor(() => expect(view()).toMatchObject({ problem, last: { entries: 1 }, behind: 1 }));
    expect(view()?.problem?.message).toContain('not complete');
    expect(folder.files).toEqual(before);
    await pass(60_001);
    await vi.waitFor(() => expect(view()).toMatchObject({ problem, last: { entries: 1 } }));

    fails.of = null;
    await pass(60_001);
    await vi.waitFor(() => expect(view()).toMatchObject({ problem: null, last: { entries: 2 }, behind: 0 }));
    expect(await keeper.drill(null)).toMatchObject({ ok: true });
  },
);

test('a file whose list of parts cannot be read for a while is not taken for one that is gone', async () => {
  const { files, fails } = failingFiles();
  const { world, keeper, saw, pass, view, open } = await kept(files);
  saw();
  await keeper.setUp('folder', PASSPHRASE);
  await world.addFile('notes.md', utf8('notes'), []);
  // Another tab, which has not read the file yet.
  const blobs = memoryBlobStore(undefined, files);
  Object.assign(world.live, { blobs });
  fails.of = /\.blob$/;
  const other = open();
  saw('leading', other);
  expect(await other.backUp()).toMatchObject({ ok: false, error: { code: 'incomplete', file: 'notes.md' } });
  fails.of = null;
  expect(await other.backUp()).toMatchObject({ ok: true });
  expect(await other.drill(null)).toMatchObject({ ok: true });
  await pass(1);
  expect(view()).toMatchObject({ last: { entries: 2 }, drill: { files: 1 } });
});

test('a disk that fails only once is asked again at once', async () => {
  const { files, fails } = failingFiles();
  const { world, keeper, saw } = await kept(files);
  saw();
  await world.addFile('notes.md', utf8('notes'), [['an item']]);
  Object.assign(fails, { of: /\.(bytes|items)$/, times: 2 });
  expect(await keeper.setUp('folder', PASSPHRASE)).toMatchObject({ ok: true });
  expect(fails.times).toBeLessThan(0);
  expect(await keeper.drill(null)).toMatchObject({ ok: true });
});

test('a file that is damaged here does not keep the rest from the backup, which says what it lacks until the owner sees to it', async () => {
  const { files, kept: bytes } = failingFiles();
  const { world, keeper, saw, pass, view, open } = await kept(files);
  saw();
  const id = await world.addFile('notes.md', utf8('notes'), [['an item']]);
  await world.addFile('whole.md', utf8('whole'), []);
  const damaged = [...bytes].find(([name, sealed]) => name.endsWith('.bytes') && sealed.length > 0)!;
  damaged[1][damaged[1].length - 1]! ^= 1;
  saw();
  expect(await keeper.setUp('folder', PASSPHRASE)).toMatchObject({ ok: true });
  const lack = { code: 'incomplete', file: 'notes.md' };
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: lack, last: { entries: 3 }, behind: 0 }));
  expect(await keeper.drill(null)).toMatchObject({ ok: false, error: { code: 'differs' } });

  await world.add([settings('UTC')]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: lack, last: { entries: 4 } }));
  const reopened: BackupView[] = [];
  open().onView((shown) => reopened.push(shown));
  await vi.waitFor(() => expect(reopened.at(-1)).toMatchObject({ problem: lack }));

  await world.add([{ type: 'source.removed', source: id, at: NOW }]);
  saw();
  await pass(SETTLE_MS + 1);
  await vi.waitFor(() => expect(view()).toMatchObject({ problem: null, last: { entries: 5 } }));
  expect(await keeper.drill(null)).toMatchObject({ ok: true });
});
