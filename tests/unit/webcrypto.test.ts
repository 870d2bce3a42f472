import { expect, test } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { createWebCryptoSealer, generateDeviceKey } from '#adapters/webcrypto/sealer.ts';
import { createWebCryptoSigner, generateSigningKeys, verifyEd25519WithWebCrypto } from '#adapters/webcrypto/signer.ts';
import { hex, utf8 } from '#core/base/bytes.ts';
import { checkpointKey, openCheckpoint, signCheckpoint } from '#core/audit/checkpoint.ts';
import { seededSigner } from '#tests/fakes/seeded-signer.ts';

const plain = utf8('meet at the mill, 14:30');

test('a sealed record opens in its context and nowhere else', async () => {
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  const sealed = await sealer.seal(plain, 'entry 7');
  expect(await sealer.open(sealed, 'entry 7')).toEqual({ ok: true, value: plain });
  expect(await sealer.open(sealed, 'entry 8')).toEqual({ ok: false, error: 'wrong-key' });
  const stranger = createWebCryptoSealer(await generateDeviceKey());
  expect(await stranger.open(sealed, 'entry 7')).toEqual({ ok: false, error: 'wrong-key' });
  expect(await sealer.open({ ...sealed, wrappedKey: new Uint8Array(0) }, 'entry 7')).toEqual({
    ok: false,
    error: 'destroyed',
  });
});

test('a sealed record has the sizes the port promises, and no two are alike', async () => {
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  const [a, b] = [await sealer.seal(plain, 'c'), await sealer.seal(plain, 'c')];
  expect(a.ciphertext.length).toBe(12 + plain.length + 16);
  expect(a.wrappedKey.length).toBe(12 + 32 + 16);
  expect(hex(a.ciphertext)).not.toBe(hex(b.ciphertext));
  expect(hex(a.wrappedKey)).not.toBe(hex(b.wrappedKey));
  expect(await sealer.open({ ciphertext: a.ciphertext, wrappedKey: b.wrappedKey }, 'c')).toEqual({
    ok: false,
    error: 'wrong-key',
  });
});

test('a bit flipped or a byte cut anywhere in a sealed record is noticed', async () => {
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  const sealed = await sealer.seal(utf8('short'), 'c');
  for (const part of ['ciphertext', 'wrappedKey'] as const) {
    for (let i = 0; i < sealed[part].length; i++) {
      const flipped = sealed[part].map((byte, at) => (at === i ? byte ^ 0x10 : byte));
      expect((await sealer.open({ ...sealed, [part]: flipped }, 'c')).ok).toBe(false);
      if (i > 0) expect((await sealer.open({ ...sealed, [part]: sealed[part].slice(0, i) }, 'c')).ok).toBe(false);
    }
  }
});

test('bytes in shared memory are sealed like any others', async () => {
  const sealer = createWebCryptoSealer(await generateDeviceKey());
  const shared = new Uint8Array(new SharedArrayBuffer(plain.length));
  shared.set(plain);
  expect(await sealer.open(await sealer.seal(shared, 'c'), 'c')).toEqual({ ok: true, value: plain });
});

test('neither the signing key nor the device key can be read out', async () => {
  const keys = await generateSigningKeys();
  if (!keys.ok) throw new Error(keys.error);
  await expect(crypto.subtle.exportKey('pkcs8', keys.value.privateKey)).rejects.toThrow();
  await expect(crypto.subtle.exportKey('raw', await generateDeviceKey())).rejects.toThrow();
});

test('what WebCrypto signs noble verifies, and the other way round', async () => {
  const keys = await generateSigningKeys();
  if (!keys.ok) throw new Error(keys.error);
  for (const signer of [await createWebCryptoSigner(keys.value), seededSigner(3)]) {
    const signature = await signer.sign(plain);
    for (const verify of [verifyEd25519, verifyEd25519WithWebCrypto]) {
      expect(await verify(signer.publicKey, plain, signature)).toBe(true);
      expect(await verify(signer.publicKey, utf8('another'), signature)).toBe(false);
      expect(await verify(signer.publicKey.slice(1), plain, signature)).toBe(false);
      expect(await verify(signer.publicKey, plain, signature.slice(1))).toBe(false);
    }
    const note = await signCheckpoint(sha256, { size: 0, root: sha256(new Uint8Array(0)) }, signer);
    expect(openCheckpoint(sha256, verifyEd25519, checkpointKey(signer.publicKey), note).ok).toBe(true);
  }
});

test('random bytes are as many as asked for and differ', () => {
  expect(webCryptoEntropy.bytes(32)).toHaveLength(32);
  expect(hex(webCryptoEntropy.bytes(32))).not.toBe(hex(webCryptoEntropy.bytes(32)));
});
