import { MIB } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { readTarget, type ParsedUrl, type TargetProblem } from '#core/channels/target.ts';
import { CONFIDENTIALITIES } from '#core/labels/label.ts';
import type { AddressRead, ChannelDraft } from '../contract/channels-api.ts';
import type { NamedChannel } from './channel-facts.ts';
import { targetProblemText } from './channel-words.ts';

const NAME_CHARS_MAX = 60;
const WHY_CHARS_MAX = 300;
const BYTES_PER_DAY_MAX = 1024 * MIB;
const ANSWER_BYTES_PER_DAY_MAX = 100 * 1024 * MIB;
const REQUESTS_PER_MINUTE_MAX = 600;
/** Tokens of RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Forbidden request-headers of the Fetch standard that somebody might name. */
const BROWSERS_OWN =
  /^(?:accept-charset|accept-encoding|access-control-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|proxy-.*|referer|sec-.*|set-cookie|te|trailer|transfer-encoding|upgrade|via)$/;
/** The headers of this app let http out to these alone. */
const PLAIN_HTTP = /^http:\/\/(?!(?:localhost|127\.0\.0\.1)(?::|$))/;

/** Reads an address; one on this device or network is taken for what it is. */
export function readAddress(
  text: string,
  parse: (text: string) => ParsedUrl | null,
): Result<AddressRead, TargetProblem> {
  const open = readTarget(text, parse, new Set());
  if (open.ok) return ok(addressOf(open.value));
  const url = parse(text);
  if (url === null) return open;
  const origin = `${url.protocol}//${url.hostname}${url.port === '' ? '' : `:${url.port}`}`;
  const local = readTarget(text, parse, new Set([origin]));
  return local.ok && local.value.space !== 'public' ? ok(addressOf(local.value)) : open;
}

/** What the owner filled in, as a channel; else what is wrong with it and what to do. */
export function readDraft(
  draft: ChannelDraft,
  id: string,
  parse: (text: string) => ParsedUrl | null,
  now: number,
): Result<NamedChannel, string> {
  const name = draft.name.trim();
  const why = draft.why.trim();
  if (name === '') return err('Give it a name, so that you know it again.');
  if (name.length > NAME_CHARS_MAX) return err(`A name may have ${String(NAME_CHARS_MAX)} characters.`);
  if (why.length > WHY_CHARS_MAX) return err(`What it is for may have ${String(WHY_CHARS_MAX)} characters.`);
  const read = readAddress(draft.address.trim(), parse);
  if (!read.ok) return err(targetProblemText(read.error));
  const { origin, path } = read.value;
  if (/[?#]/.test(draft.address)) return err('Leave out all from the ? or # on: a way out is a host and a path.');
  if (PLAIN_HTTP.test(origin))
    return err('Without https only localhost and 127.0.0.1 are taken: on a network others could read along.');
  const methods = [...new Set(draft.methods)].sort();
  if (methods.length === 0) return err('Choose at least one method.');
  const unknown = methods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) return err(`${unknown} is not a method that can be sent.`);
  const headers = [...new Set(draft.headers.map((header) => header.trim().toLowerCase()))].filter(Boolean).sort();
  const odd = headers.find((header) => !TOKEN.test(header));
  if (odd !== undefined) return err(`“${odd}” is not the name of a header: letters, digits and hyphens, no blanks.`);
  if (!CONFIDENTIALITIES.includes(draft.clearance) || draft.clearance === 'sealed')
    return err('Sealed text never leaves the device: choose public or private.');
  const own = headers.find((header) => BROWSERS_OWN.test(header));
  if (own !== undefined) return err(`“${own}” is set by the browser alone and cannot be sent from here.`);
  const { bytesPerDay, requestsPerMinute, expiresAt, clearance } = draft;
  const answerBytesPerDay = draft.answerBytesPerDay ?? null;
  if (!isWhole(bytesPerDay, BYTES_PER_DAY_MAX))
    return err(`Bytes a day are a whole number from 1 to ${String(BYTES_PER_DAY_MAX)}.`);
  if (answerBytesPerDay !== null && !isWhole(answerBytesPerDay, ANSWER_BYTES_PER_DAY_MAX))
    return err(`Bytes that may come back in a day are a whole number from 1 to ${String(ANSWER_BYTES_PER_DAY_MAX)}.`);
  if (!isWhole(requestsPerMinute, REQUESTS_PER_MINUTE_MAX))
    return err(`Requests a minute are a whole number from 1 to ${String(REQUESTS_PER_MINUTE_MAX)}.`);
  if (expiresAt !== null && (!Number.isSafeInteger(expiresAt) || expiresAt <= now))
    return err('The end lies in the past: choose a later day, or none.');
  const limits = {
    ...{ bytesPerDay, requestsPerMinute, expiresAt },
    ...(answerBytesPerDay === null ? {} : { answerBytesPerDay }),
    ...(draft.signed === true ? { signed: true } : {}),
    ...(draft.models === true ? { models: true } : {}),
  };
  return ok({ channel: { id, origin, methods, pathPrefix: path, headers, clearance, ...limits }, name, why });
}

function isWhole(value: number, max: number): boolean {
  return Number.isSafeInteger(value) && value >= 1 && value <= max;
}

function addressOf({ origin, path, space }: AddressRead): AddressRead {
  return { origin, path, space };
}
