import { utf8 } from '../base/bytes.ts';
import { OUTGOING_BYTES_MAX } from '../base/limits.ts';
import { err, ok, type Result } from '../base/result.ts';
import { admit, type Channel, type ChannelUse, type NotAdmitted } from './channel.ts';
import type { OutgoingRequest } from './outgoing.ts';
import { readTarget, type ParsedUrl, type Target, type TargetProblem } from './target.ts';

export type OutgoingProblem =
  | TargetProblem
  | NotAdmitted
  | 'odd-url' // written otherwise than it would be sent
  | 'plain-http' // the headers of this app let http out to localhost and 127.0.0.1 alone
  | 'odd-headers' // not lower-case, sorted and single
  | 'body-not-taken' // GET and HEAD carry none
  | 'too-large';

const PLAIN_HTTP = /^http:\/\/(?!(?:localhost|127\.0\.0\.1)(?::|$))/;

/**
 * Whether a request may leave by a channel just as it is. The same check for whoever composes a request, whoever hands
 * it over and the service worker that sends it.
 * @param use what went out by the channel before; `UNUSED` where somebody else has counted
 * @param now milliseconds since 1970
 */
export function checkOutgoing(
  channel: Channel,
  request: OutgoingRequest,
  parse: (text: string) => ParsedUrl | null,
  use: ChannelUse,
  now: number,
): Result<Target, OutgoingProblem> {
  const read = targetOf(channel, request.url, parse);
  if (!read.ok) return read;
  const target = read.value;
  if (`${target.origin}${target.path}${target.query}` !== request.url) return err('odd-url');
  if (PLAIN_HTTP.test(target.origin)) return err('plain-http');
  const names = request.headers.map(([name]) => name);
  if (!names.every((name, at) => name === name.toLowerCase() && (at === 0 || (names[at - 1] ?? '') < name)))
    return err('odd-headers');
  if (request.body !== null && /^(?:GET|HEAD)$/.test(request.method)) return err('body-not-taken');
  const bytes = outgoingBytes(request, target);
  if (bytes > OUTGOING_BYTES_MAX) return err('too-large');
  const admitted = admit(channel, { target, method: request.method, headers: names, bytes }, use, now);
  return admitted.ok ? ok(target) : admitted;
}

export const UNUSED: ChannelUse = { bytesToday: 0, answerBytesToday: 0, requestsLastMinute: 0 };

/** Path, query, names and values of the headers, and body, in bytes: what counts against a channel's limits. */
export function outgoingBytes(request: OutgoingRequest, target: Target): number {
  const text = [target.path, target.query, ...request.headers.flat()].join('');
  return utf8(text).length + (request.body?.length ?? 0);
}

/** A channel to a place on this device or network is the approval of that place. */
function targetOf(
  channel: Channel,
  url: string,
  parse: (text: string) => ParsedUrl | null,
): Result<Target, TargetProblem> {
  const open = readTarget(url, parse, new Set());
  return open.ok ? open : readTarget(url, parse, new Set([channel.origin]));
}
