import { expect, test } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { createHybridSigner, verifyMlDsa65 } from '#adapters/noble/ml-dsa.ts';
import { utf8 } from '#core/base/bytes.ts';
import { rawKeysOf } from '#core/identity/key-document.ts';

const NAME = 'ML-DSA-65';

/** The platform's ML-DSA (Web Cryptography Modern Algorithms draft), whose types are not in the DOM library yet. */
const subtle = crypto.subtle as unknown as {
  importKey(
    format: 'raw-seed' | 'raw-public',
    bytes: Uint8Array,
    name: string,
    extractable: boolean,
    uses: string[],
  ): Promise<CryptoKey>;
  exportKey(format: 'raw-seed' | 'raw-public', key: CryptoKey): Promise<ArrayBuffer>;
  generateKey(name: string, extractable: boolean, uses: string[]): Promise<CryptoKeyPair>;
  sign(name: string, key: CryptoKey, message: Uint8Array): Promise<ArrayBuffer>;
  verify(name: string, key: CryptoKey, signature: Uint8Array, message: Uint8Array): Promise<boolean>;
};

async function nativelySupported(): Promise<boolean> {
  try {
    await subtle.generateKey(NAME, true, ['sign', 'verify']);
    return true;
  } catch {
    return false;
  }
}

const native = await nativelySupported();
const name = 'the browser and noble make the same ML-DSA-65 keys and accept each other’s signatures';

test.skipIf(!native)(native ? name : `${name} (skipped: this browser has no ML-DSA)`, async () => {
  for (let round = 0; round < 5; round++) {
    const pair = await subtle.generateKey(NAME, true, ['sign', 'verify']);
    const seed = new Uint8Array(await subtle.exportKey('raw-seed', pair.privateKey));
    const publicKey = new Uint8Array(await subtle.exportKey('raw-public', pair.publicKey));
    const signer = createHybridSigner(seed.slice().reverse(), seed);
    const keys = rawKeysOf(signer.key);
    expect(keys?.mlDsa65).toEqual(publicKey);

    const message = utf8(`record ${String(round)}`);
    const theirs = new Uint8Array(await subtle.sign(NAME, pair.privateKey, message));
    expect(verifyMlDsa65(publicKey, message, theirs)).toBe(true);
    expect(verifyMlDsa65(publicKey, utf8('another'), theirs)).toBe(false);
    theirs[round * 600]! ^= 1;
    expect(verifyMlDsa65(publicKey, message, theirs)).toBe(false);

    const [classic, ours] = await signer.sign(message);
    expect(verifyEd25519(keys!.ed25519, message, classic!)).toBe(true);
    expect(await subtle.verify(NAME, pair.publicKey, ours!, message)).toBe(true);
    expect(await subtle.verify(NAME, pair.publicKey, ours!, utf8('another'))).toBe(false);
  }
});
