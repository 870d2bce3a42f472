import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex, fromHex } from '#core/base/bytes.ts';
import { base58, fromBase58 } from '#core/identity/base58.ts';
import { agentIdOf, publicKeyOf } from '#core/identity/did-key.ts';
import { testWithVectors, vectorJson, vectorText } from '#tests/fakes/vectors.ts';

interface DidKeyVector {
  readonly seed: string;
  readonly verificationKeyPair: { readonly publicKeyBase58?: string; readonly publicKeyJwk?: { readonly x: string } };
}

testWithVectors('did-key', 'the did:key of each Ed25519 vector is made and read back', () => {
  const vectors = Object.entries(
    vectorJson('did-key/test-vectors/ed25519-x25519.json') as Record<string, DidKeyVector>,
  );
  expect(vectors).toHaveLength(5);
  for (const [did, { seed, verificationKeyPair }] of vectors) {
    const publicKey = ed25519.getPublicKey(fromHex(seed) ?? new Uint8Array(0));
    expect(agentIdOf(publicKey)).toBe(did);
    const read = publicKeyOf(did);
    expect(read.ok && hex(read.value)).toBe(hex(publicKey));
    const { publicKeyBase58, publicKeyJwk } = verificationKeyPair;
    if (publicKeyBase58 !== undefined) expect(base58(publicKey)).toBe(publicKeyBase58);
    if (publicKeyJwk !== undefined) expect(Buffer.from(publicKey).toString('base64url')).toBe(publicKeyJwk.x);
  }
});

testWithVectors('did-key', 'keys of other kinds are refused', () => {
  for (const kind of ['x25519', 'secp256k1', 'nist-curves', 'bls12381', 'rsa']) {
    const dids = vectorText(`did-key/test-vectors/${kind}.json`).match(/did:key:z\w+/g) ?? [];
    expect(dids.length).toBeGreaterThan(0);
    for (const did of dids) expect(publicKeyOf(did), did).toEqual({ ok: false, error: 'not-ed25519' });
  }
});

test('text that is no did:key is refused with the reason', () => {
  const did = 'did:key:z6MkiTBz1ymuepAQ4HEHYSF1H8quG5GLVVQR3djdX3mDooWp';
  expect(publicKeyOf('did:web:example.org')).toEqual({ ok: false, error: 'not-did-key' });
  expect(publicKeyOf(did.replace('z6Mk', 'z6M0'))).toEqual({ ok: false, error: 'not-base58' });
  expect(publicKeyOf(`did:key:z${base58(Uint8Array.of(0xed, 1, 2))}`)).toEqual({ ok: false, error: 'wrong-length' });
});

test('base58 of any bytes comes back, and of the draft examples is as written there', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
      expect(fromBase58(base58(bytes))).toEqual(bytes);
    }),
  );
  expect(base58(new TextEncoder().encode('Hello World!'))).toBe('2NEpo7TZRRrLZSi2U');
  expect(base58(fromHex('0000287fb4cd') ?? new Uint8Array(0))).toBe('11233QC4');
});
