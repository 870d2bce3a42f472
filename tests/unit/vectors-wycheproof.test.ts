import { expect } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { decryptAesGcm, encryptAesGcm } from '#adapters/webcrypto/aes-gcm.ts';
import { verifyEd25519WithWebCrypto } from '#adapters/webcrypto/signer.ts';
import { concat, fromHex, hex } from '#core/base/bytes.ts';
import { testWithVectors, vectorJson } from '#tests/fakes/vectors.ts';

interface Wycheproof<Group, Case> {
  readonly numberOfTests: number;
  readonly testGroups: readonly (Group & { readonly tests: readonly (Case & Verdict)[] })[];
}

interface Verdict {
  readonly tcId: number;
  readonly comment: string;
  readonly result: 'valid' | 'invalid' | 'acceptable';
}

type Ed25519 = Wycheproof<
  { readonly publicKey: { readonly pk: string } },
  { readonly msg: string; readonly sig: string }
>;
type AesGcm = Wycheproof<
  { readonly ivSize: number; readonly keySize: number; readonly tagSize: number },
  { readonly [name in 'key' | 'iv' | 'aad' | 'msg' | 'ct' | 'tag']: string }
>;

testWithVectors('wycheproof', 'noble and WebCrypto judge every Ed25519 signature as Wycheproof says', async () => {
  const { testGroups, numberOfTests } = vectorJson('wycheproof/ed25519_test.json') as Ed25519;
  let seen = 0;
  for (const { publicKey, tests } of testGroups) {
    for (const { tcId, comment, msg, sig, result } of tests) {
      const name = `${String(tcId)} ${comment}`;
      const [key, message, signature] = [bytes(publicKey.pk), bytes(msg), bytes(sig)];
      expect(verifyEd25519(key, message, signature), name).toBe(result === 'valid');
      expect(await verifyEd25519WithWebCrypto(key, message, signature), name).toBe(result === 'valid');
      seen++;
    }
  }
  expect(seen).toBe(numberOfTests);
});

testWithVectors(
  'wycheproof',
  'AES-GCM seals and opens every Wycheproof case with a 96-bit nonce and a 128-bit tag',
  async () => {
    const { testGroups } = vectorJson('wycheproof/aes_gcm_test.json') as AesGcm;
    let seen = 0;
    for (const { ivSize, tagSize, tests } of testGroups) {
      if (ivSize !== 96 || tagSize !== 128) continue;
      for (const { tcId, comment, key, iv, aad, msg, ct, tag, result } of tests) {
        const name = `${String(tcId)} ${comment}`;
        const usable = await crypto.subtle.importKey('raw', bytes(key), 'AES-GCM', false, ['encrypt', 'decrypt']);
        const box = concat(bytes(iv), bytes(ct), bytes(tag));
        const opened = await decryptAesGcm(usable, box, bytes(aad));
        expect(opened === null ? null : hex(opened), name).toBe(result === 'valid' ? msg : null);
        if (result === 'valid')
          expect(hex(await encryptAesGcm(usable, bytes(iv), bytes(msg), bytes(aad))), name).toBe(hex(box));
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(150);
  },
);

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fromHex(text) ?? []);
}
