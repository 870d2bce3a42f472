import { expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import type { Channel } from '#core/channels/channel.ts';
import {
  contentDigest,
  signatureBase,
  signatureParams,
  toSign,
  type Component,
} from '#core/channels/http-signature.ts';
import { keyDirectory, keyThumbprint } from '#core/channels/key-directory.ts';
import type { OutgoingRequest } from '#core/channels/outgoing.ts';
import { createNobleSigner, verifyEd25519 } from '#adapters/noble/ed25519.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { makeAttempt } from '#tests/conformance/egress-attempt.ts';
import { composed } from '#tests/conformance/egress.ts';
import { egressHost } from '#tests/conformance/egress-host.ts';
import { halvesEgress } from '#tests/fakes/halves-egress.ts';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

/** RFC 9421, appendix B.1.4: the test key. */
const signer = createNobleSigner(bytesOf('n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU'));

test('the signature of RFC 9421, appendix B.2.6, to the byte', async () => {
  const components: Component[] = [
    ['date', 'Tue, 20 Apr 2021 02:07:55 GMT'],
    ['@method', 'POST'],
    ['@path', '/foo'],
    ['@authority', 'example.com'],
    ['content-type', 'application/json'],
    ['content-length', '18'],
  ];
  const parameters = [
    ['created', 1618884473],
    ['keyid', 'test-key-ed25519'],
  ] as const;
  expect(signatureParams(components, parameters)).toBe(
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
  );
  const base = signatureBase(components, parameters);
  expect(base.split('\n').slice(0, 3)).toEqual([
    '"date": Tue, 20 Apr 2021 02:07:55 GMT',
    '"@method": POST',
    '"@path": /foo',
  ]);
  expect(Buffer.from(await signer.sign(utf8(base))).toString('base64')).toBe(
    'wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==',
  );
});

test('the digest of a body is that of RFC 9530', () => {
  expect(contentDigest(sha256(utf8('{"hello": "world"}')))).toBe(
    'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:',
  );
});

test('a key is named by its thumbprint (RFC 8037, appendix A.3) and listed in the directory under that name', () => {
  const key = bytesOf('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo');
  const kid = 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k';
  expect(keyThumbprint(key, sha256)).toBe(kid);
  expect(JSON.parse(keyDirectory([key], sha256))).toEqual({
    keys: [{ kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid, use: 'sig' }],
  });
});

const request: OutgoingRequest = {
  method: 'POST',
  url: 'https://api.example.com/v1/chat?a=b',
  headers: [
    ['content-type', 'application/json'],
    ['x-note', 'gr\u00fcn'],
  ],
  body: utf8('{}'),
};

/** The base as a host puts it together from what arrived: any covered part that is another gives another. */
function baseAtHost({ method, url, headers }: OutgoingRequest): { base: string; signature: Uint8Array } {
  const fields = new Map(headers);
  const input = (fields.get('signature-input') ?? '').replace(/^agent=/, '');
  const derived = new Map([
    ['@method', method],
    ['@target-uri', url],
  ]);
  const names = [...(/^\(([^)]*)\)/.exec(input)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, name = '']) => name);
  const lines = names.map((name) => `"${name}": ${derived.get(name) ?? fields.get(name) ?? ''}`);
  const signature = /^agent=:(.*):$/.exec(fields.get('signature') ?? '')?.[1] ?? '';
  return {
    base: [...lines, `"@signature-params": ${input}`].join('\n'),
    signature: new Uint8Array(Buffer.from(signature, 'base64')),
  };
}

const holds = (arrived: OutgoingRequest): boolean => {
  const { base, signature } = baseAtHost(arrived);
  return verifyEd25519(signer.publicKey, utf8(base), signature);
};

test('a host finds method, address, body and headers of a signed request as they were signed, or the signature is wrong', async () => {
  const made = toSign(request, { keyId: 'k', created: 1, nonce: 'n' }, sha256);
  const signed = made.signed(await signer.sign(made.base));
  expect(signed.headers.map(([name]) => name)).toEqual([
    'content-digest',
    'content-type',
    'signature',
    'signature-input',
    'x-note',
  ]);
  expect(new Map(signed.headers).get('signature-input')).toBe(
    'agent=("@method" "@target-uri" "content-digest" "content-type");created=1;nonce="n";keyid="k";alg="ed25519"',
  );
  expect(new Map(signed.headers).get('content-digest')).toBe(contentDigest(sha256(utf8('{}'))));
  expect(holds(signed)).toBe(true);
  const swapped = (name: string, value: string): OutgoingRequest => ({
    ...signed,
    headers: signed.headers.map((header) => (header[0] === name ? [name, value] : header)),
  });
  for (const other of [
    { ...signed, method: 'PUT' },
    { ...signed, url: `${signed.url}c` },
    swapped('content-type', 'text/plain'),
    swapped('content-digest', contentDigest(sha256(utf8('[]')))),
    swapped('signature-input', (new Map(signed.headers).get('signature-input') ?? '').replace('"n"', '"m"')),
  ])
    expect(holds(other)).toBe(false);
});

test('a channel that signs lets nothing out unsigned, and its host can check what arrives', async () => {
  const host = await egressHost();
  const attempt = composed(host, 'echo', { headers: [['x-note', 'yes']], body: [1, 2] });
  const channel: Channel = { ...attempt.channel, signed: true };
  const unsigned = await makeAttempt(halvesEgress(fetch), { ...attempt, channel });
  expect(unsigned).toMatchObject({ kind: 'failure', failure: { code: 'not-admitted', sent: 'no' } });
  expect(host.arrivals).toEqual([]);

  const outcome = await makeAttempt(halvesEgress(fetch, signer), { ...attempt, channel });
  expect(outcome).toMatchObject({ kind: 'answer', status: 200 });
  const [arrival] = host.arrivals;
  const headers = Object.entries(arrival?.headers ?? {}).map(([name, value]) => [name, String(value)] as const);
  expect(holds({ method: 'POST', url: attempt.request.url, headers, body: null })).toBe(true);
  expect(new Map(headers).get('signature-input')).toContain(`keyid="${keyThumbprint(signer.publicKey, sha256)}"`);
  expect(new Map(headers).get('content-digest')).toBe(contentDigest(sha256(Uint8Array.of(1, 2))));
  await host.close();
});
