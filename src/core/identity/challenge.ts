import type { Digest, Ms, Sha256, UnixMs } from '../base/ids.ts';
import { base64 } from '../base/bytes.ts';
import { digestOf } from '../base/json.ts';
import { armored, unarmored } from './armor.ts';
import { claimNamesShape } from './claims.ts';
import { timeShape } from './record.ts';
import { base64Of, either, object, oneOf, type Shape, text } from './shape.ts';

/** Whoever wants to know who an agent is asks with one of these: a proof answers it and no other. */
export interface Challenge {
  readonly type: 'windhover.challenge';
  readonly version: 1;
  /** Who asks, in words the prover's owner understands. */
  readonly verifier: string;
  /** Where they ask, `https://example.org`; null when they ask in person or by mail. */
  readonly origin: string | null;
  /** Names of claims they would like to see. The owner decides. */
  readonly asks: readonly string[];
  /** base64 of 32 random bytes: no two challenges are alike. */
  readonly nonce: string;
  readonly at: UnixMs;
  readonly expiresAt: UnixMs;
}

export const CHALLENGE_NONCE_BYTES = 32;
export const CHALLENGE_VALID_MS = 60 * 60_000;
const LABEL = 'WINDHOVER CHALLENGE';
const VERIFIER_CHARS_MAX = 200;

/** @param random 32 random bytes */
export function challengeFor(
  asked: Pick<Challenge, 'verifier' | 'origin' | 'asks'>,
  random: Uint8Array,
  at: UnixMs,
  validFor = CHALLENGE_VALID_MS as Ms,
): Challenge {
  const { verifier, origin, asks } = asked;
  const expiresAt = (at + validFor) as UnixMs;
  return { type: 'windhover.challenge', version: 1, verifier, origin, asks, nonce: base64(random), at, expiresAt };
}

export function challengeText(challenge: Challenge): string {
  return armored(LABEL, challenge);
}

/** @returns null when the text is not a challenge */
export function readChallenge(given: string): Challenge | null {
  const json = unarmored(LABEL, given);
  return challengeShape(json, 'challenge') === null ? (json as Challenge) : null;
}

/** What a proof names to say which challenge it answers. */
export function challengeDigest(sha256: Sha256, challenge: Challenge): Digest {
  return digestOf(sha256, challenge);
}

const challengeShape: Shape = object({
  type: oneOf('windhover.challenge'),
  version: oneOf(1),
  verifier: text(VERIFIER_CHARS_MAX),
  origin: either(text(VERIFIER_CHARS_MAX), oneOf(null)),
  asks: claimNamesShape,
  nonce: base64Of(CHALLENGE_NONCE_BYTES),
  at: timeShape,
  expiresAt: timeShape,
});
