import { err, ok, type Result } from '../base/result.ts';

/** A URL as the platform's own parser (WHATWG URL) reads it: nothing here parses one. */
export interface ParsedUrl {
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
}

/** Where a host lies, as browsers tell address spaces apart (Local Network Access). */
export type AddressSpace = 'public' | 'local' | 'loopback';

/** A place a request may be meant for, after everything that could mislead was refused. */
export interface Target {
  /** `https://api.example.com`, with a port where it is not the scheme's own. */
  readonly origin: string;
  readonly space: AddressSpace;
  /** As sent: path and query. */
  readonly path: string;
  readonly query: string;
}

export type TargetProblem =
  | 'not-a-url'
  | 'odd-characters'
  | 'user-info'
  | 'scheme'
  | 'trailing-dot'
  | 'ip-address'
  | 'local-name'
  | 'encoded-separator';

/** Names that mean another machine, or none, from one network to the next (RFC 6761, RFC 6762, RFC 8375). */
const LOCAL_NAMES =
  /(?:^|\.)(?:local|localhost|internal|intranet|lan|home|corp|private|localdomain|home\.arpa|onion|test|invalid)$/;
/** What the WHATWG parser makes of every spelling of an IPv4 address, and an IPv6 address in brackets. */
const IP_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[.*\])$/;
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
const PRIVATE_IP = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|\[f[cd]|\[fe[89ab])/;

/**
 * Reads where a request would go. Refused is whatever could reach another place than it seems to: user info, other
 * schemes, IP addresses in every spelling, names that depend on the network, trailing dots, characters that parsers drop.
 * @param text as given, before parsing
 * @param local origins on this device or network that the owner approved; only for these are http and addresses taken
 */
export function readTarget(
  text: string,
  parse: (text: string) => ParsedUrl | null,
  local: ReadonlySet<string>,
): Result<Target, TargetProblem> {
  if (/[\u0000-\u0020\u007f-\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\\]/.test(text))
    return err('odd-characters');
  const url = parse(text);
  if (url === null) return err('not-a-url');
  if (url.username !== '' || url.password !== '' || /^[^/?#]*\/\/[^/?#]*@/.test(text)) return err('user-info');
  if (/%(?:2f|5c|00)/i.test(url.pathname)) return err('encoded-separator');
  const { hostname, port } = url;
  if (hostname.endsWith('.')) return err('trailing-dot');
  const origin = `${url.protocol}//${hostname}${port === '' ? '' : `:${port}`}`;
  const place = { origin, path: url.pathname, query: url.search };
  if (local.has(origin) && /^https?:$/.test(url.protocol)) return localTarget(place, hostname);
  if (url.protocol !== 'https:') return err('scheme');
  if (IP_ADDRESS.test(hostname)) return err('ip-address');
  if (LOCAL_NAMES.test(hostname) || !hostname.includes('.')) return err('local-name');
  return ok({ ...place, space: 'public' });
}

/** An approved local origin counts as one only where its name says that it is local. */
function localTarget(place: Omit<Target, 'space'>, hostname: string): Result<Target, TargetProblem> {
  if (LOOPBACK.test(hostname)) return ok({ ...place, space: 'loopback' });
  if (PRIVATE_IP.test(hostname) || LOCAL_NAMES.test(hostname)) return ok({ ...place, space: 'local' });
  return err(IP_ADDRESS.test(hostname) ? 'ip-address' : 'scheme');
}
