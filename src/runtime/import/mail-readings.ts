import { mapBytes, mapText, rewrite, type MappedBytes, type MappedText } from './mapped.ts';
import { fromBase64Lines, fromQuotedPrintable, fromWordB, fromWordQ } from './transfer-encodings.ts';

/** A text of a message and what it is written in. */
export interface MailReading {
  readonly kind: 'header' | 'plain' | 'html';
  readonly charset: string;
  readonly text: MappedText;
}

/**
 * The decoded headers and text parts of a message (RFC 5322, 2045 to 2047), each with the raw bytes it came from.
 * @param raw may begin with a mailbox's separator line
 */
export function mailReadings(raw: Uint8Array): MailReading[] {
  const out: MailReading[] = [];
  readPart(mapBytes(raw, separatorLength(raw), raw.length), out, 0);
  return out;
}

/** Whether the bytes begin as a message does. */
export function isMail(raw: Uint8Array): boolean {
  const from = separatorLength(raw);
  const head = latin1(raw.subarray(from, from + 8192));
  const fields = head.split(/\r?\n\r?\n/, 1)[0] ?? '';
  const names = [...fields.matchAll(/^([!-9;-~]+)[ \t]*:/gm)].map((match) => match[1]?.toLowerCase() ?? '');
  return /^[!-9;-~]+[ \t]*:/.test(head) && names.some((name) => MAIL_HEADERS.has(name));
}

const MAIL_HEADERS = new Set([
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'received',
  'mime-version',
  'content-type',
  'return-path',
]);
const DEPTH_MAX = 12;

function separatorLength(raw: Uint8Array): number {
  let at = raw[0] === 0xef && raw[1] === 0xbb && raw[2] === 0xbf ? 3 : 0;
  if (latin1(raw.subarray(at, at + 5)) === 'From ') at = raw.indexOf(0x0a, at) + 1;
  return at;
}

function readPart(part: MappedBytes, out: MailReading[], depth: number): void {
  const { head, body } = splitHead(part);
  const fields = latin1(head.bytes).replace(/\r?\n[ \t]+/g, ' ');
  const header = (name: string): string => new RegExp(`^${name}[ \\t]*:(.*)$`, 'im').exec(fields)?.[1]?.trim() ?? '';
  out.push({ kind: 'header', charset: 'utf-8', text: headerText(head) });
  const type = header('content-type').toLowerCase();
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(header('content-type'));
  const transfer = header('content-transfer-encoding').toLowerCase();
  if (type.startsWith('multipart/') && boundary && depth < DEPTH_MAX) {
    for (const inner of bodyParts(body, boundary[1] ?? boundary[2] ?? '')) readPart(inner, out, depth + 1);
  } else if (type.startsWith('message/rfc822') && depth < DEPTH_MAX) {
    readPart(decodeTransfer(body, transfer), out, depth + 1);
  } else if (type === '' || type.startsWith('text/')) {
    const charset = knownCharset(/charset\s*=\s*"?([^\s;"]+)/i.exec(type)?.[1]);
    const text = mapText(decodeTransfer(body, transfer), charset);
    out.push({ kind: type.startsWith('text/html') ? 'html' : 'plain', charset, text });
  }
}

function decodeTransfer(body: MappedBytes, transfer: string): MappedBytes {
  if (transfer.includes('quoted-printable')) return fromQuotedPrintable(body);
  return transfer.includes('base64') ? fromBase64Lines(body) : body;
}

function splitHead(part: MappedBytes): { head: MappedBytes; body: MappedBytes } {
  const text = latin1(part.bytes.subarray(0, 512 * 1024));
  const gap = /^\r?\n|\r?\n\r?\n/.exec(text);
  const end = gap ? gap.index : part.bytes.length;
  return {
    head: slice(part, 0, end),
    body: slice(part, gap ? gap.index + gap[0].length : part.bytes.length, part.bytes.length),
  };
}

function* bodyParts(body: MappedBytes, boundary: string): Iterable<MappedBytes> {
  const text = latin1(body.bytes);
  const escaped = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  let from = -1;
  for (const mark of text.matchAll(new RegExp(`(?:^|\\r?\\n)--${escaped}(--)?[ \\t]*(?=\\r?\\n|$)`, 'g'))) {
    if (from >= 0) yield slice(body, from, Math.max(from, mark.index));
    from = mark.index + mark[0].length;
    from += text.startsWith('\r\n', from) ? 2 : 1;
    if (mark[1]) return;
  }
  if (from >= 0) yield slice(body, from, body.bytes.length);
}

/** Headers unfolded, their encoded words decoded; an encoded word's letters stand for the whole word. */
function headerText(head: MappedBytes): MappedText {
  const utf8 = mapText(head, 'utf-8');
  const unfolded = rewrite(utf8, /\r?\n(?=[ \t])/g, () => '');
  const joined = rewrite(unfolded, /(?<=\?=)\s+(?==\?[^?\s]+\?[bq]\?)/gi, () => '');
  // Words next to each other may share a character, so they are decoded as one.
  return rewrite(joined, /(?:=\?[^?\s]+\?[bq]\?[^?]*\?=)+/gi, ([words]) => {
    const pieces = [...words.matchAll(/=\?([^?\s]+)\?([bq])\?([^?]*)\?=/gi)];
    const decoded = pieces.map(([, charset, encoding, body = '']) => ({
      charset: knownCharset(charset?.split('*')[0]),
      bytes: encoding?.toLowerCase() === 'b' ? fromWordB(body) : fromWordQ(body),
    }));
    const same = decoded.every(({ charset }) => charset === decoded[0]?.charset);
    if (same)
      return decode(
        decoded.flatMap(({ bytes }) => [...bytes]),
        decoded[0]?.charset ?? 'utf-8',
      );
    return decoded.map(({ charset, bytes }) => decode([...bytes], charset)).join('');
  });
}

function decode(bytes: readonly number[], charset: string): string {
  return new TextDecoder(charset).decode(Uint8Array.from(bytes));
}

/** The Encoding Standard's name for a charset label; UTF-8 for an unknown one. */
export function knownCharset(charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').encoding;
  } catch {
    return 'utf-8';
  }
}

function slice(mapped: MappedBytes, from: number, to: number): MappedBytes {
  return {
    bytes: mapped.bytes.subarray(from, to),
    starts: mapped.starts.subarray(from, to),
    ends: mapped.ends.subarray(from, to),
  };
}

/** One character a byte, so that offsets in the text are offsets in the bytes. */
function latin1(bytes: Uint8Array): string {
  let out = '';
  for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return out;
}
