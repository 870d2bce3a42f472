import { err, ok, type Result } from '../base/result.ts';
import type { Confidentiality } from '../labels/label.ts';
import { SIGNATURE_HEADERS } from './http-signature.ts';
import type { Target } from './target.ts';

/** One approved way out: origin, methods, path prefix, limits, expiry. */
export interface Channel {
  readonly id: string;
  /** Exact, as `Target.origin`. */
  readonly origin: string;
  readonly methods: readonly string[];
  /** `/v1` admits `/v1` and `/v1/chat`, and not `/v10`. */
  readonly pathPrefix: string;
  /** Lower-case names of headers that may be sent beside those a browser sets. */
  readonly headers: readonly string[];
  /** The most confidential that may leave by it unasked. */
  readonly clearance: Confidentiality;
  readonly bytesPerDay: number;
  /** What may come back in a day; left out without a limit. */
  readonly answerBytesPerDay?: number;
  readonly requestsPerMinute: number;
  /** Milliseconds since 1970; null does not end. */
  readonly expiresAt: number | null;
  /** Millionths of a unit of money: the most that may be spent by it a day. Missing where nothing it takes costs anything. */
  readonly moneyPerDay?: number;
  /** Each request is signed with the agent's key (RFC 9421) as it leaves: its host can tell whose it is, and all of them. */
  readonly signed?: boolean;
  /** A host of models answers under it, in the OpenAI dialect. */
  readonly models?: boolean;
  /** Opened to find out why a host cannot be used: only those questions go by it, and it is no way out of the owner's. */
  readonly probe?: boolean;
}

/** What a channel looks at of a request. */
export interface AdmissionRequest {
  readonly target: Target;
  readonly method: string;
  readonly headers: readonly string[];
  /** Bytes that would leave: path, query, headers and body. */
  readonly bytes: number;
}

/** What went out by a channel before, over all tabs. */
export interface ChannelUse {
  readonly bytesToday: number;
  /** What came back, and what is set aside for answers that are still under way. */
  readonly answerBytesToday: number;
  readonly requestsLastMinute: number;
}

export type NotAdmitted =
  | 'other-origin'
  | 'method'
  | 'path'
  | 'header'
  | 'expired'
  | 'bytes-a-day'
  | 'answer-bytes-a-day'
  | 'requests-a-minute';

/** Whether the channel admits the request now. Whether what it carries may flow there is the policy's question. */
export function admit(
  channel: Channel,
  request: AdmissionRequest,
  use: ChannelUse,
  now: number,
): Result<void, NotAdmitted> {
  if (request.target.origin !== channel.origin) return err('other-origin');
  if (!channel.methods.includes(request.method)) return err('method');
  if (!isUnder(channel.pathPrefix, request.target.path)) return err('path');
  const taken: readonly string[] =
    channel.signed === true ? [...channel.headers, ...SIGNATURE_HEADERS] : channel.headers;
  if (!request.headers.every((name) => taken.includes(name.toLowerCase()))) return err('header');
  if (channel.expiresAt !== null && now >= channel.expiresAt) return err('expired');
  if (use.bytesToday + request.bytes > channel.bytesPerDay) return err('bytes-a-day');
  if (answerBytesLeft(channel, use) <= 0) return err('answer-bytes-a-day');
  if (use.requestsLastMinute >= channel.requestsPerMinute) return err('requests-a-minute');
  return ok(undefined);
}

/** What a host of models has its interface under, without a slash at the end. */
export function modelsBase({ origin, pathPrefix }: Pick<Channel, 'origin' | 'pathPrefix'>): string {
  return (origin + pathPrefix).replace(/\/$/, '');
}

/** How much may still come back today. */
export function answerBytesLeft(
  { answerBytesPerDay }: Pick<Channel, 'answerBytesPerDay'>,
  { answerBytesToday }: Pick<ChannelUse, 'answerBytesToday'>,
): number {
  return answerBytesPerDay === undefined ? Infinity : answerBytesPerDay - answerBytesToday;
}

function isUnder(prefix: string, path: string): boolean {
  const whole = prefix.endsWith('/') ? prefix : `${prefix}/`;
  return path === prefix || path.startsWith(whole);
}
