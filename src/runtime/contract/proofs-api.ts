import type { RunId, UnixMs } from '#core/base/ids.ts';
import type { Comparison } from '#core/audit/compare-files.ts';
import type { Result } from '#core/base/result.ts';
import type { AddressSpace } from '#core/channels/target.ts';

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

/** Witnesses that are asked over the network. */
export interface WitnessNetworkApi {
  /**
   * What approving it would mean, to the byte; nothing is approved or sent.
   * @param address its submission prefix
   */
  offer(key: string, address: string): Promise<Result<WitnessOffer, string>>;
  /** Approves the witness and the way out to it in one step. */
  reach(key: string, address: string): Promise<Result<void, string>>;
  /** Sends the newest checkpoint there; a cosignature that holds is kept. */
  ask(key: string): Promise<Result<WitnessAsked, string>>;
}

export interface WitnessOffer {
  /** Where it goes. */
  readonly place: string;
  readonly space: AddressSpace;
  /** What would go there now. */
  readonly body: string;
  readonly bytes: number;
}

export interface WitnessAsked {
  readonly size: number;
  readonly time: UnixMs;
}

export interface ReachedView {
  readonly address: string;
  /** The way out to it. */
  readonly channel: string;
  readonly asked: { readonly at: UnixMs; readonly failure: string | null } | null;
}

export type WitnessAnswer =
  | { readonly kind: 'cosigned'; readonly size: number; readonly time: UnixMs }
  | { readonly kind: 'stands-at'; readonly size: number };

export interface WitnessView {
  readonly key: string;
  readonly name: string;
  /** Null for one whose answers are carried by hand. */
  readonly reached: ReachedView | null;
}

export interface WitnessesView {
  readonly witnesses: readonly WitnessView[];
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
