import type { SourceId } from '#core/base/ids.ts';
import type { SourceReader } from '../blobs/source-gate.ts';
import type { SourceExcerpt } from '../contract/agent-api.ts';
import type { SourceView } from '../contract/views.ts';

const AROUND_BYTES = 600;
const COUNTED_BYTES_MAX = 32 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;
const LINE_FEED = 10;
const BINARY = /\.(pdf|docx)$/i;

/** The bytes of a citation in their surroundings, as text; null where the file's bytes are no text. */
export async function readExcerpt(
  blobs: SourceReader,
  source: Pick<SourceView, 'id' | 'path'>,
  span: { readonly start: number; readonly end: number },
  decode: (bytes: Uint8Array) => string,
): Promise<SourceExcerpt | null> {
  if (BINARY.test(source.path)) return null;
  const size = (await blobs.size(source.id)) ?? 0;
  const from = Math.max(0, span.start - AROUND_BYTES);
  const to = Math.min(size, span.end + AROUND_BYTES);
  const read = await blobs.read(source.id, from, to);
  if (!read.ok) return null;
  const before = decode(read.value.subarray(0, span.start - from));
  const after = decode(read.value.subarray(span.end - from));
  return {
    before: from > 0 ? fromLineStart(before) : before,
    quote: decode(read.value.subarray(span.start - from, span.end - from)),
    after: to < size ? toLineEnd(after) : after,
    line: span.start <= COUNTED_BYTES_MAX ? await lineOf(blobs, source.id, span.start) : null,
  };
}

async function lineOf(blobs: SourceReader, id: SourceId, offset: number): Promise<number | null> {
  let line = 1;
  for (let at = 0; at < offset; at += CHUNK_BYTES) {
    const read = await blobs.read(id, at, Math.min(offset, at + CHUNK_BYTES));
    if (!read.ok) return null;
    for (const byte of read.value) if (byte === LINE_FEED) line += 1;
  }
  return line;
}

/** A cut in mid-line, or in mid-character, is not shown. */
function fromLineStart(text: string): string {
  const at = text.indexOf('\n');
  return at === -1 ? text.replace(/^\uFFFD+/, '') : text.slice(at + 1);
}

function toLineEnd(text: string): string {
  const at = text.lastIndexOf('\n');
  return at === -1 ? text.replace(/\uFFFD+$/, '') : text.slice(0, at);
}
