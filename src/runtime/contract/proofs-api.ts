import type { RunId, UnixMs } from '#core/base/ids.ts';
import type { Comparison } from '#core/audit/compare-files.ts';
import type { Result } from '#core/base/result.ts';

/** What the worker offers to the page about proofs for others. What is refused is in words for the owner. */
export interface ProofsApi {
  /** The journal for other tools: checkpoint, tiles, entries and attestations beside the export, as a zip. */
  bundle(withPayloads: boolean): Promise<Result<Uint8Array, string>>;
  /** All about one run in one file (core/audit/dossier.ts). */
  dossier(run: RunId): Promise<Result<Uint8Array, string>>;
  /** The signed head as it is now, to be kept elsewhere as an anchor. */
  checkpoint(): Promise<Result<string, string>>;
  view(): Promise<WitnessesView>;
  /** This device's own key as a witness, `name+id+key`: what the owner's other device approves. Made when first asked for. */
  ownKey(): Promise<Result<string, string>>;
  /** @param key verifier key of a witness, `name+id+key` */
  approveWitness(key: string): Promise<Result<void, string>>;
  dismissWitness(key: string): Promise<Result<void, string>>;
  /**
   * What a witness needs: the body of add-checkpoint of C2SP tlog-witness.
   * @param old where the witness stands, when it said so; else what it cosigned last
   */
  witnessRequest(key: string, old: number | null): Promise<Result<string, string>>;
  /** Takes a witness's answer: a cosignature that holds is kept; a size says where the witness stands. */
  takeAnswer(key: string, answer: string): Promise<Result<WitnessAnswer, string>>;
  /** Cosigns a checkpoint of another agent's log that grew from the one seen last, and remembers it. @returns the answer */
  cosign(request: string): Promise<Result<CosignedView, string>>;
  /** How two exports or bundles stand to each other. */
  compare(first: Uint8Array, second: Uint8Array): Promise<Comparison>;
}

export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly size: number; readonly time: UnixMs }
  | { readonly kind: 'stands-at'; readonly size: number };

export interface WitnessesView {
  readonly witnesses: readonly { readonly key: string; readonly name: string }[];
  /** Anchors of this journal, the newest first. */
  readonly anchors: readonly { readonly by: string; readonly size: number; readonly time: UnixMs }[];
  /** Logs of others that this device cosigned. */
  readonly logs: readonly { readonly origin: string; readonly size: number; readonly time: UnixMs }[];
}

export interface CosignedView {
  readonly origin: string;
  readonly size: number;
  /** How many entries were seen before; 0 for a log that is new. */
  readonly before: number;
  /** Signature lines to give back. */
  readonly answer: string;
}
