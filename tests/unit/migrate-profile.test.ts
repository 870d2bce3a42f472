import { beforeEach, expect, test } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { incrementalSha256, sha256 } from '#adapters/noble/sha256.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import { signCheckpoint } from '#core/audit/checkpoint.ts';
import { encodeEntry, encodePayload, entryFor, entryHash } from '#core/audit/entry.ts';
import { appendLeaf, EMPTY_FRONTIER, frontierRoot } from '#core/audit/merkle.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import type { Json } from '#core/base/json.ts';
import type { CommandId, Epoch, RunId, Sequence, SourceId, UnixMs } from '#core/base/ids.ts';
import type { JournalHead } from '#ports/agent-store.ts';
import type { Group } from '#ports/journal-leg.ts';
import type { ProfileOne } from '#ports/profile-one.ts';
import type { RestorePlace } from '#ports/restore-place.ts';
import { readEntries } from '#runtime/journal/reader.ts';
import { migrateFiles, migrateProfile, MigrationError, type MigrationParts } from '#runtime/vault/migrate-profile.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryBlobFiles, memoryBlobStore } from '#tests/fakes/memory-blob-store.ts';
import { memoryJournalLeg, memoryLegDisk } from '#tests/fakes/memory-journal-leg.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

/** A profile as the first version wrote it, in memory, and the empty place beside it. */
const entropy = seededEntropy(5);
const signer = seededSigner(5);
const PENDING = { id: 'c' as CommandId, at: 7, command: { type: 'stop-run' } };
const BIG = new Uint8Array(1_500_000).fill(7);
const FILES = [utf8('one file'), BIG, new Uint8Array()];

/** What some of the entries say, by their number. */
const facts: Record<number, Json> = {};

let old: ProfileOne;
let groups: Group[];
let wrapped: (Uint8Array | null)[];
let head: JournalHead | null;
let oldFiles: ReturnType<typeof memoryBlobFiles>;
let place: RestorePlace;
let parts: MigrationParts;

beforeEach(() => begin());

async function begin(): Promise<void> {
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  groups = [];
  wrapped = [];
  let frontier = EMPTY_FRONTIER;
  for (const [epoch, count] of [
    [1, 2],
    [1, 1],
    [4, 60],
  ] as const) {
    const firstSequence = frontier.size as Sequence;
    const [entries, payloads]: [string[], Uint8Array[]] = [[], []];
    for (let index = 0; index < count; index++) {
      const payload = {
        salt: entropy.bytes(32),
        value: facts[frontier.size] ?? { goal: `goal ${String(frontier.size)}` },
      };
      const place = { sequence: frontier.size as Sequence, epoch: epoch as Epoch, time: 5 as UnixMs };
      const text = encodeEntry(entryFor(sha256, { ...place, type: 'run.started', run: 'r' as RunId }, payload));
      const sealed = await sealer.seal(utf8(encodePayload(payload)), 'journal/payload');
      entries.push(text);
      payloads.push(sealed.ciphertext);
      wrapped.push(sealed.wrappedKey);
      frontier = appendLeaf(sha256, frontier, entryHash(sha256, text));
    }
    const checkpoint = await signCheckpoint(
      sha256,
      { size: frontier.size, root: frontierRoot(sha256, frontier) },
      signer,
    );
    groups.push({ epoch: epoch as Epoch, firstSequence, count, checkpoint, entries, payloads });
  }
  head = {
    epoch: 4 as Epoch,
    size: frontier.size,
    root: hex(frontierRoot(sha256, frontier)),
    frontier: frontier.nodes.map(hex),
    checkpoint: groups.at(-1)?.checkpoint ?? '',
  };
  oldFiles = memoryBlobFiles();
  const blobs = memoryBlobStore(fakeClock(), oldFiles, sealer);
  for (const bytes of FILES) {
    const stage = await blobs.stage();
    await stage.write(bytes);
    await stage.writeItems([{ text: `of ${String(bytes.length)}` }]);
    await stage.commit();
  }
  old = {
    sealer,
    blobs,
    legs: [
      { name: 'memory', read: () => Promise.resolve({ groups: [], damage: 'torn' }) },
      { name: 'memory', read: (from = 0 as Sequence) => Promise.resolve({ groups: groupsAt(from), damage: null }) },
    ],
    store: {
      fence: () => Promise.resolve(9 as Epoch),
      head: () => Promise.resolve(head),
      wrappedKeys: (from, count) => Promise.resolve(wrapped.slice(from, from + count)),
      pending: () => Promise.resolve([PENDING]),
      close: () => undefined,
    },
  };
  const fresh = await freshSealer();
  parts = { entropy, signer, sealer: fresh, tools: { sha256, verifyEd25519 }, hash: incrementalSha256 };
  place = {
    store: memoryAgentStore(),
    legs: [memoryJournalLeg(), memoryJournalLeg()],
    blobs: memoryBlobStore(fakeClock(), memoryBlobFiles(), fresh),
  };
}

const groupsAt = (from: number): Group[] => groups.filter((group) => group.firstSequence + group.count > from);
const idOf = (bytes: Uint8Array): SourceId => hex(sha256(bytes)) as SourceId;
const reading = () => ({ ...parts, store: place.store, legs: place.legs });

test('everything of an old profile is in the new place, and reads as it did', async () => {
  expect(await migrateProfile(parts, old, place)).toEqual({
    ...{ entries: 63, destroyed: 0, unreadable: 0, files: 3, lost: [] },
  });
  const entries = await readEntries(reading(), 0, 63);
  expect(entries.map(({ text }) => text)).toEqual(groups.flatMap((group) => group.entries));
  expect(entries[62]?.payload?.value).toEqual({ goal: 'goal 62' });
  expect((await place.store.head())?.root).toBe(head?.root);
  expect(await place.store.epoch()).toBeGreaterThan(9);
  expect(await place.store.pending()).toEqual([PENDING]);
  for (const bytes of FILES) {
    const read = await place.blobs.read(idOf(bytes), 0, bytes.length);
    expect(read.ok && idOf(read.value)).toBe(idOf(bytes));
    const items: unknown[] = [];
    for await (const batch of place.blobs.items(idOf(bytes))) items.push(...batch);
    expect(items).toEqual([{ text: `of ${String(bytes.length)}` }]);
  }
});

test('a profile with nothing in it is one too', async () => {
  head = null;
  old = { ...old, blobs: memoryBlobStore() };
  expect(await migrateProfile(parts, old, place)).toEqual({
    ...{ entries: 0, destroyed: 0, unreadable: 0, files: 0, lost: [] },
  });
});

test('what was destroyed or lost before stays so, and is counted', async () => {
  wrapped[0] = new Uint8Array();
  wrapped[1] = null;
  wrapped[2] = wrapped[4] = wrapped[3] ?? null;
  wrapped.length = 62;
  groups[2] = { ...(groups[2] as Group), payloads: (groups[2] as Group).payloads.slice(0, 58) };
  expect(await migrateProfile(parts, old, place)).toMatchObject({ entries: 63, destroyed: 1, unreadable: 5 });
  const missing = (await readEntries(reading(), 0, 63)).flatMap(({ missing }, index) =>
    missing === null ? [] : [index],
  );
  expect(missing).toEqual([0, 1, 2, 4, 61, 62]);
});

test('a payload that is not what its entry commits to, or no payload at all, is not taken over', async () => {
  const first = groups[0] as Group;
  for (const [index, text] of ['{}', encodePayload({ salt: entropy.bytes(32), value: 'another' })].entries()) {
    const sealed = await parts.sealer.seal(utf8(text), 'journal/payload');
    wrapped[index] = sealed.wrappedKey;
    groups[0] = { ...first, payloads: (groups[0] as Group).payloads.with(index, sealed.ciphertext) };
  }
  const both = {
    open: async (...given: Parameters<ProfileOne['sealer']['open']>) => {
      const opened = await old.sealer.open(...given);
      return opened.ok ? opened : parts.sealer.open(...given);
    },
  };
  expect(await migrateProfile(parts, { ...old, sealer: both }, place)).toMatchObject({ unreadable: 2 });
});

test('a journal that does not verify, or that no copy holds to its end, is not switched to', async () => {
  const first = groups[0] as Group;
  groups[0] = { ...first, entries: first.entries.toReversed() };
  const refused = migrateProfile(parts, old, place);
  await expect(refused).rejects.toThrow(MigrationError);
  await expect(refused).rejects.toThrow('Entry 0: entry 0 is missing: entry 1 stands in its place');
  groups = [first];
  await expect(migrateProfile(parts, old, place)).rejects.toThrow('No copy of the journal holds entry 2.');
});

test('what was acknowledged is copied, and not what lies beyond the head', async () => {
  const [a, b] = groups as [Group, Group];
  groups = [a, b];
  head = { ...(head as JournalHead), size: 3, root: hex(rootAfter(3)) };
  const beyond = { ...b, firstSequence: 3 as Sequence };
  old = {
    ...old,
    legs: [
      {
        name: 'memory',
        read: (from = 0 as Sequence) => Promise.resolve({ groups: [...groupsAt(from), beyond], damage: null }),
      },
    ],
  };
  expect(await migrateProfile(parts, old, place)).toMatchObject({ entries: 3 });
});

function rootAfter(size: number): Uint8Array {
  let frontier = EMPTY_FRONTIER;
  for (const text of groups.flatMap((group) => group.entries).slice(0, size))
    frontier = appendLeaf(sha256, frontier, entryHash(sha256, text));
  return frontierRoot(sha256, frontier);
}

test('a copy that cannot be written, or that reads back as something else, is not switched to', async () => {
  const disk = memoryLegDisk();
  disk.fail = 'quota';
  await expect(migrateProfile(parts, old, { ...place, legs: [memoryJournalLeg(disk)] })).rejects.toThrow();
  head = { ...(head as JournalHead), root: 'ab'.repeat(32) };
  await expect(migrateProfile(parts, old, place)).rejects.toThrow('it is not the same journal');
});

test('a file that cannot be read any more is named, and the others are copied', async () => {
  for (const [name, bytes] of oldFiles.kept)
    if (name.endsWith('.bytes') && bytes.length > 1_000_000)
      oldFiles.kept.set(name, bytes.with(500, 1 ^ (bytes[500] ?? 0)));
  expect(await migrateProfile(parts, old, place)).toMatchObject({
    files: 2,
    lost: [{ id: idOf(BIG), path: idOf(BIG) }],
  });
  // Its bytes are on the disk still: another reading may give them.
  for (const [name, bytes] of oldFiles.kept)
    if (name.endsWith('.bytes') && bytes.length > 1_000_000)
      oldFiles.kept.set(name, bytes.with(500, 1 ^ (bytes[500] ?? 0)));
  const files = [{ id: idOf(BIG), path: 'big.bin' }];
  expect(await migrateFiles(parts, old.blobs, place.blobs, files)).toEqual([]);
  expect(await place.blobs.size(idOf(BIG))).toBe(BIG.length);
});

test('a file whose items cannot be read any more is named as well', async () => {
  const lost = idOf(FILES[0] as Uint8Array);
  const items: ProfileOne['blobs']['items'] = (id) => {
    if (id === lost) throw new Error('The disk may be at fault.');
    return old.blobs.items(id);
  };
  const harmed = { ...old, blobs: { ...old.blobs, items } };
  expect(await migrateProfile(parts, harmed, place)).toMatchObject({ files: 2, lost: [{ id: lost }] });
});

test('a file that reads back as something else is not switched to, nor one without room', async () => {
  const blobs = {
    ...place.blobs,
    items: async function* () {
      yield await Promise.resolve([]);
    },
  };
  await expect(migrateProfile(parts, old, { ...place, blobs })).rejects.toThrow('reads back as something else');
  const full = memoryBlobStore(
    fakeClock(),
    memoryBlobFiles(() => 10),
    parts.sealer,
  );
  const place2 = { store: memoryAgentStore(), legs: [memoryJournalLeg()], blobs: full };
  await expect(migrateProfile(parts, old, place2)).rejects.toThrow('No room.');
  const unreadable = {
    ...place.blobs,
    read: () => Promise.resolve({ ok: false as const, error: { code: 'io' as const, message: 'gone' } }),
  };
  const place3 = { store: memoryAgentStore(), legs: [memoryJournalLeg()], blobs: unreadable };
  await expect(migrateProfile(parts, old, place3)).rejects.toThrow('reads back as something else');
});

test('copies that are torn, that end early or whose keys were not kept are not switched to', async () => {
  const torn = { ...memoryJournalLeg(), read: () => Promise.resolve({ groups: [], damage: 'torn' }) };
  await expect(migrateProfile(parts, old, { ...place, legs: [torn] })).rejects.toThrow('does not verify: torn');
  const store = { ...memoryAgentStore(), keyPool: () => Promise.resolve(null) };
  const legs = [memoryJournalLeg()];
  await expect(migrateProfile(parts, old, { ...place, store, legs })).rejects.toThrow('is lost');
  const short = { ...memoryJournalLeg(), read: () => Promise.resolve({ groups: [], damage: null }) };
  const two = { ...place, store: memoryAgentStore(), legs: [memoryJournalLeg(), short] };
  await expect(migrateProfile(parts, old, two)).rejects.toThrow('not the same journal');
});

test('a file that the entries tell of and that is not there is named by its path; a deleted one is not missed', async () => {
  const source = (id: string, path: string): Json => ({ type: 'source.imported', source: { id, path } });
  const ids = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];
  facts[5] = source(idOf(BIG), 'big.bin');
  facts[6] = source(ids[0], 'gone.md');
  facts[7] = source(ids[1], 'deleted.md');
  facts[8] = source(ids[2], 'back.md');
  facts[9] = { type: 'source.removed', source: ids[1] };
  facts[10] = { type: 'source.removed', source: ids[2] };
  facts[11] = { type: 'source.restored', source: ids[2] };
  // What else tells of a file does not delete it.
  facts[12] = { type: 'source.indexed', source: ids[0] };
  try {
    await begin();
  } finally {
    for (const at of Object.keys(facts)) Reflect.deleteProperty(facts, at);
  }
  expect(await migrateProfile(parts, old, place)).toMatchObject({
    files: 3,
    lost: [
      { id: ids[0], path: 'gone.md' },
      { id: ids[2], path: 'back.md' },
    ],
  });
});
