import type { UnixMs } from '../base/ids.ts';
import { type Challenge, challengeDigest, readChallenge } from './challenge.ts';
import { type Claim, isStated } from './claims.ts';
import { boundTo, type IdentityProof, readIdentityProof } from './identity-proof.ts';
import type { ProofKey, SigningKey } from './key-document.ts';
import type { AgentIdentity } from './record.ts';
import { schnorrHolds } from './schnorr.ts';
import { holds, type SignatureTools } from './signature.ts';
import { certificateFor, type Identity, keyAt, verifyIdentity } from './verify-identity.ts';

/** What a proof of identity comes to, in full sentences: what it proves, what it does not, and what is wrong with it. */
export interface IdentityProofReport {
  readonly ok: boolean;
  /** The first thing that is wrong; null when the proof holds. */
  readonly fault: IdentityProofFault | null;
  /** What was proved; empty unless the proof holds. */
  readonly proved: readonly string[];
  readonly notProved: readonly string[];
  /** Who it is, once the proof holds. */
  readonly agent: {
    readonly id: AgentIdentity;
    readonly name: string;
    readonly createdAt: UnixMs;
    readonly root: SigningKey;
    readonly key: SigningKey;
  } | null;
  /** What the owner chose to show. */
  readonly claims: readonly Claim[];
  readonly provedAt: UnixMs | null;
  readonly expiresAt: UnixMs | null;
}

export interface IdentityProofFault {
  readonly code:
    | 'bad-challenge'
    | 'bad-proof'
    | 'other-challenge'
    | 'answered'
    | 'expired'
    | 'too-early'
    | 'other-verifier'
    | 'bad-identity'
    | 'other-agent'
    | 'no-proof-key'
    | 'bad-schnorr'
    | 'bad-statement'
    | 'bad-claim';
  /** What is wrong, in one sentence. */
  readonly what: string;
  /** Where: the challenge, the proof, a record, a claim. */
  readonly where: string;
  /** What to do about it. */
  readonly advice: string;
}

export interface CheckIdentityProofOptions {
  /** The checker's clock. */
  readonly now: UnixMs;
  /** The identity that is expected, when the checker knows it already. */
  readonly expected?: AgentIdentity;
  /** Digests of challenges that were answered already (`challengeDigest`): a proof is accepted once. */
  readonly answered?: ReadonlySet<string>;
}

/** Clocks of two devices may differ by this much. */
const CLOCK_SKEW_MS = 5 * 60_000;

/**
 * Checks a proof of identity against the challenge that was given out. Pure, and needs nothing but the two texts: no network,
 * no list of known agents.
 */
export function checkIdentityProof(
  tools: SignatureTools,
  proofText: string,
  challengeText: string,
  options: CheckIdentityProofOptions,
): IdentityProofReport {
  const challenge = readChallenge(challengeText);
  if (challenge === null)
    return refused('bad-challenge', 'The challenge cannot be read.', 'challenge', 'Paste it as you gave it out.');
  const parsed = readIdentityProof(proofText);
  if (!parsed.ok)
    return refused('bad-proof', `The proof cannot be read: ${parsed.error}.`, 'proof', 'Ask for the whole text again.');
  const proof = parsed.value;
  const context = contextFault(tools, proof, challenge, options);
  if (context !== null) return context;
  const verified = verifyIdentity(tools, proof.records);
  if (!verified.ok) {
    const { record, why } = verified.error;
    return refused('bad-identity', `The identity does not hold: ${why}.`, `record ${record}`, DO_NOT_TRUST);
  }
  const identity = verified.value;
  return (
    agentFault(proof, identity, options) ?? proofFault(tools, proof, identity) ?? accepted(proof, challenge, identity)
  );
}

const DO_NOT_TRUST = 'Do not rely on this proof. Ask for a new one with a new challenge.';

/** It must answer this challenge, to this verifier, in time, for the first time. */
function contextFault(
  { sha256 }: SignatureTools,
  proof: IdentityProof,
  challenge: Challenge,
  { now, answered }: CheckIdentityProofOptions,
): IdentityProofReport | null {
  const digest = challengeDigest(sha256, challenge);
  if (proof.challenge !== digest)
    return refused(
      'other-challenge',
      'The proof answers another challenge than yours.',
      'proof.challenge',
      DO_NOT_TRUST,
    );
  if (proof.verifier !== challenge.verifier || proof.origin !== challenge.origin)
    return refused('other-verifier', 'The proof was made for somebody else.', 'proof.verifier', DO_NOT_TRUST);
  if (answered?.has(digest))
    return refused('answered', 'This challenge was answered already; a proof counts once.', 'challenge', DO_NOT_TRUST);
  if (now > Math.min(proof.expiresAt, challenge.expiresAt))
    return refused('expired', 'The proof is no longer valid.', 'proof.expiresAt', 'Ask again with a new challenge.');
  if (proof.at < challenge.at - CLOCK_SKEW_MS || proof.at > now + CLOCK_SKEW_MS)
    return refused(
      'too-early',
      'The proof says it was made before your challenge, or in the future.',
      'proof.at',
      'Compare the clocks of both devices, then ask again with a new challenge.',
    );
  return null;
}

function agentFault(
  proof: IdentityProof,
  identity: Identity,
  { expected }: CheckIdentityProofOptions,
): IdentityProofReport | null {
  if (proof.agent !== identity.id)
    return refused('other-agent', 'The records are those of another agent.', 'proof.agent', DO_NOT_TRUST);
  if (expected !== undefined && expected !== identity.id)
    return refused('other-agent', 'This is another agent than the one you expect.', 'proof.agent', DO_NOT_TRUST);
  return null;
}

function proofFault(tools: SignatureTools, proof: IdentityProof, identity: Identity): IdentityProofReport | null {
  const certificate = certificateFor(identity, 'prove', proof.at);
  if (certificate === null)
    return refused('no-proof-key', 'No key is certified for proving identity at that time.', 'records', DO_NOT_TRUST);
  const { proof: schnorr, ...body } = proof;
  const { userId, otherInfo } = boundTo(body);
  // A certificate for 'prove' has a ristretto255 subject: parsing saw to it.
  if (!schnorrHolds(certificate.subject as ProofKey, schnorr, userId, otherInfo))
    return refused(
      'bad-schnorr',
      'Whoever made this does not hold the key of this agent.',
      'proof.proof',
      DO_NOT_TRUST,
    );
  return statementFault(tools, proof, identity);
}

/** The statement must be signed by the agent's own key or one certified for it, and hold every claim that is shown. */
function statementFault(
  tools: SignatureTools,
  { statement, shown, at }: IdentityProof,
  identity: Identity,
): IdentityProofReport | null {
  if (statement === null)
    return shown.length === 0
      ? null
      : refused('bad-statement', 'Claims are shown, but nothing signed holds them.', 'proof.statement', DO_NOT_TRUST);
  const { record, signatures } = statement;
  const key = signerOf(identity, at);
  const [signature, ...more] = signatures;
  if (record.agent !== identity.id || more.length > 0 || !signature || !holds(tools, key, record, signature))
    return refused('bad-statement', 'The claims are not signed by this agent.', 'proof.statement', DO_NOT_TRUST);
  const missing = shown.find((claim) => !isStated(tools.sha256, record, claim));
  if (missing !== undefined)
    return refused('bad-claim', `The claim “${missing.name}” is not one that was signed.`, missing.name, DO_NOT_TRUST);
  return new Set(shown.map(({ name }) => name)).size === shown.length
    ? null
    : refused('bad-claim', 'A claim is shown twice.', 'proof.shown', DO_NOT_TRUST);
}

/** The key that signs statements: the one certified for it, else the agent's own. */
export function signerOf(identity: Identity, at: UnixMs): SigningKey {
  return (certificateFor(identity, 'sign', at)?.subject as SigningKey | undefined) ?? keyAt(identity, Infinity);
}

function accepted(proof: IdentityProof, challenge: Challenge, identity: Identity): IdentityProofReport {
  const { shown, statement } = proof;
  const { name, createdAt } = identity.genesis;
  const asked = challenge.asks.filter((ask) => !shown.some((claim) => claim.name === ask));
  return {
    ok: true,
    fault: null,
    proved: [
      `Whoever answered holds the key that is certified for proving that they are ${identity.id}.`,
      'The answer was made for your challenge and cannot be used for another, or by another verifier.',
      `The agent has called itself “${name}” since it was made; that name is part of its identity.`,
      ...shown.map((claim) => `The agent states ${claim.name} = “${claim.value}”, and signed that.`),
    ],
    notProved: [
      'That the agent is one you know: compare its identity with one you have from elsewhere.',
      ...(shown.length > 0 ? ['That the claims are true: they are what the agent says of itself and its owner.'] : []),
      ...(asked.length > 0 ? [`${asked.join(', ')}: you asked, and it was not shown.`] : []),
      ...(statement !== null
        ? ['Anything that the agent stated and did not show; how much that is cannot be seen.']
        : []),
    ],
    agent: { id: identity.id, name, createdAt, root: identity.root, key: keyAt(identity, Infinity) },
    claims: shown.map(({ name: claim, value }) => ({ name: claim, value })),
    provedAt: proof.at,
    expiresAt: proof.expiresAt,
  };
}

function refused(code: IdentityProofFault['code'], what: string, where: string, advice: string): IdentityProofReport {
  return {
    ok: false,
    fault: { code, what, where, advice },
    proved: [],
    notProved: ['Anything: the proof does not hold.'],
    agent: null,
    claims: [],
    provedAt: null,
    expiresAt: null,
  };
}
