import { expect, test } from 'vitest';
import { webCryptoVault } from '#adapters/webcrypto/vault-crypto.ts';
import type { Stretch, VaultCrypto } from '#ports/vault.ts';
import { PASSPHRASE_CHARS_MIN, type NewWay, type Secret } from '#runtime/contract/vault-api.ts';
import { chooseStretch, FLOOR_STRETCH } from '#runtime/vault/choose-stretch.ts';
import { copiedVaultRecords, decodeRecord } from '#runtime/vault/record-copy.ts';
import { Vault, type VaultParts } from '#runtime/vault/vault.ts';
import { memoryTextFiles } from '#tests/fakes/memory-text-files.ts';
import { VaultWorld } from '#tests/fakes/vault-world.ts';

test('a device on which three passes just fit into the least memory makes them', () => {
  expect(chooseStretch(1_122.8)).toEqual({ memoryKib: FLOOR_STRETCH.memoryKib, passes: 3, lanes: 1 });
  expect(chooseStretch(1_123)).toEqual(FLOOR_STRETCH);
});

test('a passphrase of the least length is taken, and one shorter is not', async () => {
  const vault = await new VaultWorld().tab();
  const add = (passphrase: string) => vault.change({ type: 'add', way: { kind: 'passphrase', passphrase } }, null);
  expect(await add('x'.repeat(PASSPHRASE_CHARS_MIN - 1))).toEqual({ ok: false, error: { code: 'too-short' } });
  expect(await add('x'.repeat(PASSPHRASE_CHARS_MIN))).toMatchObject({ ok: true });
});

test('each lock is counted upwards', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  await vault.lock();
  await vault.lock();
  expect(world.record?.locks).toBe(2);
});

test('the copy of a record is written where it differs, and only there', async () => {
  const world = new VaultWorld();
  await world.tab();
  const record = world.record!;
  const copy = memoryTextFiles();
  let writes = 0;
  const counted = { ...copy, set: (name: string, text: string) => (writes++, copy.set(name, text)) };
  const records = copiedVaultRecords(
    { read: () => Promise.resolve(record), change: (next) => Promise.resolve(next(record)) },
    counted,
  );
  for (let time = 0; time < 3; time++) await records.read();
  expect(writes).toBe(1);
  await records.change((kept) => ({ ...kept!, locks: 7 }));
  expect(writes).toBe(2);
});

test('a text that names no vault is no record', () => {
  expect(decodeRecord('{"version":1,"vault":"ab","slots":[]}')).not.toBeNull();
  for (const text of ['{"version":1,"vault":5,"slots":[]}', '{"version":1,"slots":[]}', '{"version":1,"vault":"ab"}'])
    expect(decodeRecord(text), text).toBeNull();
  // A later version's is none that this one reads.
  expect(decodeRecord('{"version":2,"vault":"ab","slots":[]}')).toBeNull();
});

const PASSPHRASE: Secret & NewWay = { kind: 'passphrase', passphrase: 'a heron over the weir' };
const WRONG: Secret = { kind: 'passphrase', passphrase: 'two herons over the weir' };
const PASSKEY: NewWay = {
  ...{ kind: 'passkey', label: 'Laptop', credential: Uint8Array.of(1), input: Uint8Array.of(2) },
  output: new Uint8Array(32).fill(5),
};
const add = (vault: Vault, way: NewWay, proof: Secret | null = null) => vault.change({ type: 'add', way }, proof);
const opened = (world: VaultWorld, change: Partial<VaultParts>): Promise<Vault> =>
  Vault.open({ ...world.parts(), ...change }, true);

test('a new vault has one slot, of this device, and nothing was tried yet', async () => {
  const world = new VaultWorld();
  await world.tab();
  expect(world.record).toEqual({
    version: 1,
    vault: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    slots: [
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        kind: 'device',
        createdAt: world.clock.now(),
        key: expect.anything() as unknown,
        wrapped: expect.any(Uint8Array) as Uint8Array,
      },
    ],
    attempts: { failed: 0, lastAt: 0 },
    locks: 0,
    idleMinutes: null,
  });
});

test('the device is no secret that could be typed: a vault it opens has no other way', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  for (const secret of [
    PASSPHRASE,
    { kind: 'recovery', code: vault.newRecoveryCode() } as const,
    { kind: 'passkey', way: world.record!.slots[0]!.id, output: new Uint8Array(32) } as const,
  ])
    expect(await vault.unlock(secret)).toEqual({ ok: false, error: { code: 'no-such-way' } });
  expect(world.stretched).toEqual([]);
  expect(world.record!.attempts).toEqual({ failed: 0, lastAt: 0 });
});

test('keys are handed on only to who asks for this vault as it was when they were got', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  const { ask } = world.parts().sharing;
  const { vault: name, locks } = vault.record;
  expect(await ask({ vault: name, locks })).toBe(vault.keys);
  expect(await ask({ vault: name, locks: locks + 1 })).toBeNull();
  expect(await ask({ vault: 'another', locks })).toBeNull();
  // Another tab locked it since.
  world.record = { ...world.record!, locks: locks + 1 };
  expect(await ask({ vault: name, locks })).toBeNull();
  world.record = { ...world.record, locks };
  expect(await ask({ vault: name, locks })).toBe(vault.keys);
  await vault.lock();
  expect(await ask({ vault: name, locks: locks + 1 })).toBeNull();
});

test('a way that is taken away leaves the vault locked while another one locks it', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  await add(vault, PASSPHRASE);
  await add(vault, { kind: 'recovery', code: vault.newRecoveryCode() }, PASSPHRASE);
  await add(vault, PASSKEY, PASSPHRASE);
  const kinds = () => world.record!.slots.map(({ kind }) => kind);
  const idOf = (wanted: string): string => world.record!.slots.find(({ kind }) => kind === wanted)!.id;
  const remove = (kind: string) => vault.change({ type: 'remove', way: idOf(kind), unprotect: false }, PASSPHRASE);
  expect(kinds()).toEqual(['passphrase', 'recovery', 'passkey']);
  expect(await remove('passkey')).toEqual({ ok: true, value: undefined });
  expect(kinds()).toEqual(['passphrase', 'recovery']);
  expect(await remove('recovery')).toEqual({ ok: true, value: undefined });
  expect(await remove('passphrase')).toEqual({ ok: false, error: { code: 'unprotects' } });
  expect(kinds()).toEqual(['passphrase']);
});

test('a slot that does not open, or opens another vault, is not kept', async () => {
  const world = new VaultWorld();
  await world.tab();
  const kept = world.record;
  const failing = async (change: Partial<VaultCrypto>, why: string): Promise<void> => {
    const vault = await opened(world, { crypto: { ...webCryptoVault, ...change } });
    await expect(add(vault, PASSPHRASE)).rejects.toThrow(why);
    expect(world.record).toBe(kept);
    expect(world.threads).toBe(0);
  };
  await failing({ rewrap: () => Promise.resolve(null) }, 'what was just opened opens again');
  await failing({ rewrap: () => Promise.resolve(new Uint8Array(60)) }, 'a new slot opens');
  // A wrap of another key, which opens as well.
  await failing(
    { rewrap: (_, __, to) => webCryptoVault.create(to.key, to.context) },
    'a new slot opens the vault that it was made for',
  );
  const locked = await world.tab();
  await add(locked, PASSPHRASE);
  const slots = world.record!.slots;
  const other = await opened(world, {
    crypto: { ...webCryptoVault, rewrap: (_, __, to) => webCryptoVault.create(to.key, to.context) },
  });
  const way = slots[0]!.id;
  await expect(other.change({ type: 'remove', way, unprotect: true }, PASSPHRASE)).rejects.toThrow(
    'a new slot opens the vault that it was made for',
  );
  expect(world.record!.slots).toEqual(slots);
});

test('attempts that cannot be written down make the next one wait all the same', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  await add(vault, PASSPHRASE);
  const written = world.record!.attempts;
  const alone = { ask: () => Promise.resolve(null), answer: () => undefined };
  let reads = 0;
  const kept = world.record!;
  const blind = await opened(world, {
    records: {
      read: () => Promise.resolve(reads++ === 0 ? kept : null),
      change: () => Promise.reject(new Error('The disk is full.')),
    },
    sharing: alone,
  });
  for (let attempt = 0; attempt < 3; attempt++)
    expect(await blind.unlock(WRONG)).toEqual({ ok: false, error: { code: 'wrong' } });
  expect(blind.record.attempts).toEqual({ failed: 3, lastAt: world.clock.now() });
  expect(await blind.unlock(PASSPHRASE)).toMatchObject({ ok: false, error: { code: 'too-soon' } });
  world.clock.jump(1_000);
  expect(await blind.unlock(PASSPHRASE)).toMatchObject({ ok: true });
  expect(world.record!.attempts).toEqual(written);
});

test('what is no attempt leaves those before as they were', async () => {
  const world = new VaultWorld();
  const vault = await world.tab();
  await add(vault, PASSPHRASE);
  await add(vault, { kind: 'recovery', code: vault.newRecoveryCode() }, PASSPHRASE);
  await vault.unlock(WRONG);
  const before = world.record!.attempts;
  expect(before).toEqual({ failed: 1, lastAt: world.clock.now() });
  world.clock.jump(60_000);
  expect(await vault.unlock({ kind: 'recovery', code: 'no code' })).toMatchObject({ error: { code: 'malformed' } });
  expect(world.record!.attempts).toEqual(before);
  expect(await vault.unlock({ kind: 'passkey', way: 'x', output: new Uint8Array(32) })).toMatchObject({
    error: { code: 'no-such-way' },
  });
  expect(world.record!.attempts).toEqual(before);
  expect(await vault.unlock(PASSPHRASE)).toMatchObject({ ok: true });
  expect(world.record!.attempts).toEqual({ failed: 0, lastAt: world.clock.now() });
});

test('a passphrase is stretched in one thread, which was warm when it was measured and is ended after', async () => {
  const world = new VaultWorld();
  let [started, ended] = [0, 0];
  const measured: Stretch[] = [];
  const parts = world.parts();
  const vault = await opened(world, {
    stretcher: () => {
      started++;
      const real = parts.stretcher();
      return {
        stretch: real.stretch.bind(real),
        measure: (given) => (measured.push(given), real.measure(given)),
        close: () => {
          ended++;
          real.close();
        },
      };
    },
  });
  await add(vault, PASSPHRASE);
  expect([started, ended]).toEqual([1, 1]);
  expect(measured).toEqual([
    { memoryKib: 1_024, passes: 1, lanes: 1 },
    { memoryKib: 65_536, passes: 1, lanes: 1 },
  ]);
  await vault.unlock(PASSPHRASE);
  expect([started, ended]).toEqual([2, 2]);
  await add(vault, { kind: 'recovery', code: vault.newRecoveryCode() }, PASSPHRASE);
  expect([started, ended]).toEqual([3, 3]);
  expect(world.record!.slots.map((slot) => ['salt' in slot && slot.salt.length, slot.id.length])).toEqual([
    [16, 32],
    [16, 32],
  ]);
});

test('how long it may lie idle is kept, and taken up by the other tabs', async () => {
  const world = new VaultWorld();
  const [one, other] = [await world.tab(), await world.tab()];
  await one.setIdleMinutes(15);
  expect([one.record.idleMinutes, world.record?.idleMinutes, other.record.idleMinutes]).toEqual([15, 15, null]);
  await other.refresh();
  expect(other.record.idleMinutes).toBe(15);
  await one.setIdleMinutes(null);
  expect(world.record?.idleMinutes).toBeNull();
  // A record that is gone for a moment is not forgotten.
  world.record = null;
  await other.refresh();
  expect(other.record.idleMinutes).toBe(15);
});
