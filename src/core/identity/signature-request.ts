import type { Digest, Sha256, UnixMs } from '../base/ids.ts';
import { digestOf } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { armored, unarmored } from './armor.ts';
import { type KeyId, keyIdOf } from './key-document.ts';
import {
  type AgentIdentity,
  digestShape,
  identityShape,
  type NextRecord,
  parseDraft,
  recordHash,
  type SignedRecord,
} from './record.ts';
import type { Signing } from './record-signers.ts';
import { list, object, oneOf } from './shape.ts';
import { type RecordSignature, signatureShape, type SignatureTools } from './signature.ts';
import { type Identity, judgeNext, verifyIdentity } from './verify-identity.ts';

/**
 * What passes between an owner and their co-signers, carried by hand: a request with the record to be signed and the whole
 * chain before it, so that a co-signer sees what they sign and for whom; and the signature that comes back.
 */
export interface SignatureRequest {
  readonly type: 'windhover.signature-request';
  readonly version: 1;
  readonly records: readonly unknown[];
  /** With the signatures that it has by now. */
  readonly asked: SignedRecord<NextRecord>;
}

export interface SignatureAnswer {
  readonly type: 'windhover.signature-answer';
  readonly version: 1;
  readonly agent: AgentIdentity;
  /** Of the record that was signed. */
  readonly record: Digest;
  readonly signature: RecordSignature;
}

/** A request that can be signed, or was. */
export interface JudgedRequest {
  /** The agent as it is before the record. */
  readonly identity: Identity;
  readonly asked: SignedRecord<NextRecord>;
  readonly digest: Digest;
  readonly signing: Signing;
  /** `recordHash` of each record before: the places that the chain went through. */
  readonly heads: readonly Digest[];
}

/** What a co-signer remembers of what they signed. */
export interface SignedBefore {
  readonly agent: AgentIdentity;
  readonly digest: Digest;
  /** `recordHash` of the record that it followed. */
  readonly previous: Digest;
  readonly at: UnixMs;
}

const REQUEST = 'WINDHOVER SIGNATURE REQUEST';
const ANSWER = 'WINDHOVER SIGNATURE';
const RECORDS_MAX = 1_000;

export function requestText(records: readonly SignedRecord[], asked: SignedRecord<NextRecord>): string {
  const request: SignatureRequest = { type: 'windhover.signature-request', version: 1, records, asked };
  return armored(REQUEST, request);
}

/** Reads a request and checks all of it: the chain, the place of the record in it, the signatures that are there. */
export function readRequest(tools: SignatureTools, given: string): Result<JudgedRequest, string> {
  const json = unarmored(REQUEST, given);
  if (json === null) return err('this is not a request for a signature, or a part of it was lost on the way');
  const fault = requestShape(json, 'request');
  if (fault !== null) return err(fault);
  const { records, asked } = json as SignatureRequest;
  const verified = verifyIdentity(tools, records);
  if (!verified.ok) return err(`the identity does not hold: record ${verified.error.record}: ${verified.error.why}`);
  const signing = judgeNext(tools, verified.value, asked, records.length);
  if (!signing.ok) return err(signing.error.why);
  const heads = (records as readonly SignedRecord[]).map((signed) => recordHash(tools.sha256, signed));
  const digest = digestOf(tools.sha256, asked.record);
  return ok({ identity: verified.value, asked, digest, signing: signing.value, heads });
}

/** Whether this key is one of the co-signers whom the request is for. */
export function isAskedOf(sha256: Sha256, { identity }: JudgedRequest, key: KeyId): boolean {
  return identity.cosigners.keys.some((cosigner) => keyIdOf(sha256, cosigner) === key);
}

/**
 * What a co-signer's memory says of a request. `old`: its chain ends before something that they signed already, or never went
 * there. `rival`: they signed another record for the same place, and only one of the two can count.
 */
export function againstMemory(
  { identity, digest, asked, heads }: JudgedRequest,
  memory: readonly SignedBefore[],
): { readonly kind: 'new' | 'again' } | { readonly kind: 'old' | 'rival'; readonly at: UnixMs } {
  const own = memory.filter(({ agent }) => agent === identity.id);
  if (own.some((signed) => signed.digest === digest)) return { kind: 'again' };
  const unknown = own.find(({ previous }) => !heads.includes(previous));
  if (unknown !== undefined) return { kind: 'old', at: unknown.at };
  const rival = own.findLast(({ previous }) => previous === asked.record.previous);
  return rival === undefined ? { kind: 'new' } : { kind: 'rival', at: rival.at };
}

export function answerText(answer: Pick<SignatureAnswer, 'agent' | 'record' | 'signature'>): string {
  const { agent, record, signature } = answer;
  return armored(ANSWER, { type: 'windhover.signature-answer', version: 1, agent, record, signature });
}

/** @returns null when the text is no answer to a request */
export function readAnswer(given: string): SignatureAnswer | null {
  const json = unarmored(ANSWER, given);
  return answerShape(json, 'answer') === null ? (json as SignatureAnswer) : null;
}

const requestShape = object({
  type: oneOf('windhover.signature-request'),
  version: oneOf(1),
  // Each record is read by `verifyIdentity`.
  records: list(() => null, RECORDS_MAX, 1),
  asked: (value, at) => {
    const draft = parseDraft(value);
    return draft.ok ? null : `${at}: ${draft.error}`;
  },
});

const answerShape = object({
  type: oneOf('windhover.signature-answer'),
  version: oneOf(1),
  agent: identityShape,
  record: digestShape,
  signature: signatureShape,
});
