import type { Digest, UnixMs } from '#core/base/ids.ts';
import type { ClaimsStatement, OpenClaims } from '#core/identity/claims.ts';
import type { AgentId } from '#core/identity/did-key.ts';
import type { AgentIdentity, SignedRecord } from '#core/identity/record.ts';

/** What the journal says of who the agent is, and of proofs given and taken. */
export type IdentityFact =
  /** Once in a journal: the genesis record and the first certificate. A journal of before has it later than entry 1. */
  | { readonly type: 'agent.genesis'; readonly records: readonly SignedRecord[] }
  | { readonly type: 'agent.certified'; readonly records: readonly SignedRecord[] }
  | { readonly type: 'claims.stated'; readonly statement: SignedRecord<ClaimsStatement>; readonly open: OpenClaims }
  | { readonly type: 'proof.given'; readonly proof: GivenProof }
  | { readonly type: 'proof.accepted'; readonly proof: AcceptedProof };

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
  | { readonly type: 'accept-proof'; readonly proof: AcceptedProof };

/** The identity after a fact. The first genesis counts: a later one would be another agent. */
export function projectIdentity(identity: StoredIdentity | null, fact: IdentityFact): StoredIdentity | null {
  if (fact.type === 'agent.genesis')
    return identity ?? { records: fact.records, stated: null, given: [], accepted: [] };
  if (identity === null) return null;
  switch (fact.type) {
    case 'agent.certified':
      return { ...identity, records: [...identity.records, ...fact.records] };
    case 'claims.stated':
      return { ...identity, stated: { statement: fact.statement, open: fact.open } };
    case 'proof.given':
      return { ...identity, given: [...identity.given, fact.proof] };
    case 'proof.accepted':
      return { ...identity, accepted: [...identity.accepted, fact.proof] };
  }
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
        : { refused: 'Another tab changed the identity meanwhile. Please try again.' };
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
  }
}
