import { expect, test } from 'vitest';
import { createNobleSigner, verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { encodeEnvelope, openEnvelope, preAuthEncoding, signEnvelope } from '#core/audit/dsse.ts';
import { fromHex, hex, utf8 } from '#core/base/bytes.ts';

/** The Ed25519 vectors of the DSSE project (testvectors/vectors.json, Apache-2.0); keys of RFC 8032 section 7.1. */
const KEYS = {
  A: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  B: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
} as const;
const IN_TOTO = 'application/vnd.in-toto+json';
const STATEMENT = 'eyJfdHlwZSI6Imh0dHBzOi8vaW4tdG90by5pby9TdGF0ZW1lbnQvdjEifQ==';
const BY_A = '2WAfaHm5jluo0w+0rk8uVkluELJYWjSmU9x7EUzx+AyteDGJ4/nqyJXfmAUVFIAoQafWm7AxBZNw5M9ixNHiCA==';
const BY_B = 'c1+67/aT0yqEpwx8PsVY3MLHsj9D0CZ014/Fv/QlG59P+9CobUZ7xECJ/V3USG0Ob9CiE5LjReEZUzNF2l7eBw==';

interface Vector {
  readonly id: string;
  readonly type: string;
  readonly payload: string;
  readonly signatures: readonly string[];
  readonly keys: readonly (keyof typeof KEYS)[];
  readonly threshold: number;
  readonly supported: readonly string[];
  readonly accept: boolean;
}

const vector = (id: string, accept: boolean, change: Partial<Vector> = {}): Vector => ({
  id,
  type: IN_TOTO,
  payload: STATEMENT,
  signatures: [BY_A],
  keys: ['A'],
  threshold: 1,
  supported: [IN_TOTO],
  accept,
  ...change,
});
const OTHER = 'application/vnd.example.other+json';
const ACCENTED = 'application/vnd.exämple+json';
const vectors: readonly Vector[] = [
  vector('single-signature', true),
  vector('url-safe-base64', true, {
    payload: '-_-_Pj8=',
    signatures: ['P-_KHICeR7tI6S_YyejJTRtrXhcQyQ2LYPaL8h90KjC9qN8HU_svOQ6TuDOT1HIrsGW886DbWNWcCmX5twLrAw=='],
  }),
  vector('payload-type-swapped', false, { type: OTHER, supported: [IN_TOTO, OTHER] }),
  vector('non-ascii-payload-type', true, {
    type: ACCENTED,
    supported: [ACCENTED],
    signatures: ['xmSk/ug66ysT7ayhkCIjhAq42zgZXSsEWuzUaNL7w2eGAdF/NU6/fRXPtmfN+5DNSAs5/i2lUnHjbbjPsu0tAw=='],
  }),
  vector('empty-payload', true, {
    payload: '',
    signatures: ['gSggCAaTLTYyRH6FIDBem6meyIynsYy8RTHVzwx9tnTb7Bg/1jMWnuVgI/gffqmbsC2VX5/jHfkkDqsj7CDbDg=='],
  }),
  vector('empty-payload-type', false, {
    type: '',
    signatures: ['iC3q/+3Rm0+lpAJRueDmDh15PnwCfxKmS0NAfKsbv+zgulXQC/WM9trc+j1XEqlwDIg/vf/uNfebeD6sxInrDg=='],
  }),
  vector('threshold-two-distinct-keys', true, { signatures: [BY_A, BY_B], keys: ['A', 'B'], threshold: 2 }),
  vector('threshold-two-one-key-twice', false, { signatures: [BY_A, BY_A], keys: ['A', 'B'], threshold: 2 }),
];

const bytes = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);

test.each(vectors)('the DSSE vector $id is judged as it says', (given) => {
  const envelope = {
    payload: given.payload,
    payloadType: given.type,
    signatures: given.signatures.map((sig) => ({ sig })),
  };
  const keys = given.keys.map((key) => bytes(KEYS[key]));
  expect(openEnvelope(verifyEd25519, keys, given.supported, envelope, given.threshold).ok).toBe(given.accept);
});

test('the encoding that is signed is that of the protocol, lengths in bytes', () => {
  const example = preAuthEncoding('http://example.com/HelloWorld', utf8('hello world'));
  expect(hex(example)).toBe(hex(utf8('DSSEv1 29 http://example.com/HelloWorld 11 hello world')));
  expect(hex(preAuthEncoding(ACCENTED, new Uint8Array(0)))).toBe(hex(utf8(`DSSEv1 29 ${ACCENTED} 0 `)));
});

test('an envelope signed here opens with its key, says its type, and is refused when anything in it differs', async () => {
  const signer = createNobleSigner(bytes('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
  expect(hex(signer.publicKey)).toBe(KEYS.A);
  const body = utf8('{"_type":"https://in-toto.io/Statement/v1"}');
  const envelope = await signEnvelope(IN_TOTO, body, { keyId: 'A', sign: signer.sign });
  expect(envelope).toEqual({ payload: STATEMENT, payloadType: IN_TOTO, signatures: [{ keyid: 'A', sig: BY_A }] });
  expect(JSON.parse(encodeEnvelope(envelope))).toEqual(envelope);
  const open = (value: unknown): unknown => openEnvelope(verifyEd25519, [signer.publicKey], [IN_TOTO], value);
  expect(open(envelope)).toEqual({ ok: true, value: { payloadType: IN_TOTO, body } });
  expect(openEnvelope(verifyEd25519, [bytes(KEYS.B)], [IN_TOTO], envelope)).toEqual({ ok: false, error: 'unsigned' });
  expect(openEnvelope(verifyEd25519, [signer.publicKey], ['text/plain'], envelope)).toEqual({
    ok: false,
    error: 'unsupported-type',
  });
  for (const wrong of [
    null,
    'text',
    {},
    { ...envelope, payload: '?' },
    { ...envelope, signatures: 'none' },
    { ...envelope, signatures: [null] },
    { ...envelope, signatures: [{ keyid: 'A' }] },
    { ...envelope, signatures: [{ sig: 1 }] },
    { ...envelope, payloadType: 1 },
  ])
    expect(open(wrong)).toEqual({ ok: false, error: 'malformed' });
});
