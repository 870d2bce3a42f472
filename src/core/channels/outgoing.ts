import { hex, utf8 } from '../base/bytes.ts';
import type { Digest, Sha256 } from '../base/ids.ts';
import { canonicalJson } from '../base/json.ts';

/** What would be sent, to the byte. */
export interface OutgoingRequest {
  readonly method: string;
  /** Absolute, without a fragment, as the platform's own parser writes it: `Target`'s origin, path and query in one. */
  readonly url: string;
  /** Lower-case names, sorted: what is set beside the headers that a browser sends by itself. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array | null;
}

/** SHA-256 of `outgoingText`: what a permit is bound to. */
export function outgoingDigest(request: OutgoingRequest, sha256: Sha256): Digest {
  return hex(sha256(outgoingText(request, request.body === null ? null : sha256(request.body)))) as Digest;
}

/**
 * UTF-8 of the canonical JSON of method, URL, headers and the body's SHA-256, for whoever has only a hash that is awaited.
 * @param bodyHash null without a body
 */
export function outgoingText(request: OutgoingRequest, bodyHash: Uint8Array | null): Uint8Array {
  const { method, url, headers } = request;
  return utf8(canonicalJson({ method, url, headers, body: bodyHash === null ? null : hex(bodyHash) }));
}
