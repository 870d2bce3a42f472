import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hex } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { mlDsaDidOf, mlDsaKeyOf, publicKeyOf } from '#core/identity/did-key.ts';
import { keyIdOf } from '#core/identity/key-document.ts';
import { parseCanonicalJson } from '#core/identity/record.ts';
import { certificateFor, keyAt, verifyIdentity, type Identity } from '#core/identity/verify-identity.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { Chain, hybridOf, keys, seedOf, signed, signerOf, T0, tools } from '#tests/fakes/identities.ts';

const [root, first, second, third, stranger] = ['root', 'first', 'second', 'third', 'stranger'].map(signerOf) as [
  ReturnType<typeof signerOf>,
  ReturnType<typeof signerOf>,
  ReturnType<typeof signerOf>,
  ReturnType<typeof signerOf>,
  ReturnType<typeof signerOf>,
];
const board = ['ann', 'bo', 'cy'].map(signerOf);
const prover = keys.prover(seedOf('prover'));

function identityOfChain(chain: Chain): Identity {
  const verified = verifyIdentity(tools, JSON.parse(JSON.stringify(chain.records)) as unknown[]);
  if (!verified.ok) throw new Error(`${verified.error.code}: ${verified.error.why}`);
  return verified.value;
}

function faultOf(chain: Chain | readonly unknown[]): string {
  const verified = verifyIdentity(tools, chain instanceof Chain ? chain.records : chain);
  return verified.ok ? 'none' : `${verified.error.code} at ${String(verified.error.record)}`;
}

test('an identity is the hash of its genesis record, and begins with its first key', async () => {
  const chain = await Chain.begun();
  const identity = identityOfChain(chain);
  expect(identity.id).toBe(`agent:${hex(sha256(new TextEncoder().encode(canonicalJson(chain.records[0]!.record))))}`);
  expect(keyAt(identity, 0)).toEqual(first.key);
  expect(keyAt(identity, 1_000_000)).toEqual(first.key);
  expect(identity.root).toEqual(root.key);
});

test('another name, moment, root or first key is another agent', async () => {
  const ids = new Set([
    (await Chain.begun()).id,
    (await Chain.begun(stranger)).id,
    (await Chain.begun(root, stranger)).id,
    (await Chain.begun(root, first, { keys: [board[0]!.key], threshold: 1 })).id,
  ]);
  expect(ids.size).toBe(4);
});

test('a key succeeds another from an entry on: by the old key, or by the root when the old one is lost', async () => {
  const chain = await Chain.begun();
  await chain.succeed(second.key, 10, [first, second]);
  await chain.succeed(third.key, 25, [root, third]);
  const identity = identityOfChain(chain);
  expect([0, 9, 10, 24, 25, 99].map((sequence) => keyAt(identity, sequence))).toEqual(
    [first, first, second, second, third, third].map(({ key }) => key),
  );
});

test('a key that neither the old key, the root nor enough co-signers vouch for is refused', async () => {
  const cosigners = { keys: board.map(({ key }) => key), threshold: 2 };
  const begun = (): Promise<Chain> => Chain.begun(root, first, cosigners);
  expect(faultOf(await (await begun()).succeed(second.key, 5, [second]))).toBe('not-authorized at 1');
  expect(faultOf(await (await begun()).succeed(second.key, 5, [first]))).toBe('not-authorized at 1');
  expect(faultOf(await (await begun()).succeed(second.key, 5, [stranger, second]))).toBe('stranger at 1');
  expect(faultOf(await (await begun()).succeed(second.key, 5, [board[0]!, second]))).toBe('not-authorized at 1');
  expect(faultOf(await (await begun()).succeed(second.key, 5, [board[0]!, board[2]!, second]))).toBe('none');
  const twice = await (await begun()).succeed(second.key, 5, [board[0]!, board[0]!, second]);
  expect(faultOf(twice)).toBe('bad-signature at 1');
  const rotated = await (await begun()).succeed(second.key, 5, [first, second]);
  expect(faultOf(await rotated.succeed(third.key, 9, [first, third]))).toBe('stranger at 2');
});

test('keys take over at later entries only, and no key comes back', async () => {
  const rotated = async (): Promise<Chain> => (await Chain.begun()).succeed(second.key, 5, [first, second]);
  expect(faultOf(await (await rotated()).succeed(third.key, 5, [second, third]))).toBe('not-later at 2');
  expect(faultOf(await (await rotated()).succeed(second.key, 6, [second]))).toBe('same-key at 2');
  expect(faultOf(await (await rotated()).succeed(first.key, 6, [second, first]))).toBe('same-key at 2');
});

test('two of three co-signers stand in for a lost root, and name the next one', async () => {
  const chain = await Chain.begun(root, first, { keys: board.map(({ key }) => key), threshold: 2 });
  await chain.certify(prover.key, [board[1]!, board[2]!]);
  await chain.succeed(second.key, 3, [board[0]!, board[1]!, second], 'root');
  expect(faultOf(await chain.certify(third.key, [root, third]))).toBe('stranger at 3');
  chain.records.pop();
  await chain.certify(third.key, [second, third]);
  const identity = identityOfChain(chain);
  expect(identity.root).toEqual(second.key);
  expect(certificateFor(identity, 'prove', T0)?.subject).toEqual(prover.key);
  expect(certificateFor(identity, 'sign', T0)?.subject).toEqual(third.key);
});

test('the agent key alone certifies nothing and changes no co-signers', async () => {
  expect(faultOf(await (await Chain.begun()).certify(prover.key, [first]))).toBe('stranger at 1');
  expect(faultOf(await (await Chain.begun()).cosign({ keys: [stranger.key], threshold: 1 }, [first]))).toBe(
    'stranger at 1',
  );
  expect(faultOf(await (await Chain.begun()).succeed(second.key, 0, [first, second], 'root'))).toBe('stranger at 1');
});

test('co-signers set later hold from then on, and a key certified to sign must agree to it', async () => {
  const chain = await Chain.begun();
  await chain.cosign({ keys: board.map(({ key }) => key), threshold: 3 }, [root]);
  await chain.certify(prover.key, board);
  expect(faultOf(chain)).toBe('none');
  expect(faultOf(await chain.certify(second.key, board))).toBe('not-authorized at 3');
});

test('a certificate counts in its time, and the newest for a purpose counts alone', async () => {
  const chain = await Chain.begun();
  await chain.certify(prover.key, [root], { notAfter: (T0 + 10) as UnixMs });
  const at = (ms: number): unknown => certificateFor(identityOfChain(chain), 'prove', (T0 + ms) as UnixMs)?.subject;
  expect([at(-1), at(0), at(10), at(11)]).toEqual([undefined, prover.key, prover.key, undefined]);
  const next = keys.prover(seedOf('next prover'));
  await chain.certify(next.key, [root], { notBefore: (T0 + 5) as UnixMs });
  expect([at(4), at(5), at(99)]).toEqual([undefined, next.key, next.key]);
});

test('records that are missing, doubled, swapped or of another agent break the chain', async () => {
  const chain = await Chain.begun();
  await chain.succeed(second.key, 5, [first, second]);
  await chain.certify(prover.key, [root]);
  const [a, b, c] = chain.records;
  expect(faultOf([])).toBe('empty at 0');
  expect(faultOf([b])).toBe('not-genesis at 0');
  expect(faultOf([a, a])).toBe('second-genesis at 1');
  expect(faultOf([a, c])).toBe('broken-chain at 1');
  expect(faultOf([a, b, b])).toBe('broken-chain at 2');
  expect(faultOf([a, c, b])).toBe('broken-chain at 1');
  const other = await (await Chain.begun(stranger)).certify(prover.key, [stranger]);
  expect(faultOf([a, other.records[1]])).toBe('wrong-agent at 1');
});

test('every change of one character in a record is noticed', async () => {
  const chain = await Chain.begun(root, first, { keys: [board[0]!.key], threshold: 1 });
  await chain.succeed(second.key, 5, [first, second]);
  await chain.certify(prover.key, [root]);
  const text = canonicalJson(chain.records);
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom('0', 'a', 'Z', '9', '"', '{', ':', ',', '/', '='),
      (at, character) => {
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        fc.pre(changed !== text);
        const json = parseCanonicalJson(changed);
        if (json !== null)
          expect(verifyIdentity(tools, json as unknown[]).ok, `at ${String(at)}: ${character}`).toBe(false);
      },
    ),
    { numRuns: 300 },
  );
});

test('what is not a record is refused with the place and the reason', async () => {
  const [genesis] = (await Chain.begun()).records;
  const why = (json: unknown): string => {
    const verified = verifyIdentity(tools, [json]);
    return verified.ok ? 'none' : verified.error.why;
  };
  const changed = (change: object): object => ({ ...genesis, record: { ...genesis!.record, ...change } });
  expect(why(null)).toContain('record is not an object');
  expect(why(changed({ type: 'toString' }))).toContain('of no type');
  expect(why(changed({ version: 2 }))).toContain('record.version');
  expect(why(changed({ name: '' }))).toContain('record.name');
  expect(why(changed({ createdAt: -1 }))).toContain('record.createdAt');
  expect(why(changed({ root: { algorithm: 'RSA', keys: [] } }))).toContain('an algorithm that is not known');
  expect(why(changed({ root: { algorithm: 'Ed25519', keys: [...first.key.keys, ...root.key.keys] } }))).toContain(
    'not a key of the algorithm',
  );
  expect(why(changed({ cosigners: { keys: [], threshold: 1 } }))).toContain('threshold');
  expect(why(changed({ cosigners: { keys: [root.key, root.key], threshold: 1 } }))).toContain('twice');
  expect(why({ ...genesis, signatures: [] })).toContain('record.signatures');
});

test('a hybrid key signs with both of its halves, and either half alone is refused', async () => {
  const hybrid = await hybridOf('root');
  const chain = await Chain.begun(hybrid);
  expect(faultOf(chain)).toBe('none');
  const [genesis] = chain.records;
  const [own, firsts] = genesis!.signatures;
  const [ed25519 = '', mlDsa = ''] = own!.values;
  const withSignature = (change: object): unknown => [{ ...genesis, signatures: [{ ...own, ...change }, firsts] }];
  const other = (await Chain.begun(await hybridOf('other'))).records[0]!.signatures[0]!.values;
  for (const values of [
    [ed25519],
    [mlDsa],
    [mlDsa, ed25519],
    [ed25519, ed25519],
    [ed25519, other[1]],
    [other[0], mlDsa],
  ])
    expect(faultOf(withSignature({ values }) as unknown[])).toBe('bad-signature at 0');
  expect(faultOf(withSignature({ algorithm: 'Ed25519', values: [ed25519] }) as unknown[])).toBe('bad-signature at 0');
});

test('the classical half of a hybrid signature is no signature of a classical key', async () => {
  const hybrid = await hybridOf('root');
  const classical = signerOf('root');
  expect(classical.key.keys[0]).toBe(hybrid.key.keys[0]);
  const chain = await Chain.begun(classical);
  const { record } = chain.records[0]!;
  const [half] = (await signed(record, hybrid)).signatures[0]!.values;
  const cut = { algorithm: 'Ed25519', by: keyIdOf(sha256, classical.key), values: [half] };
  expect(faultOf([{ record, signatures: [cut, chain.records[0]!.signatures[1]] }])).toBe('bad-signature at 0');
});

test('a classical root gives way to a hybrid one, which signs from then on', async () => {
  const hybrid = await hybridOf('next root');
  const chain = await (await Chain.begun()).succeed(hybrid.key, 4, [root, hybrid], 'root');
  await chain.certify(prover.key, [hybrid]);
  expect(identityOfChain(chain).root.algorithm).toBe('Ed25519+ML-DSA-65');
  expect(faultOf(await chain.certify(prover.key, [root]))).toBe('stranger at 3');
});

test('the did:key of an ML-DSA-65 key is made and read back, and is no Ed25519 key', async () => {
  const [ed25519 = '', mlDsa = ''] = (await hybridOf('root')).key.keys;
  const publicKey = mlDsaKeyOf(mlDsa);
  expect(publicKey).toHaveLength(1952);
  expect(mlDsaDidOf(publicKey!)).toBe(mlDsa);
  expect(mlDsaKeyOf(ed25519)).toBeNull();
  expect(mlDsaKeyOf(`${mlDsa}1`)).toBeNull();
  expect(publicKeyOf(mlDsa)).toEqual({ ok: false, error: 'not-ed25519' });
});
