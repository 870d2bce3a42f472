import { expect } from 'vitest';
import { verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { decryptAesGcm, encryptAesGcm } from '#adapters/webcrypto/aes-gcm.ts';
import { verifyEd25519WithWebCrypto } from '#adapters/webcrypto/signer.ts';
import { checkFile } from '#core/audit/check-file.ts';
import { openEnvelope } from '#core/audit/dsse.ts';
import { parseNote } from '#core/audit/note.ts';
import { concat, fromHex, hex } from '#core/base/bytes.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
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

/** Nothing here is in the formats of JOSE (RFC 7515 to 7517); of their vectors the encoding applies, and that none is taken. */
const JOSE = ['json_web_signature', 'json_web_crypto', 'json_web_key'];
/** In the compact form, or (two of them) in that of JSON. */
type JsonWebText = string | object;
type Jose = Wycheproof<{ readonly comment: string }, { readonly jws?: JsonWebText; readonly jwe?: JsonWebText }>;

function joseCases(): { readonly name: string; readonly text: JsonWebText }[] {
  return JOSE.flatMap((file) => {
    const { testGroups, numberOfTests } = vectorJson(`wycheproof/${file}_test.json`) as Jose;
    const all = testGroups.flatMap(({ tests }) => tests);
    expect(all).toHaveLength(numberOfTests);
    return all.map(({ tcId, jws, jwe = '' }) => ({ name: `${file} ${String(tcId)}`, text: jws ?? jwe }));
  });
}

testWithVectors(
  'wycheproof',
  'the parts of every JSON Web text are read as base64, or refused, as another decoder says',
  () => {
    let [right, wrong] = [0, 0];
    for (const { name, text } of joseCases()) {
      for (const part of typeof text === 'string' ? text.split('.') : []) {
        // An envelope has padding, a JSON Web text has none.
        const padded = part + '='.repeat((4 - (part.length % 4)) % 4);
        const read: string[] = [];
        const envelope = { payloadType: 'x', payload: padded, signatures: [{ sig: padded }] };
        const opened = openEnvelope(
          (_, __, signature) => read.push(hex(signature)) > 0,
          [new Uint8Array(32)],
          ['x'],
          envelope,
        );
        const decoded = Buffer.from(part, 'base64url');
        if (decoded.toString('base64url') !== part) {
          expect(opened, `${name}: ${part}`).toEqual({ ok: false, error: 'malformed' });
          wrong++;
          continue;
        }
        expect(opened.ok && hex(opened.value.body), `${name}: ${part}`).toBe(decoded.toString('hex'));
        expect(read).toEqual([decoded.toString('hex')]);
        right++;
      }
    }
    expect(right).toBeGreaterThan(1_000);
    expect(wrong).toBeGreaterThan(10);
  },
);

testWithVectors('wycheproof', 'no JSON Web text is taken for an envelope, a note or a proof, whatever it signs', () => {
  const all = () => true;
  for (const { name, text } of joseCases()) {
    const [header, payload, signature] = typeof text === 'string' ? text.split('.') : [];
    const key = new Uint8Array(32);
    for (const envelope of [text, { payload, protected: header, signature }, { payload, signatures: [{ signature }] }])
      expect(openEnvelope(all, [key], [''], envelope), name).toEqual({ ok: false, error: 'malformed' });
    const written = typeof text === 'string' ? text : JSON.stringify(text);
    expect(parseNote(written).ok, name).toBe(false);
    expect(checkFile(fileTools, new TextEncoder().encode(written)), name).toMatchObject({ kind: 'unknown', ok: false });
  }
});

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(fromHex(text) ?? []);
}
