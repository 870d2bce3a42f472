import type { Digest } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Label } from '../labels/label.ts';
import type { Reason } from './reason.ts';

/** A request for something outside the journal, as the policy sees it and as the owner approves it. */
export interface ActionRequest {
  readonly tool: string;
  readonly run: string;
  readonly step: string;
  readonly arguments: Json;
  /** SHA-256 of the exact bytes that would be written or sent. */
  readonly contentDigest: Digest | null;
  /** The origin it would go to, as `Target.origin`; null where nothing leaves the device. */
  readonly host: string | null;
  /** The join of all that it carries. */
  readonly label: Label;
  /** The policy in force: `policyVersion`. A card that was shown under another is decided anew. */
  readonly policy: string;
  readonly nonce: string;
  /** The most that it may cost; missing where it costs nothing. */
  readonly spends?: Money;
}

export interface Money {
  /** Millionths of a unit of the currency. */
  readonly micro: number;
  /** ISO 4217 */
  readonly currency: string;
  /** Worked out from prices that are in force. */
  readonly known: boolean;
}

declare const minted: unique symbol;

/** One-use: only `decide` makes one, for one digest. The adapter recomputes the digest and refuses on any drift. */
export interface Permit {
  readonly [minted]: true;
  /** SHA-256 of the canonical JSON of the ActionRequest. */
  readonly digest: Digest;
  readonly nonce: string;
}

/** `rule`: the one of the owner's that it comes from, where it comes from one. */
export type Decision =
  | { readonly kind: 'allow'; readonly permit: Permit; readonly reason: Reason }
  | { readonly kind: 'ask'; readonly digest: Digest; readonly reason: Reason; readonly rule?: string }
  | { readonly kind: 'deny'; readonly reason: Reason; readonly rule?: string };
