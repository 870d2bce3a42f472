import type { UnixMs } from '#core/base/ids.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ProofKey } from '#core/identity/key-document.ts';
import type { SignedRecord } from '#core/identity/record.ts';
import type { SignatureTools } from '#core/identity/signature.ts';
import { certificateFor, keyAt, verifyIdentity, type Identity } from '#core/identity/verify-identity.ts';
import type { AgentStore } from '#ports/agent-store.ts';
import type { Clock } from '#ports/clock.ts';
import type { CommandOutcome } from '../contract/commands.ts';
import type { IdentityView } from '../contract/identity-api.ts';
import type { ChangeKeyCommand, IdentityCommand, StoredIdentity } from './identity-facts.ts';
import { KeyRing, type KeyRingParts } from './key-ring.ts';

export interface IdentityBookParts extends KeyRingParts {
  readonly clock: Clock;
  readonly store: Pick<AgentStore, 'row' | 'head'>;
  /** Loaded when first needed: ML-DSA is heavy. */
  readonly tools: () => Promise<SignatureTools>;
  readonly command: (body: IdentityCommand | ChangeKeyCommand) => Promise<CommandOutcome>;
}

export interface OpenedIdentity {
  readonly stored: StoredIdentity;
  readonly identity: Identity;
}

/** The identity as the journal has it, verified whenever it is read, and extended only by what holds. */
export class IdentityBook {
  readonly parts: IdentityBookParts;
  /** The keys of it that lie on this device. */
  readonly ring: KeyRing;

  constructor(parts: IdentityBookParts) {
    this.parts = parts;
    this.ring = new KeyRing(parts);
  }

  /** Null until the journal holds a genesis record. */
  async stored(): Promise<StoredIdentity | null> {
    return ((await this.parts.store.row('identity', 'identity'))?.value ?? null) as StoredIdentity | null;
  }

  /** The identity that these records come to. */
  async verified(stored: StoredIdentity): Promise<Result<Identity, string>> {
    const verified = verifyIdentity(await this.parts.tools(), stored.records);
    if (verified.ok) return verified;
    return err(`Record ${verified.error.record} of this identity does not hold: ${verified.error.why}.`);
  }

  async opened(): Promise<Result<OpenedIdentity, string>> {
    const stored = await this.stored();
    if (stored === null) return err('This agent has no identity yet. Wait until it has started.');
    const identity = await this.verified(stored);
    return identity.ok ? ok({ stored, identity: identity.value }) : identity;
  }

  /** Only a chain that holds with the new records is journaled. */
  async certify(stored: StoredIdentity, records: readonly SignedRecord[]): Promise<Result<void, string>> {
    const whole = await this.verified({ ...stored, records: [...stored.records, ...records] });
    if (!whole.ok) return whole;
    const outcome = await this.parts.command({ type: 'certify', after: stored.records.length, records });
    return outcome.ok ? ok(undefined) : err(outcome.message);
  }

  /** Which keys of the identity do not lie here. */
  async lacks(identity: Identity, at: UnixMs): Promise<IdentityView['lacks']> {
    const journalKey = await this.ring.signerOf(keyAt(identity, Infinity));
    const certificate = certificateFor(identity, 'prove', at);
    const prover = certificate === null ? null : await this.ring.proverOf(certificate.subject as ProofKey);
    return [
      ...(journalKey === null ? (['journal-key'] as const) : []),
      ...(prover === null ? (['proof-key'] as const) : []),
    ];
  }
}
