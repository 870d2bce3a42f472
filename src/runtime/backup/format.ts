/**
 * A segment of a backup: one age file. Opened, it is a run of records, little-endian:
 *
 *     record = kind u8 | length u32 | body
 *     1 header      JSON, see SegmentHeader; the first record
 *     2 entry       JSON {"entry":{…},"payload":{"salt":"<base64>","value":…}}, or "missing":"<why>" for a payload
 *     3 checkpoint  C2SP checkpoint note over all entries up to here
 *     4 blob        JSON {"id":"<sha-256>","size":n}
 *     5 bytes       the next bytes of that blob
 *     6 items       JSON array, one batch of what was read from it
 *     7 lost        a sentence: this blob could not be read when the backup was made, and what came of it does not count
 *     9 root        the secret of the owner's root as text (runtime/identity/secret-backup.ts), where it lies on the device
 *    10 vouching    the secret of the key that the device vouches for others with, likewise; from version 2 on
 *    11 providers   JSON {"<id>":"<key>"}, what hosts of models know the owner by; from version 3 on
 *     8 end         JSON {"blobs":n,"digest":"<hex>","entries":n}, SHA-256 of all bytes before; the last record
 *
 * Segments follow one another without a gap: the first begins at entry 0, each at the end of the one before, always at a
 * checkpoint. What a version means never changes; a newer one is refused by name.
 */
import { parseCanonical, payloadFrom, type Payload, encodePayload, hasKeys } from '#core/audit/entry.ts';
import { concat, hex, utf8 } from '#core/base/bytes.ts';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import { canonicalJson } from '#core/base/json.ts';
import { BackupError } from '#ports/backup-error.ts';
import type { IncrementalHash } from '../blobs/sealed-blob-store.ts';
import { recordsOf } from './records.ts';

export const SEGMENT_FORMAT = 'windhover-backup';
/** Which is written; it and those before it are read. */
export const SEGMENT_VERSION = 3;
/** The first that carries each. */
const SINCE_VERSION = { vouching: 2, providers: 3 } as const;

export interface SegmentHeader {
  readonly format: typeof SEGMENT_FORMAT;
  /** From 1 to SEGMENT_VERSION. */
  readonly version: number;
  /** Which series it belongs to: 16 hex digits, drawn when the backup was set up. */
  readonly series: string;
  /** Whose journal it is. */
  readonly agent: string;
  /** The entries in it: [from, to). */
  readonly from: number;
  readonly to: number;
  /** Of the last leader that wrote in it: no entry has a higher one. */
  readonly epoch: number;
  /** The signed head over the entries [0, to). */
  readonly checkpoint: string;
  /** The device's clock when it was written. */
  readonly createdAt: UnixMs;
  /** What the whole backup holds up to here, for showing before it is read. */
  readonly holds: { readonly files: number; readonly bytes: number; readonly runs: number };
}

export type SegmentPart =
  | { readonly kind: 'header'; readonly header: SegmentHeader }
  /** `text` is the entry's canonical JSON. */
  | { readonly kind: 'entry'; readonly text: string; readonly payload: Payload | null }
  | { readonly kind: 'checkpoint'; readonly note: string }
  | { readonly kind: 'blob'; readonly id: SourceId; readonly size: number }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'items'; readonly items: readonly unknown[] }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'root' | 'vouching' | 'providers'; readonly text: string };

const KINDS = {
  ...{ header: 1, entry: 2, checkpoint: 3, blob: 4, bytes: 5 },
  ...{ items: 6, lost: 7, end: 8, root: 9, vouching: 10, providers: 11 },
} as const;

/** The plain bytes of a segment. @param parts the header first */
export async function* writeSegment(
  sha256: () => IncrementalHash,
  parts: AsyncIterable<SegmentPart>,
): AsyncIterable<Uint8Array> {
  const hash = sha256();
  let entries = 0;
  let blobs = 0;
  for await (const part of parts) {
    if (part.kind === 'entry') entries++;
    if (part.kind === 'blob') blobs++;
    const bytes = record(KINDS[part.kind], bodyOf(part));
    hash.update(bytes);
    yield bytes;
  }
  yield record(KINDS.end, utf8(canonicalJson({ entries, blobs, digest: hex(hash.digest()) })));
}

/**
 * Reads a segment again, each part checked for its shape and the whole for its digest. What the parts say is not checked
 * here.
 * @throws BackupError 'newer-version' or 'damaged'
 */
export async function* readSegment(
  sha256: () => IncrementalHash,
  plain: AsyncIterable<Uint8Array>,
): AsyncIterable<SegmentPart> {
  const hash = sha256();
  let entries = 0;
  let blobs = 0;
  let version: number | null = null;
  let ended = false;
  for await (const { kind, body, raw } of recordsOf(plain)) {
    if (ended) throw damaged('there is something after its end');
    if (version === null && kind !== KINDS.header) throw damaged('it does not begin with a header');
    if (kind === KINDS.end) {
      const end = canonicalJson({ entries, blobs, digest: hex(hash.digest()) });
      if (textOf(body) !== end) throw damaged('its end does not fit what stands before');
      ended = true;
      continue;
    }
    for (const bytes of raw) hash.update(bytes);
    const part = partOf(kind, body);
    if (part.kind === 'header') {
      if (version !== null) throw damaged('it has two headers');
      ({ version } = part.header);
    }
    if ((part.kind === 'vouching' || part.kind === 'providers') && (version ?? 0) < SINCE_VERSION[part.kind])
      throw damaged(unknownKind(kind));
    if (part.kind === 'entry') entries++;
    if (part.kind === 'blob') blobs++;
    yield part;
  }
  if (!ended) throw damaged('its end is missing');
}

/** Only what the segment says of itself; nothing after it is read. */
export async function readSegmentHeader(plain: AsyncIterable<Uint8Array>): Promise<SegmentHeader> {
  for await (const { kind, body } of recordsOf(plain)) {
    if (kind !== KINDS.header) break;
    return headerOf(body);
  }
  throw damaged('it does not begin with a header');
}

function bodyOf(part: SegmentPart): Uint8Array {
  switch (part.kind) {
    case 'header':
      return utf8(canonicalJson(part.header));
    case 'entry':
      return utf8(
        part.payload === null
          ? `{"entry":${part.text}}`
          : `{"entry":${part.text},"payload":${encodePayload(part.payload)}}`,
      );
    case 'checkpoint':
      return utf8(part.note);
    case 'blob':
      return utf8(canonicalJson({ id: part.id, size: part.size }));
    case 'bytes':
      return part.bytes;
    case 'items':
      return utf8(JSON.stringify(part.items));
    case 'lost':
      return utf8(part.why);
    case 'root':
    case 'vouching':
    case 'providers':
      return utf8(part.text);
  }
}

function partOf(kind: number, body: Uint8Array): SegmentPart {
  switch (kind) {
    case KINDS.header:
      return { kind: 'header', header: headerOf(body) };
    case KINDS.entry:
      return entryOf(body);
    case KINDS.checkpoint:
      return { kind: 'checkpoint', note: textOf(body) };
    case KINDS.blob: {
      const blob = parseCanonical(textOf(body));
      if (!blob.ok || !hasKeys(blob.value, ['id', 'size'])) throw damaged('a file in it has no name');
      const { id, size } = blob.value;
      if (typeof id !== 'string' || !/^[0-9a-f]{64}$/.test(id) || !isCount(size))
        throw damaged('a file in it has no name');
      return { kind: 'blob', id: id as SourceId, size };
    }
    case KINDS.bytes:
      return { kind: 'bytes', bytes: body };
    case KINDS.items: {
      const items = jsonOf(body);
      if (!Array.isArray(items)) throw damaged('the contents of a file in it cannot be read');
      return { kind: 'items', items };
    }
    case KINDS.root:
      return { kind: 'root', text: textOf(body) };
    case KINDS.vouching:
      return { kind: 'vouching', text: textOf(body) };
    case KINDS.providers:
      return { kind: 'providers', text: textOf(body) };
    case KINDS.lost:
      return { kind: 'lost', why: textOf(body) };
    default:
      throw damaged(unknownKind(kind));
  }
}

function entryOf(body: Uint8Array): SegmentPart {
  const parsed = parseCanonical(textOf(body));
  if (!parsed.ok) throw damaged(`an entry in it cannot be read: ${parsed.error.message}`);
  const value = parsed.value;
  if (hasKeys(value, ['entry'])) return { kind: 'entry', text: canonicalJson(value.entry), payload: null };
  if (!hasKeys(value, ['entry', 'payload'])) throw damaged('an entry in it has another shape');
  const payload = payloadFrom(value.payload);
  if (!payload.ok) throw damaged(`an entry in it cannot be read: ${payload.error.message}`);
  return { kind: 'entry', text: canonicalJson(value.entry), payload: payload.value };
}

function headerOf(body: Uint8Array): SegmentHeader {
  const header = jsonOf(body) as Partial<SegmentHeader> | null;
  if (header?.format !== SEGMENT_FORMAT) throw damaged('it is not a part of a Windhover backup');
  checkVersion(header.version, SEGMENT_VERSION);
  const { series, agent, from, to, epoch, checkpoint, createdAt, holds } = header;
  const whole =
    isSeriesName(series) &&
    typeof agent === 'string' &&
    isCount(from) &&
    isCount(to) &&
    from <= to &&
    isCount(epoch) &&
    typeof checkpoint === 'string' &&
    isCount(createdAt) &&
    [holds?.files, holds?.bytes, holds?.runs].every(isCount);
  if (!whole) throw damaged('its header cannot be read');
  return header as SegmentHeader;
}

/** @throws BackupError 'newer-version' for what a later version of the app wrote */
export function checkVersion(version: unknown, known: number): void {
  if (!isCount(version) || version === 0) throw damaged('it does not say which version it is');
  if (version <= known) return;
  throw new BackupError(
    'newer-version',
    `This backup is of version ${String(version)}. This app reads versions up to ${String(known)}: update it first.`,
  );
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isSeriesName(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

function record(kind: number, body: Uint8Array): Uint8Array {
  const head = new Uint8Array(5);
  const view = new DataView(head.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, body.length, true);
  return concat(head, body);
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(body));
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged('a record in it is not JSON');
    throw error;
  }
}

function textOf(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw damaged('a record in it is not text');
  }
}

function unknownKind(kind: number): string {
  return `it has a record of an unknown kind, ${String(kind)}`;
}

function damaged(why: string): BackupError {
  return new BackupError('damaged', `This part of the backup is damaged: ${why}.`);
}
