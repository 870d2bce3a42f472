/**
 * What the sender of a message wrote: without quoted replies, forwarded originals, signature and disclaimer.
 * Lines that answer between quotes stay. Offsets of what is kept do not change: dropped lines become blank.
 */
export function ownText(text: string): string {
  const lines = text.split('\n');
  const keep = lines.map(() => true);
  dropQuoted(lines, keep);
  dropSignature(lines, keep);
  return lines.map((line, i) => (keep[i] === true ? line : ' '.repeat(line.length))).join('\n');
}

const ATTRIBUTION = [
  /^\s*(?:on|am|le|el)\b.{4,200}\b(?:wrote|writes|schrieb|a écrit|escribió)\b.{0,80}:?\s*$/i,
  /^\s*.{2,120}\b(?:wrote|schrieb):\s*$/i,
];
const ORIGINAL =
  /^\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht).*|_{10,}|begin forwarded message:)\s*$/i;
const HEADER_LINE = /^\s*\*?(?:from|von|sent|gesendet|to|an|cc|subject|betreff|date|datum):\*?\s+\S/i;

function dropQuoted(lines: readonly string[], keep: boolean[]): void {
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    if (/^\s*>/.test(line)) keep[i] = false;
    else if (ORIGINAL.test(line) || startsHeaderBlock(lines, i)) {
      keep.fill(false, i);
      return;
    } else if (isAttribution(lines, i)) {
      keep[i] = false;
      if (!ATTRIBUTION.some((pattern) => pattern.test(line))) keep[i + 1] = false;
    }
  }
}

/** "On Mon, 3 Nov 2026 at 10:00, Mara wrote:", on one line or wrapped on two, before quoted lines. */
function isAttribution(lines: readonly string[], i: number): boolean {
  const line = lines[i] ?? '';
  const next = lines[i + 1] ?? '';
  const both = `${line} ${next}`;
  const quotedAfter = (from: number): boolean =>
    /^\s*>/.test(lines.slice(from).find((other) => other.trim() !== '') ?? '');
  if (ATTRIBUTION.some((pattern) => pattern.test(line))) return quotedAfter(i + 1);
  return /^\s*on\b/i.test(line) && ATTRIBUTION[0]?.test(both) === true && quotedAfter(i + 2);
}

/** Outlook's block: three of From, Sent, To, Subject on lines that follow each other. */
function startsHeaderBlock(lines: readonly string[], i: number): boolean {
  if (!/^\s*\*?(?:from|von):\*?\s/i.test(lines[i] ?? '')) return false;
  return lines.slice(i, i + 5).filter((line) => HEADER_LINE.test(line)).length >= 3;
}

const DISCLAIMER =
  /\b(?:this (?:e-?mail|message|communication)(?: and any attachments?)? (?:is|are|may be|contains?|and any)\b.*\b(?:confidential|privileged|intended)|confidentiality notice|if you (?:are not the intended|have received this (?:e-?mail|message) in error)|please consider the environment|registered (?:office|in england)|sent from my \w+|get outlook for|virus-free)\b/i;
const SIGN_OFF =
  /^\s*(?:kind|best|warm(?:est)?|many|with|all the)?\s*(?:regards|wishes|best|thanks|thank you|cheers|sincerely|yours(?: sincerely| faithfully| truly)?|greetings|thx|ta|best,?|bye|take care|love|lg|vg|mfg|viele grüße|mit freundlichen grüßen)(?: (?:in advance|again|so much|a lot|and (?:best|kind) regards))?\s*[,.!]?\s*$/i;
/** After a sign-off at most this many lines are name, role and contact. */
const SIGNATURE_LINES_MAX = 12;

function dropSignature(lines: readonly string[], keep: boolean[]): void {
  const disclaimer = lines.findIndex((line, i) => keep[i] === true && DISCLAIMER.test(line));
  if (disclaimer >= 0) keep.fill(false, disclaimer);
  const dashes = lines.findIndex((line, i) => keep[i] === true && /^--\s?$/.test(line));
  if (dashes >= 0) keep.fill(false, dashes);
  let last = lines.length - 1;
  while (last >= 0 && (keep[last] !== true || lines[last]?.trim() === '')) last--;
  const from = Math.max(0, last - SIGNATURE_LINES_MAX);
  for (let i = from; i <= last; i++) {
    if (keep[i] === true && SIGN_OFF.test(lines[i] ?? '') && looksLikeSignature(lines.slice(i + 1, last + 1))) {
      keep.fill(false, i);
      return;
    }
  }
}

/** Short lines without a question or a request: a name, a role, a number. */
function looksLikeSignature(lines: readonly string[]): boolean {
  return lines.every(
    (line) => line.trim().length <= 60 && !/[?]\s*$/.test(line) && !/\b(?:please|could you|can you)\b/i.test(line),
  );
}
