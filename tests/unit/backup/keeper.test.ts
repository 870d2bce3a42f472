import { expect, test, vi } from 'vitest';
import { BackupError } from '#ports/backup-error.ts';
import type { Fact } from '#runtime/agent/facts.ts';
import { BackupKeeper, SETTLE_MS, UNSAVED_MS_MAX, type BackupMessage } from '#runtime/backup/keeper.ts';
import type { BackupView } from '#runtime/contract/backup-api.ts';
import type { Overview } from '#runtime/contract/views.ts';
import { backupTools, backupWorld, NOW, PASSPHRASE } from '../../fakes/backup-world.ts';
import { memoryBackupFolder } from '../../fakes/memory-backup-folder.ts';
import { memoryBroadcast } from '../../fakes/memory-broadcast.ts';
import { memoryLocks } from '../../fakes/memory-locks.ts';
import { plainSealer } from '../../fakes/plain-sealer.ts';
import { seededEntropy } from '../../fakes/seeded-entropy.ts';

// Ciphers and curves in JavaScript, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

const settings = (zone: string): Fact => ({ type: 'settings.changed', at: NOW, settings: { zone } }) as unknown as Fact;

async function kept() {
  const world = backupWorld();
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
      archive: () => Promise.reject(new Error('There are no archives here.')),
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
