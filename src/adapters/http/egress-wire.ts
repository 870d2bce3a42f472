import { canonicalJson } from '#core/base/json.ts';
import type { Digest } from '#core/base/ids.ts';
import type { Channel } from '#core/channels/channel.ts';
import type { OutgoingProblem } from '#core/channels/check-outgoing.ts';
import type { OutgoingRequest } from '#core/channels/outgoing.ts';

/**
 * What passes between whoever holds a request and the service worker that sends it:
 *
 * 1. the holder keeps the request in memory under a random token and does an empty `GET /egress/<token>`, which wakes the
 *    service worker. Nothing of the request is in it: without a service worker it reaches the host of the app's files.
 * 2. the service worker asks on the channel `egress` for what lies under the token;
 * 3. the holder deletes it, then answers: one token is one request;
 * 4. the service worker checks it all again and sends it;
 * 5. until there is an answer the holder may stop it: browsers do not tell a service worker that nobody waits any more;
 * 6. its answer carries `EGRESS_MARKER`. An answer without it is not from the service worker.
 */
export const EGRESS_CHANNEL = 'egress';
export const EGRESS_MARKER = 'x-egress';

export type EgressMessage =
  | { readonly kind: 'pull'; readonly token: string; readonly question: string }
  | { readonly kind: 'held'; readonly question: string; readonly held: HeldRequest }
  | { readonly kind: 'stop'; readonly token: string };

export interface HeldRequest {
  readonly request: OutgoingRequest;
  /** `outgoingDigest` of the request, as it was decided. */
  readonly digest: Digest;
  readonly channel: Channel;
}

/** What is found out beside what `checkOutgoing` says: a request without the signature that its channel asks for. */
export type Refusal = OutgoingProblem | 'unsigned';

/** What became of a held request. All that the other host said is in here, so that no browser acts on its headers. */
export type Reply =
  | {
      readonly digest: Digest;
      readonly kind: 'answer';
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
    }
  | { readonly digest: Digest; readonly kind: 'not-admitted'; readonly problem: Refusal }
  /** Nobody handed over in time what lies under the token, so that it went nowhere. */
  | { readonly token: string; readonly kind: 'missed' }
  | { readonly digest: Digest; readonly kind: 'drift' | 'redirect' | 'blocked-here' | 'unreachable' };

/** As the value of one header, which is ASCII. */
export function replyText(reply: Reply): string {
  return encodeURIComponent(canonicalJson(reply));
}

/** @returns null when the response is not from the service worker */
export function replyOf(response: Response): Reply | null {
  const text = response.headers.get(EGRESS_MARKER);
  if (text === null) return null;
  try {
    return JSON.parse(decodeURIComponent(text)) as Reply;
  } catch {
    return null;
  }
}
