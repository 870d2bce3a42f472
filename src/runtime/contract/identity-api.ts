import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { IdentityProofReport } from '#core/identity/check-identity-proof.ts';
import type { Claim } from '#core/identity/claims.ts';
import type { AgentIdentity } from '#core/identity/record.ts';
import type { AskedView, CosignerView, CosigningApi, VouchingView } from './cosigning-api.ts';
import type { KeyView } from './key-view.ts';

/** What the worker offers to the page about who the agent is. What is refused is in words for the owner. */
export interface IdentityApi extends CosigningApi {
  /** Null until the journal holds a genesis record. */
  view(): Promise<Result<IdentityView | null, string>>;
  /** Answers a challenge, showing these claims and no others. Journaled before it is given out. @returns the proof's text */
  prove(challenge: string, show: readonly string[]): Promise<Result<string, string>>;
  /** @returns the text to give to whoever shall prove who they are */
  challenge(verifier: string, asks: readonly string[]): Promise<Result<string, string>>;
  /** Checks an answer to a challenge made here. One that holds is journaled, and the challenge is spent. */
  check(proof: string, challenge: string, expected: string | null): Promise<IdentityProofReport>;
  /** Has the root certify the keys of this device in place of those it lacks: after a restore, say. */
  certifyDevice(): Promise<Result<void, string>>;
  /** Has a new key of this device sign the journal from now on; the one before is destroyed. */
  changeKey(): Promise<Result<void, string>>;
  /** Replaces the owner's root by one that also signs with ML-DSA-65, and has it certify the proof key anew. */
  strengthenRoot(): Promise<Result<void, string>>;
  /** The root's secret as text, for a backup. */
  exportRoot(): Promise<Result<string, string>>;
  /** Takes the root's secret back from such a text, and has it certify the keys of this device that wait for it. */
  importRoot(backup: string): Promise<Result<void, string>>;
  /** Removes the root's secret from this device. */
  removeRoot(): Promise<Result<void, string>>;
}

export interface IdentityView {
  readonly id: AgentIdentity;
  readonly name: string;
  readonly createdAt: UnixMs;
  readonly root: KeyView;
  /** Whether the root's secret lies on this device. */
  readonly holdsRoot: boolean;
  /** Keys of the identity that this device does not have, so that it cannot act for the agent. */
  readonly lacks: readonly ('journal-key' | 'proof-key')[];
  readonly cosigners: { readonly keys: readonly CosignerView[]; readonly threshold: number };
  /** The change that waits for their signatures. */
  readonly asked: AskedView | null;
  /** Null while this device vouches for nobody. */
  readonly vouching: VouchingView | null;
  /** Each signs the journal from an entry on; the last one does now. `restored`: it took over after a restore. */
  readonly keys: readonly (KeyView & { readonly from: number; readonly restored: boolean })[];
  readonly certificates: readonly CertificateView[];
  /** What can be shown, in the order it is offered. */
  readonly claims: readonly Claim[];
  readonly given: readonly GivenProofView[];
}

export interface CertificateView {
  readonly purpose: 'prove' | 'sign';
  readonly key: KeyView;
  readonly notBefore: UnixMs;
  readonly notAfter: UnixMs | null;
  /** Whether it is the one that counts now. */
  readonly current: boolean;
}

export interface GivenProofView {
  readonly verifier: string;
  readonly origin: string | null;
  readonly shown: readonly string[];
  readonly at: UnixMs;
}
