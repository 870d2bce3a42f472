import { expect, test } from 'vitest';
import type { CommandId } from '#core/base/ids.ts';
import { KIB, MIB } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import type { BlobFiles } from '#ports/blob-files.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { Ballast, ballastedLeg, ballastedStore } from '#runtime/journal/ballast.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { fact, journalWorld } from '#tests/fakes/journal-world.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryJournalLeg } from '#tests/fakes/memory-journal-leg.ts';

const BYTES = 64 * KIB;

/** A disk with so much room, shared by files and by what copies and store write. */
function smallDisk(room: number) {
  const sizes = new Map<string, number>();
  const disk = { room, taken: 0, sizes };
  const free = (): number => disk.room - disk.taken - [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const full = { code: 'quota' as const, message: 'The disk is full.' };
  const files: BlobFiles = {
    name: 'memory',
    create: (name) => {
      sizes.set(name, 0);
      return Promise.resolve(
        ok({
          append: (bytes) => {
            if (bytes.length > free()) return Promise.resolve(err(full));
            sizes.set(name, (sizes.get(name) ?? 0) + bytes.length);
            return Promise.resolve(ok(undefined));
          },
          close: () => Promise.resolve(ok(undefined)),
          abort: () => Promise.resolve(void sizes.delete(name)),
        }),
      );
    },
    read: () => Promise.resolve(err({ code: 'missing', message: 'not kept' })),
    size: (name) => Promise.resolve(sizes.get(name) ?? null),
    remove: (name) => Promise.resolve(void sizes.delete(name)),
    list: () => Promise.resolve([...sizes.keys()]),
    erase: () => {
      sizes.clear();
      return Promise.resolve();
    },
  };
  const leg = (of: JournalLeg): JournalLeg => ({
    ...of,
    append: (groups, readable) => {
      const bytes = groups.reduce((sum, { payloads }) => sum + payloads.reduce((all, one) => all + one.length, 0), 0);
      if (bytes > free()) return Promise.resolve(err(full));
      disk.taken += bytes;
      return of.append(groups, readable);
    },
  });
  return { disk, files, free, leg };
}

async function fullWorld(room: number) {
  const world = journalWorld();
  const small = smallDisk(room);
  const ballast = new Ballast(small.files, world.clock, BYTES);
  const opened = await openJournal(
    world.parts({
      legs: [
        ballastedLeg(small.leg(memoryJournalLeg(world.first, 'opfs')), ballast),
        ballastedLeg(small.leg(memoryJournalLeg(world.second, 'indexeddb')), ballast),
      ],
      store: ballastedStore(memoryAgentStore(world.store), ballast),
      full: () => ballast.spent,
    }),
  );
  if (!opened.ok) throw new Error(opened.error.message);
  return { world, ballast, journal: opened.value.journal, ...small };
}

test('a ballast that is no whole number of pieces has just its bytes', async () => {
  const { world, files, disk } = await fullWorld(4 * MIB);
  const ballast = new Ballast(files, world.clock, 1.5 * MIB);
  ballast.begin();
  await world.clock.advance(10_000);
  expect([...disk.sizes.values()]).toEqual([1.5 * MIB]);
});

test('the ballast is made some time after the first write, and not before', async () => {
  const { world, journal, disk } = await fullWorld(1_000 * KIB);
  await world.clock.advance(60_000);
  expect(disk.sizes.size).toBe(0);
  await journal.append([fact('first')]);
  expect(disk.sizes.size).toBe(0);
  await world.clock.advance(10_000);
  expect([...disk.sizes]).toEqual([['ballast', BYTES]]);
  expect(journal.state.full).toBe(false);
});

test('on a full disk its room lets appends finish, in both copies, and the journal says so', async () => {
  const { world, journal, disk } = await fullWorld(100 * KIB);
  await journal.append([fact('first')]);
  await world.clock.advance(10_000);
  expect(disk.sizes.get('ballast')).toBe(BYTES);
  const values = Array.from({ length: 8 }, (_, index) => String(index).repeat(5 * KIB));
  for (const value of values) expect((await journal.append([fact(value)])).ok).toBe(true);
  expect(await journal.settle()).toBeNull();
  expect(disk.sizes.size).toBe(0);
  expect(journal.state).toMatchObject({ full: true, lag: 0 });
  expect(await world.values()).toEqual(['first', ...values]);
  expect(world.second.groups).toEqual(world.first.groups);
});

test('when even that is used up the append is refused, whole, and a smaller one still goes', async () => {
  const { world, journal } = await fullWorld(90 * KIB);
  await journal.append([fact('first')]);
  await world.clock.advance(10_000);
  const refused = await journal.append([fact('x'.repeat(100 * KIB))]);
  expect(refused).toMatchObject({ ok: false, error: { code: 'quota' } });
  expect((await journal.append([fact('small')])).ok).toBe(true);
  expect(await world.values()).toEqual(['first', 'small']);
});

test('it is made again once there is twice the room, and only then is the disk no longer called full', async () => {
  const { world, journal, disk, ballast } = await fullWorld(100 * KIB);
  await journal.append([fact('first')]);
  await world.clock.advance(10_000);
  expect((await journal.append([fact('x'.repeat(40 * KIB))])).ok).toBe(true);
  expect(ballast.spent).toBe(true);
  disk.room = disk.taken + BYTES + KIB;
  await world.clock.advance(61_000);
  expect([ballast.spent, disk.sizes.size]).toEqual([true, 0]);
  disk.room = disk.taken + 2 * BYTES + KIB;
  await world.clock.advance(61_000);
  expect([ballast.spent, [...disk.sizes.keys()]]).toEqual([false, ['ballast']]);
  await journal.append([fact('on')]);
  expect(journal.state.full).toBe(false);
});

test('a store that finds no room for its projections gets that of the ballast too', async () => {
  const { world, files } = await fullWorld(1_000 * KIB);
  const ballast = new Ballast(files, world.clock, BYTES);
  ballast.begin();
  await world.clock.advance(10_000);
  const store = memoryAgentStore(world.store);
  let tries = 0;
  const failingOnce = {
    ...store,
    apply: (...given: Parameters<typeof store.apply>) =>
      tries++ === 0 ? Promise.resolve(err('quota' as const)) : store.apply(...given),
  };
  const batch = { applied: 0 as never, rows: [], done: [] };
  expect(await ballastedStore(failingOnce, ballast).apply(await store.epoch(), batch)).toEqual({ ok: true });
  expect([tries, ballast.spent]).toEqual([2, true]);
});

test('an order that finds no room gets that of the ballast, once, and any other failure is passed on as it is', async () => {
  const { world, files } = await fullWorld(1_000 * KIB);
  const ballast = new Ballast(files, world.clock, BYTES);
  ballast.begin();
  await world.clock.advance(10_000);
  const store = memoryAgentStore(world.store);
  const order = { id: 'o1' as CommandId, at: 0, command: { type: 'rebuild' } };
  // As Dexie hands it on.
  const outOfRoom = Object.assign(new Error('aborted'), { inner: new DOMException('full', 'QuotaExceededError') });
  const failing = (...errors: Error[]) =>
    ballastedStore(
      {
        ...store,
        enqueue: (given) => {
          const error = errors.shift();
          return error === undefined ? store.enqueue(given) : Promise.reject(error);
        },
      },
      ballast,
    );
  await expect(failing(new Error('closed')).enqueue(order)).rejects.toThrow('closed');
  expect(ballast.spent).toBe(false);
  await failing(outOfRoom).enqueue(order);
  expect([ballast.spent, (await store.pending()).length]).toEqual([true, 1]);
  // There is nothing left to give.
  await expect(failing(outOfRoom).enqueue(order)).rejects.toBe(outOfRoom);
});
