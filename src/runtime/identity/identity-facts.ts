import type { Digest, UnixMs } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import type { ClaimsStatement, OpenClaims } from '#core/identity/claims.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { KeyId, SigningKey } from '#core/identity/key-document.ts';
import type { AgentIdentity, NextRecord, SignedRecord } from '#core/identity/record.ts';
import type { RecordSignature } from '#core/identity/signature.ts';
import type { SignedBefore } from '#core/identity/signature-request.ts';

/** What the journal says of who the agent is, and of proofs given and taken. */
export type IdentityFact =
  /** Once in a journal: the genesis record and the first certificate. A journal of before has it later than entry 1. */
  | { readonly type: 'agent.genesis'; readonly records: readonly SignedRecord[] }
  | { readonly type: 'agent.certified'; readonly records: readonly SignedRecord[] }
  | { readonly type: 'claims.stated'; readonly statement: SignedRecord<ClaimsStatement>; readonly open: OpenClaims }
  | { readonly type: 'proof.given'; readonly proof: GivenProof }
  | { readonly type: 'proof.accepted'; readonly proof: AcceptedProof }
  /** A change of the identity waits for its co-signers. There is one at a time: it takes the place of the one before. */
  | { readonly type: 'signatures.asked'; readonly asked: SignedRecord<NextRecord> }
  | { readonly type: 'signature.received'; readonly signature: RecordSignature }
  | { readonly type: 'signatures.withdrawn' }
  /** What the owner calls their co-signers: the records hold keys only. */
  | { readonly type: 'cosigners.named'; readonly names: CosignerNames }
  /** The key that this device vouches for others with: as a co-signer, and as the witness of other logs. */
  | { readonly type: 'vouching.begun'; readonly key: SigningKey }
  | { readonly type: 'record.cosigned'; readonly cosigned: CosignedRecord };

export type CosignerNames = { readonly [key in KeyId]?: string };

/** A record of another agent that this device signed as its co-signer. */
export interface CosignedRecord extends SignedBefore {
  /** What that agent calls itself. */
  readonly name: string;
  readonly type: NextRecord['type'];
}

/** To whom the agent proved itself, and what they were shown. */
export interface GivenProof {
  readonly challenge: Digest;
  readonly verifier: string;
  readonly origin: string | null;
  /** Names of claims. */
  readonly shown: readonly string[];
  readonly at: UnixMs;
}

/** Who proved themselves to this agent's owner. The challenge is spent by it. */
export interface AcceptedProof {
  readonly challenge: Digest;
  readonly agent: AgentIdentity;
  readonly name: string;
  readonly at: UnixMs;
}

export interface StoredIdentity {
  readonly records: readonly SignedRecord[];
  /** After a restore: which key went on from which entry, whether or not the root has named it. */
  readonly continued?: readonly { readonly from: number; readonly agent: AgentId }[];
  readonly stated: { readonly statement: SignedRecord<ClaimsStatement>; readonly open: OpenClaims } | null;
  readonly given: readonly GivenProof[];
  readonly accepted: readonly AcceptedProof[];
  readonly asked?: SignedRecord<NextRecord> | null;
  readonly names?: CosignerNames;
  readonly vouching?: SigningKey;
  readonly cosigned?: readonly CosignedRecord[];
}

/** The order to have another key sign the journal: the leader alone knows from which entry on. */
export interface ChangeKeyCommand {
  readonly type: 'change-key';
}

/** Orders that become these facts. */
export type IdentityCommand =
  /** @param after how many records there were when these were made: another tab may have been first */
  | { readonly type: 'certify'; readonly after: number; readonly records: readonly SignedRecord[] }
  | { readonly type: 'state-claims'; readonly statement: SignedRecord<ClaimsStatement>; readonly open: OpenClaims }
  | { readonly type: 'give-proof'; readonly proof: GivenProof }
  | { readonly type: 'accept-proof'; readonly proof: AcceptedProof }
  | { readonly type: 'ask-signatures'; readonly after: number; readonly asked: SignedRecord<NextRecord> }
  /** @param signed how many signatures there were: another tab may have taken one */
  | { readonly type: 'keep-signature'; readonly signed: number; readonly signature: RecordSignature }
  | { readonly type: 'withdraw-signatures' }
  | { readonly type: 'name-cosigners'; readonly names: CosignerNames }
  /** @param instead the key that lies here no more, null for none: another tab may have begun */
  | { readonly type: 'begin-vouching'; readonly key: SigningKey; readonly instead: SigningKey | null }
  | { readonly type: 'note-cosigned'; readonly cosigned: CosignedRecord };

/** The identity after a fact. The first genesis counts: a later one would be another agent. */
export function projectIdentity(identity: StoredIdentity | null, fact: IdentityFact): StoredIdentity | null {
  if (fact.type === 'agent.genesis')
    return identity ?? { records: fact.records, stated: null, given: [], accepted: [] };
  if (identity === null) return null;
  switch (fact.type) {
    case 'agent.certified':
      // What was asked for followed the record before, and follows nothing any more.
      return withoutAsked({ ...identity, records: [...identity.records, ...fact.records] });
    case 'claims.stated':
      return { ...identity, stated: { statement: fact.statement, open: fact.open } };
    case 'proof.given':
      return { ...identity, given: [...identity.given, fact.proof] };
    case 'proof.accepted':
      return { ...identity, accepted: [...identity.accepted, fact.proof] };
    case 'signatures.asked':
      return { ...identity, asked: fact.asked };
    case 'signature.received': {
      const { asked } = identity;
      if (asked == null) return identity;
      return { ...identity, asked: { ...asked, signatures: [...asked.signatures, fact.signature] } };
    }
    case 'signatures.withdrawn':
      return withoutAsked(identity);
    case 'cosigners.named':
      return { ...identity, names: { ...identity.names, ...fact.names } };
    case 'vouching.begun':
      return { ...identity, vouching: fact.key };
    case 'record.cosigned':
      return { ...identity, cosigned: [...(identity.cosigned ?? []), fact.cosigned] };
  }
}

function withoutAsked(identity: StoredIdentity): StoredIdentity {
  return identity.asked == null ? identity : { ...identity, asked: null };
}

/** What an order comes to, or why it is refused. */
export function obeyIdentity(
  identity: StoredIdentity | null,
  command: IdentityCommand,
): IdentityFact | { readonly refused: string } {
  if (identity === null) return { refused: 'This agent has no identity yet.' };
  switch (command.type) {
    case 'certify':
      return command.after === identity.records.length
        ? { type: 'agent.certified', records: command.records }
        : { refused: CHANGED_MEANWHILE };
    case 'state-claims':
      return { type: 'claims.stated', statement: command.statement, open: command.open };
    case 'give-proof':
      return identity.given.some(({ challenge }) => challenge === command.proof.challenge)
        ? { refused: 'This challenge was answered already. Ask for a new one.' }
        : { type: 'proof.given', proof: command.proof };
    case 'accept-proof':
      return identity.accepted.some(({ challenge }) => challenge === command.proof.challenge)
        ? { refused: 'This challenge was answered already; a proof counts once.' }
        : { type: 'proof.accepted', proof: command.proof };
    case 'ask-signatures':
      return command.after === identity.records.length
        ? { type: 'signatures.asked', asked: command.asked }
        : { refused: CHANGED_MEANWHILE };
    case 'keep-signature':
      return identity.asked?.signatures.length === command.signed
        ? { type: 'signature.received', signature: command.signature }
        : { refused: CHANGED_MEANWHILE };
    case 'withdraw-signatures':
      return identity.asked == null ? { refused: 'Nothing is asked for.' } : { type: 'signatures.withdrawn' };
    case 'name-cosigners':
      return { type: 'cosigners.named', names: command.names };
    case 'begin-vouching':
      return canonicalJson(identity.vouching ?? null) === canonicalJson(command.instead)
        ? { type: 'vouching.begun', key: command.key }
        : { refused: CHANGED_MEANWHILE };
    case 'note-cosigned':
      return { type: 'record.cosigned', cosigned: command.cosigned };
  }
}

const CHANGED_MEANWHILE = 'Another tab changed the identity meanwhile. Please try again.';
