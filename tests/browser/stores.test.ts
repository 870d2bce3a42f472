import { expect, test } from 'vitest';
import { keyHolder } from '#adapters/keyval/key-holder.ts';
import { keyvalPinStore } from '#adapters/keyval/head-pin-store.ts';
import { callbackPinStore } from '#adapters/keyval/callback-pin-store.ts';
import { opfsPinStore } from '#adapters/opfs/head-pin-store.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import { freshSealer } from '#tests/fakes/fresh-vault.ts';
import { generateSigningKeys } from '#adapters/webcrypto/signer.ts';
import type { Epoch } from '#core/base/ids.ts';
import { agentStoreSuite } from '#tests/conformance/agent-store.ts';
import { deleteDatabase, freshName, indexedDbAgentStoreBench } from '#tests/conformance/indexeddb-benches.ts';
import type { HeadPinStore } from '#ports/journal-leg.ts';
import { openTab } from './storage-worker.ts';

const sealer = await freshSealer();

agentStoreSuite('IndexedDB', () => Promise.resolve(indexedDbAgentStoreBench(sealer)));

test('tabs that race for the device key all get the same one, and nobody can take it out', async () => {
  const name = freshName('keys');
  const holders = [keyHolder(name), keyHolder(name), keyHolder(name)];
  const keys = await Promise.all(holders.map((holder) => holder.once('device', generateDeviceKey)));
  const sealed = await createWebCryptoSealer(keys[0] as CryptoKey).seal(new Uint8Array([1, 2, 3]), 'here');
  for (const key of keys) {
    expect(key.extractable).toBe(false);
    expect(await createWebCryptoSealer(key).open(sealed, 'here')).toEqual({
      ok: true,
      value: new Uint8Array([1, 2, 3]),
    });
    await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
  }
  const again = await keyHolder(name).once<CryptoKey>('device', () => Promise.reject(new Error('made twice')));
  expect(again.algorithm).toEqual((keys[0] as CryptoKey).algorithm);
  await deleteDatabase(name);
});

test('a signing pair is kept whole and is gone after erasing', async () => {
  const name = freshName('keys');
  const create = async (): Promise<CryptoKeyPair> => {
    const made = await generateSigningKeys();
    if (!made.ok) throw new Error(made.error);
    return made.value;
  };
  const pair = await keyHolder(name).once('signing', create);
  const kept = await keyHolder(name).once('signing', create);
  const [first, second] = await Promise.all(
    [pair, kept].map(({ publicKey }) => crypto.subtle.exportKey('raw', publicKey)),
  );
  expect(new Uint8Array(second as ArrayBuffer)).toEqual(new Uint8Array(first as ArrayBuffer));
  expect(kept.privateKey.extractable).toBe(false);
  await keyHolder(name).erase();
  expect(await keyHolder(name).has('signing')).toBe(false);
  await deleteDatabase(name);
});

const stored = new Map<string, string>();
const pinStores: readonly (readonly [string, (name: string) => HeadPinStore])[] = [
  ['IndexedDB', keyvalPinStore],
  ['OPFS without sync handles', opfsPinStore],
  [
    'the window',
    (name) =>
      callbackPinStore(
        () => Promise.resolve(stored.get(name) ?? null),
        (value) => Promise.resolve(void stored.set(name, value)),
        () => Promise.resolve(void stored.delete(name)),
      ),
  ],
];

test.each(pinStores)('a head pin in %s is there for the next tab and gone after erasing', async (_, make) => {
  const name = freshName('pins');
  await pinsHold(() => make(name));
});

test('a head pin in OPFS with sync handles is there for the next tab and gone after erasing', async () => {
  const name = freshName('pins');
  const tab = openTab();
  await pinsHold(() => {
    const remote = tab.remote.pins(name);
    return {
      name: 'opfs',
      get: async () => (await remote).get(),
      set: async (pin) => (await remote).set(pin),
      erase: async () => (await remote).erase(),
    };
  });
  tab.kill();
});

async function pinsHold(store: () => HeadPinStore): Promise<void> {
  const pin = (size: number) => ({ epoch: 2 as Epoch, size, root: 'ab'.repeat(32) });
  expect(await store().get()).toBeNull();
  const pins = store();
  for (let size = 1; size <= 5; size++) {
    await pins.set(pin(size));
    expect(await store().get()).toEqual(pin(size));
  }
  await store().set(pin(6));
  expect(await store().get()).toEqual(pin(6));
  await pins.erase();
  expect(await store().get()).toBeNull();
}
