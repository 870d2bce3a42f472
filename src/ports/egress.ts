import type { Channel } from '#core/channels/channel.ts';
import type { OutgoingRequest } from '#core/channels/outgoing.ts';
import type { Result } from '#core/base/result.ts';
import type { ActionRequest, Permit } from '#core/policy/permit.ts';

/** The only way out of the device. */
export interface Egress {
  /**
   * Sends exactly what was decided. Recomputes the digest of the action and of the bytes and refuses on drift; a permit is
   * spent on first use. Follows no redirect, sends no credentials, keeps no cache.
   * @param channel the approved way out; what it does not admit is refused here once more
   */
  readonly send: (
    permit: Permit,
    action: ActionRequest,
    request: OutgoingRequest,
    channel: Channel,
    signal: AbortSignal,
  ) => Promise<Result<EgressAnswer, EgressFailure>>;
}

export interface EgressAnswer {
  /** HTTP status. */
  readonly status: number;
  /** Lower-case names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Untouched, as it streams in; whoever reads it sets the limit. */
  readonly body: ReadableStream<Uint8Array>;
}

export interface EgressFailure {
  readonly code:
    | 'drift' // what would be sent is not what was decided
    | 'spent' // the permit was used already
    | 'not-admitted' // the channel does not take it
    | 'no-way-out' // no service worker answers for this page
    | 'redirect' // the host wanted it sent elsewhere
    | 'blocked-here' // the content policy of the app's own files stops it: they were served with another one
    | 'unreachable' // no connection, or the host's answer may not be read (CORS, Local Network Access)
    | 'aborted'
    | 'broken'; // the connection was lost before there was an answer
  /** What happened and what to do about it. */
  readonly message: string;
  /** Whether the host may have got it: `no` only where that is certain. */
  readonly sent: 'no' | 'unknown';
}
