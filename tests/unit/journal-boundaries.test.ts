import { expect, test } from 'vitest';
import { encodePayload, entryFor, SALT_BYTES } from '#core/audit/entry.ts';
import { utf8 } from '#core/base/bytes.ts';
import type { Epoch, Sequence, UnixMs } from '#core/base/ids.ts';
import { KIB } from '#core/base/limits.ts';
import { err, ok } from '#core/base/result.ts';
import type { AgentStore, JournalHead, StoreError } from '#ports/agent-store.ts';
import type { JournalLeg } from '#ports/journal-leg.ts';
import { copiedKeys } from '#runtime/journal/copied-keys.ts';
import { copyGroups } from '#runtime/journal/copies.ts';
import { HeadKeeper } from '#runtime/journal/head-keeper.ts';
import { openJournal } from '#runtime/journal/open-journal.ts';
import { readEntries, readGroups } from '#runtime/journal/reader.ts';
import { destroyRecordKeys, keepKeysOf, KeyFinder, RecordKeys } from '#runtime/journal/record-keys.ts';
import { openPayload, preparePayload, sealPayload } from '#runtime/journal/sealed-payload.ts';
import { SecondCopy } from '#runtime/journal/second-copy.ts';
import { verifyJournal } from '#runtime/journal/verify-journal.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { fact, filled, journalWorld } from '#tests/fakes/journal-world.ts';
import { checkTools, plainFacts, testJournal } from '#tests/fakes/journal.ts';
import { memoryAgentStore, memoryStoreDisk } from '#tests/fakes/memory-agent-store.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';
import { plainSealer } from '#tests/fakes/plain-sealer.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

/** What the journal is made of, where it meets a disk, a store or another tab that does not do what was hoped. */

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

const headOf = (size: number): JournalHead => ({ epoch: 1 as Epoch, size, root: '', frontier: [], checkpoint: '' });

test('the copy of the record keys passes over files that are no pools, and a pool that vanished', async () => {
  const copy = memoryTextFiles();
  const disk = memoryStoreDisk();
  const store = memoryAgentStore(disk);
  const epoch = await store.raiseEpoch();
  const pool = {
    epoch,
    first: 4 as Sequence,
    count: 4,
    sealed: { ciphertext: Uint8Array.of(1), wrappedKey: Uint8Array.of(2) },
  };
  expect(await copiedKeys(store, copy).keepKeys(epoch, pool)).toEqual({ ok: true });
  copy.kept.set('notes.txt', 'x');
  copy.kept.set('1-2-3', 'x');
  copy.kept.set(`x${String(epoch)}-7`, 'x');
  const lost = copiedKeys(memoryAgentStore(), copy);
  expect(await lost.keyPool(epoch, 4 as Sequence)).toEqual(pool);
  expect(await lost.keyPool(epoch, 7 as Sequence)).toEqual(pool);
  expect(await lost.keyPool(epoch, 3 as Sequence)).toBeNull();
  const vanished = copiedKeys(memoryAgentStore(), { ...copy, get: () => Promise.resolve(null) });
  expect(await vanished.keyPool(epoch, 4 as Sequence)).toBeNull();
});

test('what the store holds of the record keys counts before the copy, where it reaches that far', async () => {
  const copy = memoryTextFiles();
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const pool = (first: number, mark: number) => ({
    ...{ epoch, first: first as Sequence, count: 4 },
    sealed: { ciphertext: Uint8Array.of(mark), wrappedKey: Uint8Array.of(2) },
  });
  await copiedKeys(memoryAgentStore({ ...memoryStoreDisk(), epoch }), copy).keepKeys(epoch, pool(0, 9));
  await copiedKeys(memoryAgentStore({ ...memoryStoreDisk(), epoch }), copy).keepKeys(epoch, pool(4, 9));
  await store.keepKeys(epoch, pool(0, 1));
  const kept = copiedKeys(store, copy);
  expect(await kept.keyPool(epoch, 3 as Sequence)).toEqual(pool(0, 1));
  expect(await kept.keyPool(epoch, 4 as Sequence)).toEqual(pool(4, 9));
  copy.kept.delete('1-4');
  copy.kept.delete('1-0');
  // A pool that ends before the entry is told as it is: its reader sees that the key is lost.
  expect(await kept.keyPool(epoch, 4 as Sequence)).toEqual(pool(0, 1));
});

test('a head that the store does not answer for is moved again, unless a newer one went meanwhile', async () => {
  const clock = fakeClock();
  const moved: number[] = [];
  const failures: StoreError[] = [];
  let answer: () => ReturnType<AgentStore['moveHead']> = () => Promise.reject(new Error('gone'));
  const store = {
    moveHead: (_: Epoch, head: JournalHead) => {
      moved.push(head.size);
      return answer();
    },
  };
  const keeper = new HeadKeeper(store, 1 as Epoch, clock, (error) => failures.push(error));
  keeper.move(headOf(1));
  await keeper.settle();
  expect([moved, failures, clock.waiting()]).toEqual([[1], [], 1]);
  answer = () => Promise.resolve(ok(undefined));
  await clock.advance(999);
  expect(moved).toEqual([1]);
  await clock.advance(1);
  expect([moved, clock.waiting()]).toEqual([[1, 1], 0]);

  const first = deferred<Awaited<ReturnType<AgentStore['moveHead']>>>();
  answer = () => first.promise;
  keeper.move(headOf(2));
  keeper.move(headOf(3));
  keeper.move(headOf(4));
  answer = () => Promise.resolve(ok(undefined));
  first.resolve(err('io'));
  await keeper.settle();
  // Two failed while four waited: only the newest goes, and nothing is tried again.
  expect([moved.slice(2), failures, clock.waiting()]).toEqual([[2, 4], ['io'], 0]);

  answer = () => Promise.resolve(err('fenced'));
  keeper.move(headOf(5));
  await keeper.settle();
  expect([failures, clock.waiting()]).toEqual([['io', 'fenced'], 0]);

  answer = () => Promise.resolve(err('quota'));
  keeper.move(headOf(6));
  await keeper.settle();
  keeper.close();
  expect([failures.at(-1), clock.waiting()]).toEqual(['quota', 0]);
});

test('a head is moved in whatever turn it comes, also while the one before it has just been answered', async () => {
  for (let turns = 0; turns < 12; turns++) {
    const moved: number[] = [];
    const store = {
      moveHead: (_: Epoch, head: JournalHead) => {
        moved.push(head.size);
        return Promise.resolve(ok(undefined));
      },
    };
    const keeper = new HeadKeeper(store, 1 as Epoch, fakeClock(), () => undefined);
    keeper.move(headOf(1));
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    keeper.move(headOf(2));
    await keeper.settle();
    expect(moved, `after ${String(turns)} turns`).toEqual([1, 2]);
  }
});

test('what waits when another tab is found to lead is answered, and not written', async () => {
  const world = journalWorld();
  const parts = world.parts();
  const [moving, signing] = [deferred<Awaited<ReturnType<AgentStore['moveHead']>>>(), deferred<null>()];
  let heads = 0;
  let signs = 0;
  const opened = await openJournal({
    ...parts,
    store: {
      ...parts.store,
      // The first is that of an empty journal.
      moveHead: (epoch, head) => (heads++ === 0 ? parts.store.moveHead(epoch, head) : moving.promise),
    },
    signer: {
      ...parts.signer,
      sign: async (message) => {
        if (signs++ > 0) await signing.promise;
        return parts.signer.sign(message);
      },
    },
  });
  if (!opened.ok) throw new Error(opened.error.message);
  const { journal } = opened.value;
  expect(await journal.append([fact('a')])).toEqual(ok(0));
  const [b, c] = [
    journal.append([fact('b')]),
    new Promise((resolve) => setTimeout(resolve)).then(() => journal.append([fact('c')])),
  ];
  await new Promise((resolve) => setTimeout(resolve, 5));
  moving.resolve(err('fenced'));
  expect(await c).toMatchObject({ ok: false, error: { code: 'fenced', message: 'Another tab leads since.' } });
  signing.resolve(null);
  expect(await b).toMatchObject({ ok: false, error: { code: 'fenced', message: 'Another tab leads since.' } });
  await journal.close();
  expect(world.first.groups).toHaveLength(1);
});

test('groups are copied only from a copy that holds them, to one that takes them', async () => {
  const world = await filled(3);
  const [source, target] = [memoryJournalLeg(world.first, 'opfs'), memoryJournalLeg(memoryLegDisk(), 'indexeddb')];
  await target.open(9 as Epoch);
  expect(await copyGroups(source, target, 0, 3)).toBeNull();
  expect((await target.read()).groups).toEqual(world.first.groups);
  expect(await copyGroups(source, target, 3, 4)).toBe('the opfs copy has no group that starts at entry 3');
  await target.close();
  expect(await copyGroups(source, target, 0, 3)).toBe('the indexeddb copy: The memory leg failed: fenced.');
});

test('a copy damaged in its first group proves nothing, and one whose signature fails says from where', async () => {
  const world = await filled(4);
  const spoilt = world.first.groups[0]!;
  world.first.groups[0] = { ...spoilt, entries: [spoilt.entries[0]!.replace(/"time":\d+/, '"time":1')] };
  const verified = await verifyJournal(world.parts());
  expect(verified.copies[0]).toMatchObject({
    name: 'opfs',
    verifiedUpTo: 0,
    problem: 'entry 0 is not what the checkpoint of 1 entries signs',
  });
  expect(verified.verifiedUpTo).toBe(4);
});

test('entries that no copy holds are an error that names the copies, and what is wrong with each', async () => {
  const world = await filled(4);
  world.first.groups.pop();
  world.second.damagedAt = 3;
  await expect(readEntries(world.parts(), 2, 2)).rejects.toThrow(
    'No copy of the journal holds the entries 2 to 3 (opfs: shorter than the head; indexeddb: group 3 is damaged).',
  );
  await expect(readEntries(world.parts({ legs: [] }), 0, 1)).rejects.toThrow('holds the entries 0 to 0 ().');
});

test('a copy that ends in what was never acknowledged is read after the others', async () => {
  const world = await filled(3);
  const [, , last] = world.first.groups;
  const other = await filled(3);
  world.first.groups[2] = { ...last!, checkpoint: 'never counted' };
  world.reads.length = 0;
  expect(await world.values()).toEqual([0, 1, 2]);
  expect(world.reads).toEqual(['first 2 1', 'second 0 3']);
  other.reads.length = 0;
  expect(await other.values()).toEqual([0, 1, 2]);
  expect(other.reads).toEqual(['first 2 1', 'first 0 3']);
  const alone = other.parts();
  other.reads.length = 0;
  expect(await readEntries({ ...alone, legs: alone.legs.slice(0, 1) }, 0, 3)).toHaveLength(3);
  expect(other.reads).toEqual(['first 0 3']);
});

test('of a group only the entries asked for are opened, and only what was acknowledged', async () => {
  const world = journalWorld();
  const { journal } = await world.open();
  await journal.append([fact('a'), fact('b'), fact('c')]);
  await journal.append([fact('d')]);
  await journal.close();
  const sequences = async (from: number, count: number) =>
    (await readEntries(world.parts(), from, count)).map(({ entry }) => entry.sequence);
  expect(await sequences(1, 1)).toEqual([1]);
  expect(await sequences(2, 9)).toEqual([2, 3]);
  expect(await sequences(4, 1)).toEqual([]);
  const groups = [];
  for await (const { entries, size } of readGroups(world.parts(), 2)) groups.push([entries.length, size]);
  expect(groups).toEqual([
    [1, 3],
    [1, 4],
  ]);
  for await (const group of readGroups(world.parts(), 4)) throw new Error(String(group.size));
  for await (const group of readGroups(journalWorld().parts())) throw new Error(String(group.size));
});

test('an entry or payload that is not there where its group says is told by its number', async () => {
  const world = await filled(2);
  const group = world.first.groups[1]!;
  world.first.groups[1] = { ...group, entries: ['{}'] };
  await expect(readEntries(world.parts(), 1, 1)).rejects.toThrow(
    'Entry 1 cannot be read: an entry has exactly the keys',
  );
  world.first.groups[1] = { ...group, payloads: [] };
  expect((await readEntries(world.parts(), 1, 1))[0]).toMatchObject({ payload: null, missing: 'wrong-key' });
});

test('keys made for the entries of another leader open them, but for those that were destroyed', async () => {
  const store = memoryAgentStore();
  const fence = await store.raiseEpoch();
  const parts = { store, sealer: plainSealer(), entropy: seededEntropy(3) };
  const of = { epoch: 7 as Epoch, first: 10 as Sequence, count: 4 };
  const kept = await keepKeysOf(parts, fence, of, [11, 13]);
  if (!kept.ok) throw new Error(kept.error);
  expect(kept.value.map((key) => [key.length, key.every((byte) => byte === 0)])).toEqual([
    [32, false],
    [32, true],
    [32, false],
    [32, true],
  ]);
  const finder = new KeyFinder(parts);
  expect(await finder.find(of.epoch, 10)).toEqual(kept.value[0]);
  expect(await finder.find(of.epoch, 11)).toBe('destroyed');
  expect(await finder.find(of.epoch, 12)).toEqual(kept.value[2]);
  for (const sequence of [9, 14]) expect(await finder.find(of.epoch, sequence), String(sequence)).toBe('key-lost');
  expect(await finder.find(8 as Epoch, 10)).toBe('key-lost');
  expect(await keepKeysOf(parts, 99 as Epoch, of, [])).toEqual({ ok: false, error: 'fenced' });
  // One that is destroyed later is gone too, and its neighbour stays; one beyond every pool changes nothing.
  const gone = [10, 14].map((sequence) => ({ epoch: of.epoch, sequence: sequence as Sequence }));
  expect(await destroyRecordKeys(parts, fence, gone)).toEqual({ ok: true });
  expect(await new KeyFinder(parts).find(of.epoch, 10)).toBe('destroyed');
  expect(await new KeyFinder(parts).find(of.epoch, 12)).toEqual(kept.value[2]);
});

test('a run of entries reads each pool of keys once', async () => {
  const store = memoryAgentStore();
  const fence = await store.raiseEpoch();
  const parts = { store, sealer: plainSealer(), entropy: seededEntropy(3) };
  for (const first of [0, 4]) await keepKeysOf(parts, fence, { epoch: fence, first: first as Sequence, count: 4 }, []);
  let asked = 0;
  const finder = new KeyFinder({ ...parts, store: { keyPool: (...of) => (asked++, store.keyPool(...of)) } });
  for (let sequence = 0; sequence < 8; sequence++) expect(await finder.find(fence, sequence)).toHaveLength(32);
  expect(asked).toBe(2);
  await finder.find(fence, 3);
  expect(asked).toBe(3);
});

test('keys that were used are forgotten, and all of them at the end', async () => {
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const parts = { store, sealer: plainSealer(), entropy: seededEntropy(3) };
  const keys = new RecordKeys(parts, epoch, 0);
  const taken = await keys.take(0, 64);
  if (!taken.ok) throw new Error(taken.error);
  expect(taken.value.every((key) => key.some((byte) => byte !== 0))).toBe(true);
  const later = await keys.take(400, 3);
  if (!later.ok) throw new Error(later.error);
  // Those of the first pool are zeroed once nothing can ask for them.
  expect(taken.value.every((key) => key.every((byte) => byte === 0))).toBe(true);
  expect(later.value.every((key) => key.length === 32 && key.some((byte) => byte !== 0))).toBe(true);
  keys.forget();
  expect(later.value.every((key) => key.every((byte) => byte === 0))).toBe(true);
});

test('keys are forgotten with the last entry that uses their pool', async () => {
  const store = memoryAgentStore();
  const epoch = await store.raiseEpoch();
  const keys = new RecordKeys({ store, sealer: plainSealer(), entropy: seededEntropy(3) }, epoch, 0);
  await keys.reserve();
  const first = await keys.take(0, 64);
  const again = await keys.take(63, 1);
  if (!first.ok || !again.ok) throw new Error('no keys');
  expect(first.value.concat(again.value).every((key) => key.some((byte) => byte !== 0))).toBe(true);
  await keys.take(64, 1);
  expect(first.value.every((key) => key.every((byte) => byte === 0))).toBe(true);
});

test('a payload that is not the one the entry commits to is not given out', async () => {
  const entropy = seededEntropy(5);
  const sealer = plainSealer();
  const key = new Uint8Array(32).fill(7);
  const { entries } = testJournal(plainFacts(1));
  const prepared = preparePayload({ entropy, sealer }, { another: 'value' });
  const sealed = sealPayload(key, entropy, await prepared.content);
  const open = (bytes: Uint8Array) => openPayload({ sealer, sha256: checkTools.sha256 }, entries[0]!, bytes, key);
  expect(await open(sealed)).toEqual({ payload: null, missing: 'not-committed' });
  expect(await open(Uint8Array.of(2))).toEqual({ payload: null, missing: 'wrong-key' });
});

test('a payload of sixteen kibibytes lies under its record key alone, and a larger one with the key of its cipher, however long', async () => {
  const entropy = seededEntropy(5);
  const plain = plainSealer();
  const padded = (length: number) => new Uint8Array(length).fill(7);
  const sealer = {
    seal: async (...of: Parameters<typeof plain.seal>) => ({ ...(await plain.seal(...of)), wrappedKey: padded(700) }),
    open: plain.open,
  };
  const bare = utf8(encodePayload({ salt: new Uint8Array(SALT_BYTES), value: '' })).length;
  for (const [length, direct] of [[16 * KIB - bare, true] as const, [16 * KIB - bare + 1, false] as const]) {
    const prepared = preparePayload({ entropy, sealer }, 'x'.repeat(length));
    expect([prepared.plainBytes, prepared.content instanceof Uint8Array]).toEqual([length + bare, direct]);
    const place = { sequence: 0 as Sequence, epoch: 1 as Epoch, time: 0 as UnixMs, type: 'step.finished', run: null };
    const entry = entryFor(checkTools.sha256, place, prepared.payload);
    const sealed = sealPayload(padded(32), entropy, await prepared.content);
    const opened = await openPayload({ sealer, sha256: checkTools.sha256 }, entry, sealed, padded(32));
    expect(opened).toMatchObject({ payload: { value: 'x'.repeat(length) }, missing: null });
  }
});

test('a copy that follows is fed from memory, and from the first copy once it fell behind', async () => {
  const world = await filled(4);
  const clock = fakeClock();
  const disk = memoryLegDisk();
  const leg = memoryJournalLeg(disk, 'indexeddb');
  await leg.open(5 as Epoch);
  let reads = 0;
  const source = memoryJournalLeg(world.first, 'opfs');
  const first: JournalLeg = { ...source, read: (...of) => (reads++, source.read(...of)) };
  let changes = 0;
  const copy = new SecondCopy({ first, leg, clock, size: 0, changed: () => changes++ });
  const [one, two, three, four] = world.first.groups;
  copy.follow([one!, two!]);
  expect([copy.lag, clock.waiting()]).toEqual([2, 1]);
  expect(await copy.settle()).toBeNull();
  expect([copy.lag, reads, disk.groups.length, clock.waiting()]).toEqual([0, 0, 2, 0]);
  disk.fail = 'io';
  copy.follow([three!]);
  expect(await copy.settle()).toBe('The memory leg failed: io.');
  expect([copy.lag, copy.failure, clock.waiting()]).toEqual([1, 'The memory leg failed: io.', 1]);
  disk.fail = null;
  copy.follow([four!]);
  expect(await copy.settle()).toBeNull();
  expect([copy.lag, copy.failure, reads > 0]).toEqual([0, null, true]);
  expect(disk.groups).toEqual(world.first.groups);
  expect(changes).toBeGreaterThan(2);
  copy.mended(3);
  expect(copy.lag).toBe(0);
  disk.fail = 'io';
  copy.follow([four!]);
  copy.close();
  expect(clock.waiting()).toBe(0);
  expect(await copy.settle()).toBe('The memory leg failed: io.');
  // Closed: it is not tried again.
  expect(clock.waiting()).toBe(0);
});

test('a copy with another root than was acknowledged is proved in nothing, and the progress never goes back', async () => {
  const [world, other] = [await filled(5), journalWorld()];
  const { journal } = await other.open();
  for (let index = 0; index < 5; index++) await journal.append([fact(`other ${String(index)}`)]);
  await journal.close();
  world.first.groups = other.first.groups;
  const progress: number[] = [];
  const verified = await verifyJournal(world.parts(), { payloads: true, progress: (done) => progress.push(done) });
  expect(verified).toMatchObject({ size: 5, verifiedUpTo: 5, problem: null, payloads: 5 });
  expect(verified.copies).toEqual([
    { name: 'opfs', verifiedUpTo: 0, problem: 'the root is another than the one that was acknowledged' },
    { name: 'indexeddb', verifiedUpTo: 5, problem: null },
  ]);
  expect([...verified.proved.copies.keys()]).toEqual(['indexeddb']);
  expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  expect(progress.at(-1)).toBe(1);
  world.second.groups = other.second.groups;
  expect(await verifyJournal(world.parts())).toMatchObject({ verifiedUpTo: 0, problem: { sequence: 0 } });
});

test('what is missing from every copy is said with the first entry, and no payload is opened then', async () => {
  const world = await filled(5);
  world.first.groups.splice(3);
  world.second.groups.splice(2);
  expect(await verifyJournal(world.parts(), { payloads: true })).toMatchObject({
    size: 5,
    verifiedUpTo: 3,
    payloads: 0,
    problem: { sequence: 3, why: 'entry 3 is missing from every copy' },
  });
});

test('verifying goes on from what was proved, and from the start where that is no longer there', async () => {
  const world = await filled(5);
  const before = await verifyJournal(world.parts(), { payloads: true });
  expect(before.proved).toMatchObject({ payloadsUpTo: 5, payloads: 5 });
  const { journal } = await world.open();
  await journal.append([fact(5)]);
  await journal.close();
  world.reads.length = 0;
  const after = await verifyJournal(world.parts(), { payloads: true, since: before.proved });
  expect(after).toMatchObject({ verifiedUpTo: 6, payloads: 6 });
  expect(world.reads.filter((read) => read.startsWith('first 0'))).toEqual([]);
  // A journal that is shorter now, or another, is read whole.
  const shorter = await filled(3);
  shorter.reads.length = 0;
  expect(await verifyJournal(shorter.parts(), { payloads: true, since: before.proved })).toMatchObject({
    verifiedUpTo: 3,
    payloads: 3,
  });
  expect(shorter.reads.filter((read) => read.startsWith('first 0')).length).toBeGreaterThan(0);
  const whole = await verifyJournal(world.parts(), { since: before.proved });
  expect(whole).toMatchObject({ verifiedUpTo: 6, payloads: 5 });
});
