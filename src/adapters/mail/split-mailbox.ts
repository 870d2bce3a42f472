import { MESSAGE_BYTES_MAX } from '#core/base/limits.ts';
import { concat } from '#core/base/bytes.ts';

/** A message as it stands in the mailbox, separator line included. The spans of all messages tile the file. */
export interface MailboxPart {
  /** Null for one that is too large to be held. */
  readonly bytes: Uint8Array | null;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits a mailbox (RFC 4155 and its mboxo, mboxrd and mboxcl kin) as it streams by, holding one message at a time.
 * A separator is a line "From ..." after an empty line, which looks like one and has a header or a blank line after it.
 */
export async function* splitMailbox(
  chunks: AsyncIterable<Uint8Array>,
  bytesMax = MESSAGE_BYTES_MAX,
): AsyncIterable<MailboxPart> {
  const message = new Holder(bytesMax);
  let rest: Uint8Array = new Uint8Array(0);
  let afterBlank = true;
  let start = 0;
  let at = 0;
  for await (const chunk of chunks) {
    const data = rest.length > 0 ? concat(rest, chunk) : chunk;
    let line = 0;
    let flushed = 0;
    for (;;) {
      const end = lineEnd(data, line);
      if (end < 0) break;
      if (startsFrom(data, line)) {
        const next = lineEnd(data, end);
        // The line after a separator decides, so wait until it is here.
        if (next < 0 && data.length - end < LINE_BYTES_MAX) break;
        if (
          isSeparator(data.subarray(line, end), data.subarray(end, next < 0 ? data.length : next), afterBlank) &&
          at + line > start
        ) {
          message.add(data.subarray(flushed, line));
          flushed = line;
          yield { bytes: message.take(), start, end: at + line };
          start = at + line;
        }
      }
      afterBlank = isBlank(data, line, end);
      line = end;
    }
    message.add(data.subarray(flushed, line));
    rest = data.slice(line);
    at += line;
    if (rest.length > bytesMax) {
      // A line longer than any message: no mailbox, or a broken one. Its bytes are passed over, not kept.
      message.add(rest);
      at += rest.length;
      rest = new Uint8Array(0);
      afterBlank = false;
    }
  }
  // A file may end right after a separator, or in its first header line.
  const end = lineEnd(rest, 0);
  if (
    end > 0 &&
    startsFrom(rest, 0) &&
    isSeparator(rest.subarray(0, end), rest.subarray(end), afterBlank) &&
    at > start
  ) {
    yield { bytes: message.take(), start, end: at };
    start = at;
  }
  message.add(rest);
  if (at + rest.length > start) yield { bytes: message.take(), start, end: at + rest.length };
}

/** The message without its separator line, with `>From ` at line starts unescaped (mboxrd). */
export function unescapeMessage(part: Uint8Array): Uint8Array {
  const from = startsFrom(part, 0) ? Math.max(0, lineEnd(part, 0)) : 0;
  const out = new Uint8Array(part.length - from);
  let length = 0;
  for (let line = from; line < part.length;) {
    const next = lineEnd(part, line);
    const end = next < 0 ? part.length : next;
    let quotes = line;
    while (part[quotes] === GREATER) quotes++;
    const skip = quotes > line && startsFrom(part, quotes) ? 1 : 0;
    out.set(part.subarray(line + skip, end), length);
    length += end - line - skip;
    line = end;
  }
  return out.subarray(0, length);
}

const LF = 0x0a;
const CR = 0x0d;
const GREATER = 0x3e;
const FROM = [0x46, 0x72, 0x6f, 0x6d, 0x20];
const LINE_BYTES_MAX = 64 * 1024;

/** Collects the pieces of one message, until it is too large to be worth keeping. */
class Holder {
  private pieces: Uint8Array[] = [];
  private length = 0;

  constructor(private readonly bytesMax: number) {}

  add(piece: Uint8Array): void {
    this.length += piece.length;
    if (this.length > this.bytesMax) this.pieces = [];
    else if (piece.length > 0) this.pieces.push(piece.slice());
  }

  take(): Uint8Array | null {
    const whole = this.length > this.bytesMax ? null : concat(...this.pieces);
    this.pieces = [];
    this.length = 0;
    return whole;
  }
}

/** Index after the line's \n, or -1 when it is not there yet. */
function lineEnd(data: Uint8Array, from: number): number {
  const at = data.indexOf(LF, from);
  return at < 0 ? -1 : at + 1;
}

function startsFrom(data: Uint8Array, at: number): boolean {
  return FROM.every((byte, i) => data[at + i] === byte);
}

function isBlank(data: Uint8Array, start: number, end: number): boolean {
  return end - start === 1 || (end - start === 2 && data[start] === CR);
}

const decoder = new TextDecoder('windows-1252');

const FULL = /^\S+\s+(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\s+[A-Z][a-z]{2}\s+\d{1,2}\s+\d{1,2}:\d{2}/;

/** Some writers leave the empty line before it out: then only the full form counts. */
function isSeparator(line: Uint8Array, next: Uint8Array, afterBlank: boolean): boolean {
  const envelope = decoder.decode(line.subarray(5)).trim();
  const plausible =
    envelope === '' ||
    envelope.startsWith('-') ||
    envelope.includes('@') ||
    /\d{1,2}:\d{2}/.test(envelope) ||
    /\b(?:19|20)\d{2}$/.test(envelope);
  if (!plausible || (!afterBlank && !FULL.test(envelope))) return false;
  const follows = decoder.decode(next.subarray(0, 200));
  return /^(?:>?From .*|[!-9;-~]+[ \t]*:.*|\s*)$/s.test(follows);
}
