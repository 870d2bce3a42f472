import type { Brand, Digest, Sequence, Sha256, UnixMs } from '../base/ids.ts';
import { canonicalJson, digestOf, NotJsonError } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import { type KeyDocument, proofKeyShape, type SigningKey, signingKeyShape } from './key-document.ts';
import { type RecordSignature, signatureShape } from './signature.ts';
import { count, either, list, match, object, oneOf, type Shape, text } from './shape.ts';

/**
 * The records an identity is made of. Canonical JSON (RFC 8785), versioned; each but the first names the agent and the hash
 * of the record before it, so that they are a chain with one order. `verifyIdentity` says which may follow which.
 */
export type IdentityRecord = Genesis | NextRecord;

/** A record that follows another. */
export type NextRecord = Certificate | Succession | CosignerChange;

/** `agent:` and the SHA-256 of the genesis record's canonical JSON, in hex: what the agent is, whatever keys it has by now. */
export type AgentIdentity = Brand<string, 'AgentIdentity'>;

/** The first record. Signed by the root and by the first key. */
export interface Genesis {
  readonly type: 'windhover.genesis';
  readonly version: 1;
  readonly hash: 'SHA-256';
  /** What the agent calls itself; shown in every proof of identity. */
  readonly name: string;
  readonly createdAt: UnixMs;
  /** The owner's key, which certifies and replaces the agent's. */
  readonly root: SigningKey;
  /** Signs the journal from entry 0. */
  readonly key: SigningKey;
  readonly cosigners: Cosigners;
}

/** Others the owner trusts: `threshold` of them together may do what the root may. None when the list is empty. */
export interface Cosigners {
  readonly keys: readonly SigningKey[];
  readonly threshold: number;
}

interface Follows {
  readonly version: 1;
  readonly agent: AgentIdentity;
  /** `recordHash` of the record before. */
  readonly previous: Digest;
  /** The device's clock when it was made. */
  readonly at: UnixMs;
}

/** Another key of the agent. Signed by the root or the co-signers and, if it can sign, by the subject itself. */
export interface Certificate extends Follows {
  readonly type: 'windhover.certificate';
  /** `prove`: proofs of identity, a ristretto255 key. `sign`: statements, a signing key. */
  readonly purpose: 'prove' | 'sign';
  readonly subject: KeyDocument;
  readonly notBefore: UnixMs;
  /** null: until a newer certificate for the same purpose */
  readonly notAfter: UnixMs | null;
}

/**
 * A key gives way to another. Signed by the new key and, for the agent's key, by the old one or (when that is lost) by the
 * root or the co-signers; for the root, by the old root or the co-signers.
 */
export interface Succession extends Follows {
  readonly type: 'windhover.succession';
  readonly role: 'agent' | 'root';
  readonly key: SigningKey;
  /** The first journal entry that the new key answers for. */
  readonly from: Sequence;
}

/** Signed by the root or the co-signers so far. */
export interface CosignerChange extends Follows {
  readonly type: 'windhover.cosigners';
  readonly cosigners: Cosigners;
}

export interface SignedRecord<T extends object = IdentityRecord> {
  readonly record: T;
  readonly signatures: readonly RecordSignature[];
}

const COSIGNERS_MAX = 16;
const SIGNATURES_MAX = COSIGNERS_MAX + 2;
const NAME_CHARS_MAX = 100;
/** The last moment an ECMAScript date can be (ECMA-262 section 21.4.1.1). */
const TIME_MS_MAX = 8_640_000_000_000_000;

export function identityOf(sha256: Sha256, genesis: Genesis): AgentIdentity {
  return `agent:${digestOf(sha256, genesis)}` as AgentIdentity;
}

/** SHA-256 of the canonical JSON of the record with its signatures. */
export function recordHash(sha256: Sha256, signed: SignedRecord): Digest {
  return digestOf(sha256, signed);
}

/** Strict: exactly the keys of its type, every value in its range. @returns what is wrong, in words, else the record */
export function parseSignedRecord(json: unknown): Result<SignedRecord, string> {
  const fault = signedShape(recordShape)(json, 'record');
  return fault === null ? ok(json as SignedRecord) : err(fault);
}

/** A record that nobody need have signed yet. */
export function parseDraft(json: unknown): Result<SignedRecord<NextRecord>, string> {
  const fault = signedShape(recordShape, 0)(json, 'record');
  if (fault !== null) return err(fault);
  const { record } = json as SignedRecord;
  return record.type === 'windhover.genesis'
    ? err('a genesis record follows nothing')
    : ok(json as SignedRecord<NextRecord>);
}

/** Reads JSON that must be in canonical form, so that one value has one text. @returns null when it is not */
export function parseCanonicalJson(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return canonicalJson(value) === json ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof NotJsonError || error instanceof RangeError) return null;
    throw error;
  }
}

/** A record of this shape with its signatures. */
export function signedShape(record: Shape, least = 1): Shape {
  return object({ record, signatures: list(signatureShape, SIGNATURES_MAX, least) });
}

export const timeShape: Shape = count(TIME_MS_MAX);
export const identityShape: Shape = match(/^agent:[0-9a-f]{64}$/, 'an identity: agent: and 64 hex digits');
export const digestShape: Shape = match(/^[0-9a-f]{64}$/, 'a SHA-256 of 64 hex digits');

const cosignersShape: Shape = (value, at) => {
  const fault = object({ keys: list(signingKeyShape, COSIGNERS_MAX), threshold: count(COSIGNERS_MAX) })(value, at);
  if (fault !== null) return fault;
  const { keys, threshold } = value as Cosigners;
  if (new Set(keys.map((key) => canonicalJson(key))).size !== keys.length) return `${at}.keys names a key twice`;
  const fits = keys.length === 0 ? threshold === 0 : threshold >= 1 && threshold <= keys.length;
  return fits ? null : `${at}.threshold does not fit ${keys.length} co-signers`;
};

const follows = { version: oneOf(1), agent: identityShape, previous: digestShape, at: timeShape };

const shapes: { readonly [Type in IdentityRecord['type']]: Shape } = {
  'windhover.genesis': object({
    type: oneOf('windhover.genesis'),
    version: oneOf(1),
    hash: oneOf('SHA-256'),
    name: text(NAME_CHARS_MAX),
    createdAt: timeShape,
    root: signingKeyShape,
    key: signingKeyShape,
    cosigners: cosignersShape,
  }),
  'windhover.certificate': (value, at) => {
    const fault = object({
      ...follows,
      type: oneOf('windhover.certificate'),
      purpose: oneOf('prove', 'sign'),
      subject: either(proofKeyShape, signingKeyShape),
      notBefore: timeShape,
      notAfter: either(timeShape, oneOf(null)),
    })(value, at);
    if (fault !== null) return fault;
    const { purpose, subject, notBefore, notAfter } = value as Certificate;
    if ((purpose === 'prove') !== (subject.algorithm === 'ristretto255')) return `${at}.subject cannot ${purpose}`;
    return notAfter !== null && notAfter < notBefore ? `${at} ends before it begins` : null;
  },
  'windhover.succession': object({
    ...follows,
    type: oneOf('windhover.succession'),
    role: oneOf('agent', 'root'),
    key: signingKeyShape,
    from: count(),
  }),
  'windhover.cosigners': object({ ...follows, type: oneOf('windhover.cosigners'), cosigners: cosignersShape }),
};

const recordShape: Shape = (value, at) => {
  const type: unknown = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  const shape = typeof type === 'string' && Object.hasOwn(shapes, type) ? shapes[type as IdentityRecord['type']] : null;
  return shape === null ? `${at} is of no type that is known here` : shape(value, at);
};
