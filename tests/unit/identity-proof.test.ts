import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { base64, fromBase64, fromHex, hex, utf8 } from '#core/base/bytes.ts';
import { canonicalJson } from '#core/base/json.ts';
import type { UnixMs } from '#core/base/ids.ts';
import { createRistrettoProver } from '#adapters/noble/ristretto-prover.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { armored, unarmored } from '#core/identity/armor.ts';
import {
  type Challenge,
  challengeDigest,
  challengeFor,
  challengeText,
  readChallenge,
} from '#core/identity/challenge.ts';
import { checkIdentityProof, type CheckIdentityProofOptions } from '#core/identity/check-identity-proof.ts';
import { type Claim, isStated, saltClaims, showClaims, stateClaims } from '#core/identity/claims.ts';
import { boundTo, type IdentityProof, identityProofText, type ProofBody } from '#core/identity/identity-proof.ts';
import { schnorrChallenge, schnorrHolds } from '#core/identity/schnorr.ts';
import type { Prover, RecordSigner } from '#ports/identity-keys.ts';
import { Chain, hybridOf, keys, seedOf, signed, signerOf, T0, tools } from '#tests/fakes/identities.ts';
import { seededEntropy } from '#tests/fakes/seeded-entropy.ts';

const prover = keys.prover(seedOf('prover'));
const entropy = seededEntropy(9);
const random = (length: number): Uint8Array => entropy.bytes(length);
const later = (ms: number): UnixMs => (T0 + ms) as UnixMs;
const CLAIMS: readonly Claim[] = [
  { name: 'owner.name', value: 'Mara Lindqvist' },
  { name: 'owner.email', value: 'mara@example.org' },
  { name: 'agent.key', value: 'did:key:z6Mk' },
];

const ask = (verifier = 'Harbour Library', asks: readonly string[] = []): Challenge =>
  challengeFor({ verifier, origin: 'https://library.example', asks }, random(32), T0);

interface Making {
  readonly chain?: Chain;
  readonly show?: readonly string[];
  readonly with?: Prover;
  readonly signer?: RecordSigner;
  /** Changes what is proved before it is proved. */
  readonly body?: (body: ProofBody) => ProofBody;
}

async function answer(challenge: Challenge, making: Making = {}): Promise<IdentityProof> {
  const chain = making.chain ?? (await (await Chain.begun()).certify(prover.key, [signerOf('root')]));
  const open = saltClaims(CLAIMS, random);
  const statement = await signed(stateClaims(sha256, chain.id, open, T0), making.signer ?? signerOf('first'));
  const plain: ProofBody = {
    type: 'windhover.identity-proof',
    version: 1,
    algorithm: 'ristretto255-schnorr-sha512',
    agent: chain.id,
    challenge: challengeDigest(sha256, challenge),
    verifier: challenge.verifier,
    origin: challenge.origin,
    at: later(1000),
    expiresAt: later(60_000),
    records: chain.records,
    statement: making.show === undefined ? null : statement,
    shown: making.show === undefined ? [] : showClaims(sha256, open, new Set(making.show)),
  };
  const body = making.body?.(plain) ?? plain;
  const { userId, otherInfo } = boundTo(body);
  return { ...body, proof: (making.with ?? prover).prove(userId, otherInfo) };
}

const verdict = (proof: IdentityProof, challenge: Challenge, more: Partial<CheckIdentityProofOptions> = {}): string => {
  const options = { now: later(2000), ...more };
  const report = checkIdentityProof(tools, identityProofText(proof), challengeText(challenge), options);
  expect(report.ok).toBe(report.fault === null);
  if (!report.ok) expect([report.agent, report.proved, report.claims]).toEqual([null, [], []]);
  return report.fault?.code ?? 'holds';
};

test('a proof says who the agent is, what was shown, and what was not proved', async () => {
  const challenge = ask('Harbour Library', ['owner.name', 'owner.email']);
  const proof = await answer(challenge, { show: ['owner.name'] });
  const report = checkIdentityProof(tools, identityProofText(proof), challengeText(challenge), { now: later(2000) });
  expect(report.fault).toBeNull();
  expect(report.agent).toMatchObject({ id: proof.agent, name: 'Kestrel', createdAt: T0 });
  expect(report.claims).toEqual([{ name: 'owner.name', value: 'Mara Lindqvist' }]);
  expect(report.proved.join(' ')).toContain('owner.name = “Mara Lindqvist”');
  expect(report.notProved.join(' ')).toContain('owner.email: you asked');
  expect(report.notProved.join(' ')).toContain('compare its identity');
});

test('an answer to another challenge, to another verifier, late, early or for the second time is refused', async () => {
  const challenge = ask();
  const proof = await answer(challenge);
  expect(verdict(proof, challenge)).toBe('holds');
  expect(verdict(proof, ask()), 'replayed').toBe('other-challenge');
  expect(verdict(proof, { ...challenge, verifier: 'Somebody Else' }), 'shown to another').toBe('other-challenge');
  expect(verdict(proof, challenge, { answered: new Set([challengeDigest(sha256, challenge)]) })).toBe('answered');
  expect(verdict(proof, challenge, { now: later(60_001) })).toBe('expired');
  expect(verdict(proof, challenge, { now: later(-600_000) })).toBe('too-early');
  const short = { ...challenge, expiresAt: later(1500) };
  expect(verdict(await answer(short), short)).toBe('expired');
  const misnamed = await answer(challenge, { body: (body) => ({ ...body, verifier: 'Somebody Else' }) });
  expect(verdict(misnamed, challenge)).toBe('other-verifier');
  const moved = await answer(challenge, { body: (body) => ({ ...body, origin: 'https://evil.example' }) });
  expect(verdict(moved, challenge)).toBe('other-verifier');
});

test('a proof of another agent, by an uncertified key, or without a certificate is refused', async () => {
  const challenge = ask();
  const other = await Chain.begun(signerOf('another root'));
  expect(verdict(await answer(challenge), challenge, { expected: other.id })).toBe('other-agent');
  expect(verdict(await answer(challenge, { body: (body) => ({ ...body, agent: other.id }) }), challenge)).toBe(
    'other-agent',
  );
  expect(verdict(await answer(challenge, { with: keys.prover(seedOf('thief')) }), challenge)).toBe('bad-schnorr');
  expect(verdict(await answer(challenge, { chain: other }), challenge)).toBe('no-proof-key');
  const forged = await (await Chain.begun()).certify(prover.key, [signerOf('first')]);
  expect(verdict(await answer(challenge, { chain: forged }), challenge)).toBe('bad-identity');
});

test('claims must be signed by the agent and be shown as they were signed', async () => {
  const challenge = ask();
  const proof = await answer(challenge, { show: ['owner.email'] });
  expect(verdict(proof, challenge)).toBe('holds');
  const reshown = (change: object): ((body: ProofBody) => ProofBody) => {
    return (body) => ({ ...body, shown: body.shown.map((claim) => ({ ...claim, ...change })) });
  };
  const changed = async (change: object): Promise<string> =>
    verdict(await answer(challenge, { show: ['owner.email'], body: reshown(change) }), challenge);
  expect(await changed({ value: 'eve@example.org' })).toBe('bad-claim');
  expect(await changed({ name: 'owner.name' })).toBe('bad-claim');
  expect(await changed({ salt: base64(random(32)) })).toBe('bad-claim');
  expect(await changed({ path: [] })).toBe('bad-claim');
  expect(await changed({ index: 63 })).toBe('bad-claim');
  const making = { show: ['owner.email'] };
  expect(verdict(await answer(challenge, { ...making, signer: signerOf('stranger') }), challenge)).toBe(
    'bad-statement',
  );
  const unsigned = (body: ProofBody): ProofBody => ({ ...body, statement: null });
  expect(verdict(await answer(challenge, { ...making, body: unsigned }), challenge)).toBe('bad-statement');
  const twice = (body: ProofBody): ProofBody => ({ ...body, shown: [...body.shown, ...body.shown] });
  expect(verdict(await answer(challenge, { ...making, body: twice }), challenge)).toBe('bad-claim');
});

test('a certified hybrid key signs the claims in place of the journal key', async () => {
  const hybrid = await hybridOf('statements');
  const root = signerOf('root');
  const chain = await (await (await Chain.begun()).certify(prover.key, [root])).certify(hybrid.key, [root, hybrid]);
  const challenge = ask();
  expect(verdict(await answer(challenge, { chain, show: ['owner.name'], signer: hybrid }), challenge)).toBe('holds');
  expect(verdict(await answer(challenge, { chain, show: ['owner.name'] }), challenge)).toBe('bad-statement');
});

let fixed: { challenge: Challenge; proof: IdentityProof };
beforeAll(async () => {
  const challenge = ask();
  fixed = { challenge, proof: await answer(challenge, { show: ['owner.name'] }) };
});

test('a proof with any value changed, left out or taken from another proof is refused', async () => {
  const other = await answer(fixed.challenge, { show: ['owner.email'] });
  for (const key of Object.keys(fixed.proof) as (keyof IdentityProof)[]) {
    if (canonicalJson(fixed.proof[key]) === canonicalJson(other[key])) continue;
    expect(verdict({ ...fixed.proof, [key]: other[key] }, fixed.challenge), key).not.toBe('holds');
  }
  for (const key of Object.keys(fixed.proof) as (keyof IdentityProof)[]) {
    const left = Object.fromEntries(Object.entries(fixed.proof).filter(([name]) => name !== key));
    expect(verdict(left as unknown as IdentityProof, fixed.challenge), key).toBe('bad-proof');
  }
});

test('a proof with any one bit of its text flipped is refused', () => {
  const whole = utf8(canonicalJson(fixed.proof));
  fc.assert(
    fc.property(fc.nat(whole.length * 8 - 1), (bit) => {
      const bytes = whole.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const label = 'WINDHOVER IDENTITY PROOF';
      const lines = `-----BEGIN ${label}-----\n${base64(bytes)}\n-----END ${label}-----`;
      const options = { now: later(2000) };
      expect(checkIdentityProof(tools, lines, challengeText(fixed.challenge), options).ok, `bit ${bit}`).toBe(false);
    }),
    { numRuns: 250 },
  );
});

test('no number in place of the response, and no element in place of the commitment, makes a proof', () => {
  const { proof, ...body } = fixed.proof;
  const { userId, otherInfo } = boundTo(body);
  expect(schnorrHolds(prover.key, proof, userId, otherInfo)).toBe(true);
  const { Fn, BASE } = ristretto255.Point;
  const response = Fn.fromBytes(fromBase64(proof.response)!);
  const order = Uint8Array.from(Fn.toBytes(Fn.create(-1n)), (byte, i) => (i === 0 ? byte + 1 : byte));
  const zero = base64(new Uint8Array(32));
  const bad = [
    { ...proof, response: zero },
    { ...proof, commitment: zero },
    { ...proof, response: base64(order) },
    { ...proof, response: base64(Fn.toBytes(Fn.create(response + 1n))) },
    { ...proof, response: base64(Fn.toBytes(Fn.neg(response))) },
    { ...proof, commitment: base64(BASE.toBytes()) },
    { ...proof, commitment: base64(new Uint8Array(32).fill(0xff)) },
  ];
  for (const one of bad) expect(schnorrHolds(prover.key, one, userId, otherInfo), canonicalJson(one)).toBe(false);
  expect(schnorrHolds({ algorithm: 'ristretto255', key: zero }, proof, userId, otherInfo)).toBe(false);
  expect(schnorrHolds(prover.key, proof, utf8('agent:other'), otherInfo)).toBe(false);
});

test('a forger who chooses the response first does not meet the challenge that follows from it', () => {
  const { Point } = ristretto255;
  const publicKey = fromBase64(prover.key.key)!;
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 31 }), (seed) => {
      const r = Point.Fn.create(BigInt(`0x${hex(seed)}`) + 1n);
      const guessed = Point.Fn.create(r * 7n + 1n);
      const commitment = Point.BASE.multiply(r).add(Point.fromBytes(publicKey).multiply(guessed)).toBytes();
      expect(schnorrChallenge(commitment, publicKey, utf8('agent'), utf8('x'))).not.toBe(guessed);
      const proof = { commitment: base64(commitment), response: base64(Point.Fn.toBytes(r)) };
      expect(schnorrHolds(prover.key, proof, utf8('agent'), utf8('x'))).toBe(false);
    }),
    { numRuns: 20 },
  );
});

test('what goes into the hash cannot be shifted from one input to the next', () => {
  const point = ristretto255.Point.BASE.toBytes();
  const a = schnorrChallenge(point, point, utf8('agent'), utf8('one'));
  expect(a).not.toBe(schnorrChallenge(point, point, utf8('agento'), utf8('ne')));
  expect(a).toBe(schnorrChallenge(point, point, utf8('agent'), utf8('one')));
});

test('two proofs of the same thing differ, and no commitment is used twice even by a device without randomness', () => {
  const [u, o] = [utf8('u'), utf8('o')];
  expect(prover.prove(u, o)).not.toEqual(prover.prove(u, o));
  const stuck = createRistrettoProver(seedOf('prover'), { bytes: (length) => new Uint8Array(length) });
  expect(stuck.prove(u, o).commitment).not.toBe(stuck.prove(u, utf8('p')).commitment);
});

test('any choice of claims can be shown alone, and nothing hidden is in the text', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.stringMatching(/^[a-z][a-z0-9.]{0,20}$/), { maxLength: 40 }),
      fc.infiniteStream(fc.boolean()),
      (names, choose) => {
        const claims = names.map((name) => ({ name, value: `value of ${name}` }));
        const open = saltClaims(claims, random);
        const statement = stateClaims(sha256, 'agent:x' as IdentityProof['agent'], open, T0);
        expect(statement.leaves).toBe(names.length <= 16 ? 16 : names.length <= 32 ? 32 : 64);
        const chosen = new Set(names.filter(() => choose.next().value));
        const shown = showClaims(sha256, open, chosen);
        expect(shown.map(({ name }) => name)).toEqual([...chosen]);
        expect(shown.every((claim) => isStated(sha256, statement, claim))).toBe(true);
        const text = canonicalJson([statement, shown]);
        const hidden = open.claims.filter(({ name }) => !chosen.has(name));
        for (const { salt } of hidden) expect(text).not.toContain(salt);
      },
    ),
    { numRuns: 40 },
  );
});

test('a hidden claim cannot be confirmed by guessing it', () => {
  const open = saltClaims(CLAIMS, random);
  const statement = stateClaims(sha256, 'agent:x' as IdentityProof['agent'], open, T0);
  const [shown] = showClaims(sha256, open, new Set(['owner.name']));
  const guess = { ...shown!, name: 'owner.email', value: 'mara@example.org' };
  for (let index = 0; index < statement.leaves; index++) {
    expect(isStated(sha256, statement, { ...guess, index })).toBe(false);
    expect(isStated(sha256, statement, { ...guess, index, salt: base64(new Uint8Array(32)) })).toBe(false);
  }
  const again = stateClaims(sha256, 'agent:x' as IdentityProof['agent'], saltClaims(CLAIMS, random), T0);
  expect(again.root).not.toBe(statement.root);
});

test('texts survive a mail client and are refused when cut, renamed or not canonical', () => {
  const challenge = ask('Bibliothèque du port ⚓ 𝔏');
  const text = challengeText(challenge);
  expect(readChallenge(text)).toEqual(challenge);
  expect(readChallenge(`\r\n  ${text.replaceAll('\n', ' \r\n')}\t`)).toEqual(challenge);
  expect(readChallenge(`Dear Mara,\n\n${text}\n-- \nThe library`)).toEqual(challenge);
  expect(readChallenge(text.slice(0, -9))).toBeNull();
  expect(readChallenge(text.replace(/\n[^-\n]{64}\n/, '\n'))).toBeNull();
  expect(readChallenge(text.replaceAll('CHALLENGE', 'IDENTITY PROOF'))).toBeNull();
  expect(readChallenge('hello')).toBeNull();
  expect(unarmored('X', `-----BEGIN X-----\n${base64(utf8('{"b":1, "a":2}'))}\n-----END X-----`)).toBeNull();
  expect(unarmored('X', `-----BEGIN X-----\n${base64(fromHex('22c0af22')!)}\n-----END X-----`)).toBeNull();
  expect(unarmored('X', armored('X', { ok: 'ü€𝔏' }))).toEqual({ ok: 'ü€𝔏' });
  expect(readChallenge(challengeText({ ...challenge, verifier: '' }))).toBeNull();
  expect(checkIdentityProof(tools, 'x', 'y', { now: T0 }).fault?.code).toBe('bad-challenge');
});
