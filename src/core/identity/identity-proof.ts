import type { Digest, UnixMs } from '../base/ids.ts';
import { utf8 } from '../base/bytes.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { armored, unarmored } from './armor.ts';
import { CLAIMS_MAX, type ClaimsStatement, type ShownClaim, shownClaimShape } from './claims.ts';
import { type AgentIdentity, digestShape, identityShape, type SignedRecord, signedShape, timeShape } from './record.ts';
import { type SchnorrProof, schnorrShape } from './schnorr.ts';
import { count, either, list, object, oneOf, type Shape, text } from './shape.ts';

/**
 * A proof of identity, version 1: self-contained, answers one challenge. It carries the agent's whole chain of records, the
 * claims its owner chose to show, and a Schnorr proof with the certified key over all of it: nothing in it can be
 * changed, left out or shown to another verifier as an answer to theirs.
 */
export interface IdentityProof extends ProofBody {
  readonly proof: SchnorrProof;
}

/** What the Schnorr proof is bound to. */
export interface ProofBody {
  readonly type: 'windhover.identity-proof';
  readonly version: 1;
  readonly algorithm: 'ristretto255-schnorr-sha512';
  readonly agent: AgentIdentity;
  /** Of the challenge that this answers. */
  readonly challenge: Digest;
  /** Repeated from the challenge, to be read by people. */
  readonly verifier: string;
  readonly origin: string | null;
  readonly at: UnixMs;
  /** Not accepted later. */
  readonly expiresAt: UnixMs;
  readonly records: readonly SignedRecord[];
  readonly statement: SignedRecord<ClaimsStatement> | null;
  readonly shown: readonly ShownClaim[];
}

const LABEL = 'WINDHOVER IDENTITY PROOF';
const RECORDS_MAX = 1_000;
const VERIFIER_CHARS_MAX = 200;

/** RFC 8235's UserID and OtherInfo: the agent, and everything that the proof says. */
export function boundTo(body: ProofBody): { readonly userId: Uint8Array; readonly otherInfo: Uint8Array } {
  return { userId: utf8(body.agent), otherInfo: utf8(canonicalJson(body)) };
}

export function identityProofText(proof: IdentityProof): string {
  return armored(LABEL, proof);
}

/** Strict parsing; says nothing about whether the proof holds. @returns what is wrong, in words */
export function readIdentityProof(given: string): Result<IdentityProof, string> {
  const json = unarmored(LABEL, given);
  if (json === null) return err('the text is not a proof of identity, or a part of it was lost on the way');
  const fault = proofShape(json, 'proof');
  return fault === null ? ok(json as IdentityProof) : err(fault);
}

const statementShape: Shape = object({
  type: oneOf('windhover.claims'),
  version: oneOf(1),
  hash: oneOf('SHA-256'),
  agent: identityShape,
  root: digestShape,
  leaves: count(CLAIMS_MAX),
  at: timeShape,
});

const proofShape: Shape = object({
  type: oneOf('windhover.identity-proof'),
  version: oneOf(1),
  algorithm: oneOf('ristretto255-schnorr-sha512'),
  agent: identityShape,
  challenge: digestShape,
  verifier: text(VERIFIER_CHARS_MAX),
  origin: either(text(VERIFIER_CHARS_MAX), oneOf(null)),
  at: timeShape,
  expiresAt: timeShape,
  // Each record is read by `verifyIdentity`.
  records: list(() => null, RECORDS_MAX, 1),
  statement: either(signedShape(statementShape), oneOf(null)),
  shown: list(shownClaimShape, CLAIMS_MAX),
  proof: schnorrShape,
});
