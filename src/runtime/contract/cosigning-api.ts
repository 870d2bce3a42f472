import type { Digest, UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import type { NamedCosigner } from '#core/identity/cosigner-card.ts';
import type { KeyId } from '#core/identity/key-document.ts';
import type { AgentIdentity, NextRecord } from '#core/identity/record.ts';
import type { KeyView } from './key-view.ts';

/**
 * Co-signers: others of whom `threshold` together may do what the owner's root may. Requests and signatures are texts that
 * people carry from one device to the other. What is refused is in words for the owner.
 */
export interface CosigningApi {
  /** What a person pasted to name a co-signer: the text that the co-signer gave out, or a did:key. */
  readCosigner(given: string): Promise<Result<NamedCosigner, string>>;
  /** Names co-signers in place of those in force; by the root where it is here, else their signatures are asked for. */
  setCosigners(cosigners: readonly NamedCosigner[], threshold: number): Promise<Result<'changed' | 'asked', string>>;
  /** Asks the co-signers for a change that the root of this device cannot make; in place of what was asked for before. */
  askCosigners(change: CosignedChange): Promise<Result<void, string>>;
  withdrawRequest(): Promise<Result<void, string>>;
  /** Takes what a co-signer gave back. With the last signature that is needed the change is made. */
  takeSignature(answer: string): Promise<Result<SignatureTaken, string>>;
  /** What the owner of another agent needs to name this device a co-signer. Its key is made when first asked for. */
  cosignerCard(name: string): Promise<Result<string, string>>;
  /** What another agent's request asks this device to sign. */
  readRequest(request: string): Promise<Result<RequestView, string>>;
  /** Signs it. @param digest of the record that was shown @returns the text to give back */
  signRequest(request: string, digest: Digest): Promise<Result<string, string>>;
}

/** `root`: another root, made on this device. The others: this device's own keys, in place of those that it lacks. */
export type CosignedChange = 'root' | 'journal-key' | 'proof-key';

export interface SignatureTaken {
  /** What the owner calls the co-signer. */
  readonly by: string;
  /** The change is made. */
  readonly complete: boolean;
}

export interface CosignerView extends KeyView {
  /** What the owner calls them; empty for none. */
  readonly name: string;
}

/** A change of one's own identity that waits for co-signers. */
export interface AskedView {
  readonly record: NextRecord;
  readonly digest: Digest;
  /** The text to give to co-signers. */
  readonly request: string;
  readonly signed: readonly KeyId[];
  /** How many co-signers must still sign. */
  readonly missing: number;
}

/** Another agent's change, as its co-signer sees it. */
export interface RequestView {
  readonly agent: AgentIdentity;
  readonly name: string;
  readonly record: NextRecord;
  readonly digest: Digest;
  /** The record's canonical JSON: exactly what is signed. */
  readonly text: string;
  readonly signed: number;
  readonly threshold: number;
  /** The last time this device signed for this agent. */
  readonly signedBefore: UnixMs | null;
  /** `again`: this very record was signed here before. `rival`: another one for the same place was. */
  readonly standing: 'new' | 'again' | 'rival';
}

/** This device as a co-signer of others. */
export interface VouchingView {
  readonly key: KeyView;
  /** Whether the key's secret lies on this device. */
  readonly here: boolean;
  readonly signed: readonly {
    readonly agent: AgentIdentity;
    readonly name: string;
    readonly type: NextRecord['type'];
    readonly at: UnixMs;
  }[];
}
