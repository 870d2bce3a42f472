import { expect, test } from 'vitest';
import type { Epoch, Sequence, UnixMs } from '#core/base/ids.ts';
import type { KeyPool } from '#ports/agent-store.ts';
import type { Slot, VaultRecord, VaultRecordStore } from '#ports/vault.ts';
import { copiedKeys, decodePool, encodePool } from '#runtime/journal/copied-keys.ts';
import { copiedVaultRecords, decodeRecord, encodeRecord } from '#runtime/vault/record-copy.ts';
import { memoryAgentStore } from '#tests/fakes/memory-agent-store.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';

/** What lies in the private file system beside IndexedDB: the vault's record and the record keys. */
const bytes = (...of: number[]): Uint8Array => Uint8Array.from(of);
const base = { createdAt: 5 as UnixMs, wrapped: bytes(1, 2, 3) };
const stretch = { memoryKib: 65_536, passes: 3, lanes: 1 };
const passphrase: Slot = { ...base, id: 'p', kind: 'passphrase', salt: bytes(4, 5), stretch };
const passkey: Slot = {
  ...{ ...base, id: 'k', kind: 'passkey', salt: bytes(6), label: 'Laptop' },
  ...{ credential: bytes(7, 8), input: bytes(9) },
};
const device = { ...base, id: 'd', kind: 'device', key: {} } as unknown as Slot;
const record = (...slots: Slot[]): VaultRecord => ({
  ...{ version: 1, vault: 'ab', slots, locks: 2, idleMinutes: 5 },
  attempts: { failed: 1, lastAt: 7 as UnixMs },
});

function place(): VaultRecordStore & { kept: VaultRecord | null } {
  const store: VaultRecordStore & { kept: VaultRecord | null } = {
    kept: null,
    read: () => Promise.resolve(store.kept),
    change: (next) => Promise.resolve((store.kept = next(store.kept))),
  };
  return store;
}

test('a record comes back from its copy as it was, but for the key that only IndexedDB can hold', () => {
  expect(decodeRecord(encodeRecord(record(passphrase, passkey, device)))).toEqual(record(passphrase, passkey));
  for (const text of ['', '{', 'null', '{"version":2}', encodeRecord(record(passphrase)).replace('AQID', '%')])
    expect(decodeRecord(text), text).toBeNull();
});

test('the copy follows each change, catches up at the start, and is what a lost record is found in', async () => {
  const [first, copy] = [place(), memoryTextFiles()];
  const records = copiedVaultRecords(first, copy);
  expect(await records.read()).toBeNull();
  await records.change(() => record(device));
  first.kept = null;
  // A vault that opens by itself cannot be opened from a copy: it counts as none.
  expect(await records.read()).toBeNull();

  await records.change(() => record(passphrase));
  first.kept = null;
  expect(await records.read()).toEqual(record(passphrase));
  await records.change((kept) => ({ ...(kept ?? record()), locks: 9 }));
  expect(first.kept).toEqual({ ...record(passphrase), locks: 9 });

  await records.change((kept) => ({ ...(kept ?? record()), locks: 10 }));
  expect(decodeRecord(copy.kept.get('record.json') ?? '')).toEqual({ ...record(passphrase), locks: 10 });

  // Cut off between the two writes: the first counts, and the copy is mended.
  first.kept = record(passkey);
  expect(await records.read()).toEqual(record(passkey));
  first.kept = null;
  expect(await records.read()).toEqual(record(passkey));
});

test('a disk that takes no copy, or gives none back, stops nothing', async () => {
  const broken = {
    ...memoryTextFiles(),
    get: () => Promise.reject(new Error('io')),
    set: () => Promise.reject(new Error('io')),
  };
  const first = place();
  const records = copiedVaultRecords(first, broken);
  expect(await records.read()).toBeNull();
  expect(await records.change(() => record(passphrase))).toEqual(record(passphrase));
  expect(await records.read()).toEqual(record(passphrase));
});

const pool = (epoch: number, first: number, ...sealed: number[]): KeyPool => ({
  ...{ epoch: epoch as Epoch, first: first as Sequence, count: 4 },
  sealed: { ciphertext: bytes(...sealed), wrappedKey: bytes(1) },
});

test('record keys are found in the copy where the store lost them, the newest that was kept, of the same epoch', async () => {
  const [store, copy] = [memoryAgentStore(), memoryTextFiles()];
  const epoch = await store.raiseEpoch();
  const kept = copiedKeys(store, copy);
  for (const each of [pool(1, 0, 1), pool(1, 4, 2), pool(2, 8, 3)])
    expect((await kept.keepKeys(epoch, each)).ok).toBe(true);
  await kept.keepKeys(epoch, pool(1, 4, 9));
  const lost = copiedKeys(memoryAgentStore(), copy);
  expect(await lost.keyPool(1 as Epoch, 6 as Sequence)).toEqual(pool(1, 4, 9));
  expect(await lost.keyPool(2 as Epoch, 9 as Sequence)).toEqual(pool(2, 8, 3));
  expect(await lost.keyPool(2 as Epoch, 3 as Sequence)).toBeNull();
  expect(await lost.keyPool(3 as Epoch, 9 as Sequence)).toBeNull();
  copy.kept.set('1-4', '{"sealed":{"ciphertext":"%","wrappedKey":"AQ=="}}');
  expect(await lost.keyPool(1 as Epoch, 6 as Sequence)).toBeNull();
  copy.kept.set('1-4', '{');
  expect(await lost.keyPool(1 as Epoch, 6 as Sequence)).toBeNull();
  await kept.erase();
  expect(copy.kept.size).toBe(0);
});

test('record keys are found under epochs and entries of any length', async () => {
  const [store, copy] = [memoryAgentStore(), memoryTextFiles()];
  const epoch = await store.raiseEpoch();
  for (const each of [pool(12, 340, 1), pool(1, 340, 2), pool(12, 99, 3)])
    expect((await copiedKeys(store, copy).keepKeys(epoch, each)).ok).toBe(true);
  const lost = copiedKeys(memoryAgentStore(), copy);
  expect(await lost.keyPool(12 as Epoch, 341 as Sequence)).toEqual(pool(12, 340, 1));
  expect(await lost.keyPool(12 as Epoch, 102 as Sequence)).toEqual(pool(12, 99, 3));
  expect(await lost.keyPool(12 as Epoch, 98 as Sequence)).toBeNull();
});

test('a pool of which either half was spoilt, or that was cut, is none', () => {
  const text = encodePool(pool(1, 4, 2));
  expect(decodePool(text)).toEqual(pool(1, 4, 2));
  for (const half of ['ciphertext', 'wrappedKey']) {
    const spoilt = text.replace(new RegExp(`"${half}":"`), '$&%');
    expect(spoilt).not.toBe(text);
    expect(decodePool(spoilt), half).toBeNull();
  }
  for (let end = 0; end < text.length; end++) expect(decodePool(text.slice(0, end)), String(end)).toBeNull();
});

test('what was destroyed is not in the copy either: one that cannot be written anew is removed, or it is an error', async () => {
  const [store, copy] = [memoryAgentStore(), memoryTextFiles()];
  const epoch = await store.raiseEpoch();
  await copiedKeys(store, copy).keepKeys(epoch, pool(1, 0, 1));
  const full = { ...copy, set: () => Promise.reject(new Error('full')) };
  expect((await copiedKeys(store, full).keepKeys(epoch, pool(1, 0, 0))).ok).toBe(true);
  expect(copy.kept.size).toBe(0);
  const stuck = { ...full, remove: () => Promise.reject(new Error('held')) };
  expect(await copiedKeys(store, stuck).keepKeys(epoch, pool(1, 0, 0))).toEqual({ ok: false, error: 'io' });
  // Another leader's word does not reach the copy.
  expect((await copiedKeys(store, copy).keepKeys((epoch - 1) as Epoch, pool(1, 0, 5))).ok).toBe(false);
  expect(copy.kept.size).toBe(0);
});
