import { expect, test } from 'vitest';
import { BLOB_CHUNK_BYTES, KIB } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import { Ballast, ballastedStore } from '#runtime/journal/ballast.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';

const BYTES = 8 * KIB;
const FULL = err({ code: 'quota' as const, message: 'The disk is full.' });

/** A folder whose every step can be made to fail. */
function world() {
  const kept = new Map<string, number>();
  const fails = { create: false, append: false, close: false, size: false, remove: false };
  const removed: string[] = [];
  const written: number[] = [];
  const files: BlobFiles = {
    name: 'memory',
    create: (name) => {
      if (fails.create) return Promise.resolve(FULL);
      kept.set(name, 0);
      return Promise.resolve(
        ok({
          append: (bytes) => {
            if (fails.append) return Promise.resolve(FULL);
            written.push(bytes.length);
            kept.set(name, (kept.get(name) ?? 0) + bytes.length);
            return Promise.resolve(ok(undefined));
          },
          close: () => Promise.resolve(fails.close ? FULL : ok(undefined)),
          abort: () => Promise.resolve(void kept.delete(name)),
        }),
      );
    },
    read: () => Promise.resolve(FULL),
    size: (name) => (fails.size ? Promise.reject(new Error('io')) : Promise.resolve(kept.get(name) ?? null)),
    remove: (name) => {
      removed.push(name);
      return fails.remove ? Promise.reject(new Error('held')) : Promise.resolve(void kept.delete(name));
    },
    list: () => Promise.resolve([...kept.keys()]),
    erase: () => {
      kept.clear();
      return Promise.resolve();
    },
  };
  const clock = fakeClock();
  return { kept, fails, removed, written, files, clock, ballast: new Ballast(files, clock, BYTES) };
}

test.each(['create', 'append', 'close', 'size'] as const)(
  'a ballast that cannot be made is tried again a minute later (%s)',
  async (step) => {
    const { kept, fails, clock, ballast } = world();
    fails[step] = true;
    ballast.begin();
    ballast.begin();
    expect(clock.waiting()).toBe(1);
    await clock.advance(5_000);
    expect(ballast.spent).toBe(false);
    if (step !== 'close') expect(kept.get('ballast')).toBeUndefined();
    fails[step] = false;
    await clock.advance(59_999);
    if (step !== 'close') expect(kept.get('ballast')).toBeUndefined();
    await clock.advance(1);
    expect([...kept]).toEqual([['ballast', BYTES]]);
    expect(clock.waiting()).toBe(0);
  },
);

test('one that is there already in its size is left alone, and one of another size made anew', async () => {
  const { kept, removed, clock, ballast } = world();
  kept.set('ballast', BYTES);
  ballast.begin();
  await clock.advance(5_000);
  expect(removed).toEqual([]);
  const other = world();
  other.kept.set('ballast', 1);
  other.ballast.begin();
  await other.clock.advance(5_000);
  expect([other.kept.get('ballast'), other.removed]).toEqual([BYTES, ['ballast']]);
});

test('spending says whether there was any room to give, and a folder that fails gives none', async () => {
  const { kept, fails, clock, ballast } = world();
  expect(await ballast.spend()).toBe(false);
  expect(ballast.spent).toBe(true);
  expect(clock.waiting()).toBe(1);
  kept.set('ballast', BYTES);
  fails.remove = true;
  expect(await ballast.spend()).toBe(true);
  fails.size = true;
  expect(await ballast.spend()).toBe(false);
  fails.size = fails.remove = false;
  kept.clear();
  await clock.advance(60_000);
  // Made again, and a second file beside it showed that there is room.
  expect([ballast.spent, [...kept.keys()]]).toEqual([false, ['ballast']]);
});

test('where there is room for it but none beside it, the disk is full still and the room is left to others', async () => {
  const { kept, files, clock } = world();
  let roomy = false;
  const ballast = new Ballast(
    { ...files, create: (name) => (name === 'margin' && !roomy ? Promise.resolve(FULL) : files.create(name)) },
    clock,
    BYTES,
  );
  await ballast.spend();
  await clock.advance(60_000);
  expect([ballast.spent, kept.size, clock.waiting()]).toEqual([true, 0, 1]);
  roomy = true;
  await clock.advance(60_000);
  expect([ballast.spent, [...kept.keys()], clock.waiting()]).toEqual([false, ['ballast'], 0]);
});

test('what was spent before anything was written is waited for once', async () => {
  const { clock, ballast } = world();
  await ballast.spend();
  ballast.begin();
  expect(clock.waiting()).toBe(1);
});

test('a large one is written in pieces, and in no more than it takes', async () => {
  const { kept, written, files, clock } = world();
  new Ballast(files, clock, 3 * BLOB_CHUNK_BYTES).begin();
  await clock.advance(5_000);
  expect([kept.get('ballast'), written]).toEqual([3 * BLOB_CHUNK_BYTES, Array(3).fill(BLOB_CHUNK_BYTES)]);
});

test('what is erased is not made again', async () => {
  const { kept, clock, ballast } = world();
  ballast.begin();
  await ballast.erase();
  await clock.advance(120_000);
  expect([kept.size, clock.waiting()]).toEqual([0, 0]);
});

test('the store gives up only where there is no room to give, and fails as it failed where it is no matter of room', async () => {
  const { kept, ballast } = world();
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  let answer: 'quota' | 'fenced' = 'quota';
  let tries = 0;
  const failing = {
    ...store,
    moveHead: () => (tries++, Promise.resolve(err(answer))),
    keepKeys: () => (tries++, Promise.resolve(err(answer))),
  };
  const guarded = ballastedStore(failing, ballast);
  expect(await guarded.moveHead(epoch, {} as never)).toEqual({ ok: false, error: 'quota' });
  expect(tries).toBe(1);
  kept.set('ballast', BYTES);
  expect(await guarded.keepKeys(epoch, {} as never)).toEqual({ ok: false, error: 'quota' });
  expect([tries, kept.size]).toEqual([3, 0]);
  answer = 'fenced';
  kept.set('ballast', BYTES);
  expect(await guarded.moveHead(epoch, {} as never)).toEqual({ ok: false, error: 'fenced' });
  expect([tries, kept.size]).toEqual([4, 1]);
});
