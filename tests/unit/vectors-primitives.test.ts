import { pbkdf2Sync } from 'node:crypto';
import { aeskw, aeskwp } from '@noble/ciphers/aes.js';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { expect } from 'vitest';
import { equalBytes, fromHex } from '#core/base/bytes.ts';
import { testWithVectors, vectorJson } from '#tests/fakes/vectors.ts';

/** The primitives that keys, backups and sealed records are made of, by Wycheproof's word on each case. */
interface Case {
  readonly tcId: number;
  readonly comment: string;
  readonly flags: readonly string[];
  readonly result: 'valid' | 'invalid' | 'acceptable';
  readonly [field: string]: unknown;
}
interface Group {
  readonly tests: readonly Case[];
  readonly [field: string]: unknown;
}

const bytes = (text: unknown): Uint8Array => fromHex(text as string) ?? new Uint8Array(0);
const opens = (open: () => boolean): boolean => {
  try {
    return open();
  } catch {
    return false;
  }
};

/** @param holds whether a case holds; one that is neither valid nor invalid may do either */
function judge(file: string, what: string, holds: (test: Case, group: Group) => boolean): void {
  testWithVectors('wycheproof', what, () => {
    const { testGroups, numberOfTests } = vectorJson(`wycheproof/${file}.json`) as {
      readonly testGroups: readonly Group[];
      readonly numberOfTests: number;
    };
    let seen = 0;
    for (const group of testGroups) {
      for (const test of group.tests) {
        const held = opens(() => holds(test, group));
        seen++;
        if (test.result === 'acceptable') continue;
        expect(held, `${file} ${String(test.tcId)}: ${test.comment}`).toBe(test.result === 'valid');
      }
    }
    expect(seen).toBe(numberOfTests);
  });
}

judge('hkdf_sha256_test', 'HKDF gives every Wycheproof key, and refuses those that are too long', (test) =>
  equalBytes(hkdf(sha256, bytes(test.ikm), bytes(test.salt), bytes(test.info), test.size as number), bytes(test.okm)),
);

judge('hmac_sha256_test', 'HMAC gives every Wycheproof tag', (test, { tagSize }) =>
  equalBytes(hmac(sha256, bytes(test.key), bytes(test.msg)).slice(0, (tagSize as number) / 8), bytes(test.tag)),
);

judge('pbkdf2_hmacsha256_test', 'PBKDF2 gives every Wycheproof key', (test) => {
  const { iterationCount: c, dkLen } = test as unknown as { readonly iterationCount: number; readonly dkLen: number };
  const [password, salt] = [bytes(test.password), bytes(test.salt)];
  // A million rounds in script take minutes: those are the platform's.
  const key =
    c > 10_000 ? pbkdf2Sync(password, salt, c, dkLen, 'sha256') : pbkdf2(sha256, password, salt, { c, dkLen });
  return equalBytes(key, bytes(test.dk));
});

judge('x25519_test', 'X25519 agrees on every Wycheproof secret', (test) =>
  equalBytes(x25519.getSharedSecret(bytes(test.private), bytes(test.public)), bytes(test.shared)),
);

judge('xchacha20_poly1305_test', 'XChaCha20-Poly1305 seals and opens every Wycheproof case', (test) => {
  const cipher = xchacha20poly1305(bytes(test.key), bytes(test.iv), bytes(test.aad));
  const box = bytes(`${test.ct as string}${test.tag as string}`);
  return equalBytes(cipher.decrypt(box), bytes(test.msg)) && equalBytes(cipher.encrypt(bytes(test.msg)), box);
});

judge('aes_wrap_test', 'AES key wrap opens every Wycheproof case', (test) =>
  equalBytes(aeskw(bytes(test.key)).decrypt(bytes(test.ct)), bytes(test.msg)),
);

judge('aes_kwp_test', 'AES key wrap with padding opens every Wycheproof case', (test) =>
  equalBytes(aeskwp(bytes(test.key)).decrypt(bytes(test.ct)), bytes(test.msg)),
);

judge('ecdsa_secp256r1_sha256_p1363_test', 'ECDSA on P-256 judges every Wycheproof signature', (test, group) => {
  const { uncompressed } = group.publicKey as { readonly uncompressed: string };
  return p256.verify(bytes(test.sig), bytes(test.msg), bytes(uncompressed), { lowS: false, format: 'compact' });
});
