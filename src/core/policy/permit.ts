import type { Digest } from '../base/ids.ts';
import type { Json } from '../base/json.ts';
import type { Reason } from './rules.ts';

/** A request for something outside the journal, as the policy sees it and as the owner approves it. */
export interface ActionRequest {
  readonly tool: string;
  readonly run: string;
  readonly step: string;
  readonly arguments: Json;
  /** SHA-256 of the exact bytes that would be written or sent. */
  readonly contentDigest: Digest | null;
  readonly nonce: string;
}

declare const minted: unique symbol;

/** One-use: only `decide` makes one, for one digest. The adapter recomputes the digest and refuses on any drift. */
export interface Permit {
  readonly [minted]: true;
  /** SHA-256 of the canonical JSON of the ActionRequest. */
  readonly digest: Digest;
  readonly nonce: string;
}

export type Decision =
  | { readonly kind: 'allow'; readonly permit: Permit; readonly reason: Reason }
  | { readonly kind: 'ask'; readonly digest: Digest; readonly reason: Reason }
  | { readonly kind: 'deny'; readonly reason: Reason };
