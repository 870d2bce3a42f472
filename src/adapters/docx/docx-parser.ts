import mammoth from 'mammoth';
import { ITEM_TEXT_BYTES_MAX, WHOLE_FILE_BYTES_MAX } from '#core/base/limits.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import type { ImportProblem } from '#core/items/source.ts';
import { tableItem } from '#adapters/csv/table-item.ts';
import { readHtml } from '#adapters/html/html-blocks.ts';
import { decodeEntities } from '#adapters/html/html-text.ts';
import { documentItem, wholeFile, type StatedFacts } from '#adapters/plain-text/document-item.ts';
import { tooLarge } from '#adapters/plain-text/open-text.ts';
import { failed, problem, reason } from '#adapters/plain-text/problem.ts';
import { statedDate } from '#adapters/plain-text/stated-date.ts';
import { readDirectory } from '#adapters/zip/directory.ts';
import { memberBytes } from '#adapters/zip/member-bytes.ts';
import { storedZip } from '#adapters/zip/stored-zip.ts';
import { UnreadableBytes } from '#ports/archive.ts';
import type { ByteSource, Parser } from '#ports/parser.ts';

/** Word documents: one document, and a table for each table in it. Their bytes are compressed, so spans are the file. */
export const docxParser: Parser = {
  kind: 'document',
  extensions: ['.docx'],
  async *parse(file, source, signal) {
    const parts = await xmlParts(file);
    signal.throwIfAborted();
    if (!parts.ok) {
      yield { type: 'failed', problem: parts.error };
      return;
    }
    let html: string;
    try {
      html = await convert(parts.value);
    } catch (error) {
      yield failed(
        'malformed',
        '',
        `The document cannot be read (${reason(error)}). Save it again in Word or LibreOffice.`,
      );
      return;
    }
    const place = wholeFile(file);
    const content = readHtml(html);
    if (content.blocks.length === 0) {
      yield failed('empty', '', 'There is no text in this document.');
      return;
    }
    const blocks = content.blocks.map((block) => ({ ...block, start: place.start, end: place.end }));
    const stated = coreProperties(parts.value);
    const title = blocks.find((block) => block.type === 'heading')?.text ?? stated.title;
    const item = documentItem(file, source, place, blocks, { ...stated, title });
    yield { type: 'item', item };
    for (const [i, table] of content.tables.entries()) {
      const rows = table.rows.map((row) => ({ ...row, start: place.start, end: place.end }));
      const made = tableItem(source, table.caption || item.title, place, table.header, rows);
      if (rows.length > 0)
        yield { type: 'item', item: { ...made, id: `${made.id}:${String(i)}` as typeof made.id, span: item.span } };
    }
  },
};

type Parts = Readonly<Record<string, Uint8Array>>;

/** The document's XML, unpacked under our own bounds; pictures are left where they are. */
async function xmlParts(file: ByteSource): Promise<Result<Parts, ImportProblem>> {
  if (file.size > WHOLE_FILE_BYTES_MAX) return err(tooLarge(file.size, WHOLE_FILE_BYTES_MAX));
  const head = await file.slice(0, 4);
  if (head[0] === 0xd0 && head[1] === 0xcf) {
    const message =
      'The document is locked with a password, or is an old .doc file. Save it without a password as .docx and add that.';
    return err(problem('encrypted', '', message));
  }
  const directory = await readDirectory(file);
  if (!directory.ok) {
    const cut = directory.error.code === 'truncated';
    const message = cut
      ? 'The document ends early. Get the whole file again.'
      : 'This is no Word document. Check what it is and rename it.';
    return err({ ...directory.error, code: cut ? 'truncated' : 'malformed', message });
  }
  const members = directory.value.filter(({ name }) => /\.(?:xml|rels)$/.test(name));
  if (!members.some(({ name }) => name.startsWith('word/'))) {
    return err(
      problem('malformed', '', 'This is no Word document: the text part is missing. Check what it is and rename it.'),
    );
  }
  const size = members.reduce((sum, member) => sum + member.size, 0);
  if (size > 4 * ITEM_TEXT_BYTES_MAX) return err(tooLarge(size, 4 * ITEM_TEXT_BYTES_MAX));
  const parts: Record<string, Uint8Array> = {};
  try {
    for (const member of members)
      parts[member.name] = await memberBytes(file, member, member.name).slice(0, Math.max(1, member.size));
  } catch (error) {
    if (error instanceof UnreadableBytes) return err(error.problem);
    throw error;
  }
  return ok(parts);
}

async function convert(parts: Parts): Promise<string> {
  const bytes = storedZip(parts);
  const arrayBuffer = bytes.buffer;
  // Mammoth takes `buffer` in Node and `arrayBuffer` in browsers.
  const input = { arrayBuffer, buffer: bytes } as unknown as { arrayBuffer: ArrayBuffer };
  const { value } = await mammoth.convertToHtml(input, {
    styleMap: [
      "p[style-name='Title'] => h1:fresh",
      "p[style-name='Subtitle'] => h2:fresh",
      "p[style-name='Quote'] => blockquote > p:fresh",
    ],
    convertImage: mammoth.images.imgElement(() => Promise.resolve({ src: '' })),
  });
  return value;
}

function coreProperties(parts: Parts): StatedFacts {
  const xml = new TextDecoder().decode(parts['docProps/core.xml'] ?? new Uint8Array(0));
  const value = (name: string): string =>
    decodeEntities(new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(xml)?.[1] ?? '').trim();
  return {
    title: value('dc:title'),
    author: value('dc:creator'),
    metadataAt: statedDate(value('dcterms:modified')) ?? statedDate(value('dcterms:created')),
  };
}
