import type { Digest, Sequence, Sha256, UnixMs } from '../base/ids.ts';
import { assert } from '../base/assert.ts';
import { canonicalJson } from '../base/json.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { SigningKey } from './key-document.ts';
import {
  type AgentIdentity,
  type Certificate,
  type Cosigners,
  type Genesis,
  identityOf,
  type NextRecord,
  parseSignedRecord,
  recordHash,
  type SignedRecord,
} from './record.ts';
import { COSIGNED, judgeSignatures, type Signers, type Signing } from './record-signers.ts';
import type { SignatureTools } from './signature.ts';

/** What a chain of records comes to. Any key that is not in here is another agent's. */
export interface Identity {
  readonly id: AgentIdentity;
  readonly genesis: Genesis;
  /** The root by now. */
  readonly root: SigningKey;
  readonly cosigners: Cosigners;
  /** The keys that sign the journal, each from an entry on; the first from entry 0. */
  readonly keys: readonly { readonly from: Sequence; readonly key: SigningKey }[];
  readonly certificates: readonly Certificate[];
  /** Hash of the last record: what the next one names as `previous`. */
  readonly head: Digest;
}

export interface IdentityFault {
  readonly code:
    | 'empty'
    | 'too-long'
    | 'malformed'
    | 'not-genesis'
    | 'second-genesis'
    | 'wrong-agent'
    | 'broken-chain'
    | 'not-later'
    | 'same-key'
    | 'stranger'
    | 'bad-signature'
    | 'not-authorized';
  /** Which record, from 0. */
  readonly record: number;
  /** One sentence for people. */
  readonly why: string;
}

const RECORDS_MAX = 1_000;

/**
 * Checks a chain of records from the genesis on: strict form, one unbroken order, and for each the signatures of those who
 * may make it. A signature by a key that has no part in the record is refused as well.
 *
 * What it cannot see: a second chain with the same genesis (an owner may sign two successions). The journal orders them,
 * because each record is an entry of it.
 */
export function verifyIdentity(tools: SignatureTools, records: readonly unknown[]): Result<Identity, IdentityFault> {
  if (records.length === 0) return fault('empty', 0, 'there is no record');
  if (records.length > RECORDS_MAX) return fault('too-long', RECORDS_MAX, `there are more than ${RECORDS_MAX} records`);
  let identity: Identity | null = null;
  for (const [index, json] of records.entries()) {
    const extended: Result<Identity, IdentityFault> = extendIdentity(tools, identity, json, index);
    if (!extended.ok) return extended;
    identity = extended.value;
  }
  assert(identity !== null, 'a chain that is not empty comes to an identity');
  return ok(identity);
}

/** One record further. @param identity null before the genesis @param index place of the record, for the fault */
export function extendIdentity(
  tools: SignatureTools,
  identity: Identity | null,
  json: unknown,
  index: number,
): Result<Identity, IdentityFault> {
  const parsed = parseSignedRecord(json);
  if (!parsed.ok) return fault('malformed', index, parsed.error);
  const signed = parsed.value;
  if (signed.record.type !== 'windhover.genesis') {
    if (identity === null) return fault('not-genesis', index, 'the first record is not a genesis record');
    const { record } = signed;
    const judged = judgeNext(tools, identity, { ...signed, record }, index);
    if (!judged.ok) return judged;
    return judged.value.complete
      ? ok({ ...identity, ...changeOf(identity, record), head: recordHash(tools.sha256, signed) })
      : fault('not-authorized', index, LACKS_SIGNATURE);
  }
  if (identity !== null) return fault('second-genesis', index, 'a chain has one genesis record, the first');
  const judged = judgeSignatures(tools, signed, [[signed.record.root], [signed.record.key]]);
  if (!judged.ok) return err({ ...judged.error, record: index });
  return judged.value.complete
    ? ok(begun(tools.sha256, signed.record, signed))
    : fault('not-authorized', index, LACKS_SIGNATURE);
}

/**
 * Whether this record can be the next one, and who signed it by now: signatures that are there must hold, others may still be
 * missing.
 */
export function judgeNext(
  tools: SignatureTools,
  identity: Identity,
  signed: SignedRecord<NextRecord>,
  index: number,
): Result<Signing, IdentityFault> {
  const { record } = signed;
  if (record.agent !== identity.id)
    return fault('wrong-agent', index, `the record is of another agent, ${record.agent}`);
  if (record.previous !== identity.head)
    return fault('broken-chain', index, 'the record does not follow the one before it');
  const order = orderFault(identity, record, index);
  if (order !== null) return err(order);
  const judged = judgeSignatures(tools, signed, signersOf(identity, record), identity.cosigners);
  return judged.ok ? judged : err({ ...judged.error, record: index });
}

const LACKS_SIGNATURE = 'the record lacks the signature of a key that must sign it';

/**
 * The key whose signature a checkpoint must carry when `sequence` is the last entry it covers: a checkpoint of size n is
 * checked with `keyAt(identity, n - 1)`, one of an empty journal with `keyAt(identity, 0)`. A succession from entry n on
 * is itself written below n, so the old key vouches for it. Of a hybrid key a C2SP checkpoint carries the Ed25519 half
 * (`keys[0]`, a did:key); pure, no lookups beyond the identity given.
 */
export function keyAt(identity: Identity, sequence: number): SigningKey {
  const holder = identity.keys.findLast(({ from }) => from <= sequence) ?? identity.keys[0];
  assert(holder !== undefined, 'an identity has its first key');
  return holder.key;
}

/** The newest certificate for a purpose that is valid at this moment; an older one gives way to it. */
export function certificateFor(identity: Identity, purpose: Certificate['purpose'], at: UnixMs): Certificate | null {
  const newest = identity.certificates.findLast((certificate) => certificate.purpose === purpose);
  if (newest === undefined || at < newest.notBefore) return null;
  return newest.notAfter !== null && at > newest.notAfter ? null : newest;
}

function begun(sha256: Sha256, genesis: Genesis, signed: SignedRecord): Identity {
  return {
    id: identityOf(sha256, genesis),
    genesis,
    root: genesis.root,
    cosigners: genesis.cosigners,
    keys: [{ from: 0 as Sequence, key: genesis.key }],
    certificates: [],
    head: recordHash(sha256, signed),
  };
}

function changeOf(identity: Identity, record: NextRecord): Partial<Identity> {
  switch (record.type) {
    case 'windhover.certificate':
      return { certificates: [...identity.certificates, record] };
    case 'windhover.cosigners':
      return { cosigners: record.cosigners };
    case 'windhover.succession':
      if (record.role === 'root') return { root: record.key };
      return { keys: [...identity.keys, { from: record.from, key: record.key }] };
  }
}

/** A succession gives another key, and the agent's keys take over at later and later entries. */
function orderFault(identity: Identity, record: NextRecord, index: number): IdentityFault | null {
  if (record.type !== 'windhover.succession') return null;
  const last = identity.keys.at(-1);
  assert(last !== undefined, 'an identity has its first key');
  if (record.role === 'agent' && record.from <= last.from)
    return {
      code: 'not-later',
      record: index,
      why: `a key from entry ${record.from} on is after one from ${last.from}`,
    };
  const old = record.role === 'root' ? [identity.root] : identity.keys.map(({ key }) => key);
  return old.some((key) => canonicalJson(key) === canonicalJson(record.key))
    ? { code: 'same-key', record: index, why: 'the new key is an old one' }
    : null;
}

function signersOf(identity: Identity, record: NextRecord): Signers {
  const authority = [identity.root, COSIGNED] as const;
  switch (record.type) {
    case 'windhover.cosigners':
      return [authority];
    case 'windhover.certificate':
      return record.subject.algorithm === 'ristretto255' ? [authority] : [authority, [record.subject]];
    case 'windhover.succession':
      if (record.role === 'root') return [authority, [record.key]];
      return [[keyAt(identity, Infinity), ...authority], [record.key]];
  }
}

function fault(code: IdentityFault['code'], record: number, why: string): Result<never, IdentityFault> {
  return err({ code, record, why });
}
