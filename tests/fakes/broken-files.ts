import { zipSync, type Zippable } from 'fflate';

const encoder = new TextEncoder();

/** Files made by hand, byte for byte, so that a test can break them where it wants to. */

/** A PDF with one page per list of lines: size and text. */
export function makePdf(
  pages: readonly (readonly (readonly [number, string])[])[],
  info = '',
  encrypt = false,
): Uint8Array {
  const objects: string[] = [];
  const kids = pages.map((_, i) => `${String(4 + 2 * i)} 0 R`).join(' ');
  objects[1] = '<< /Type /Catalog /Pages 2 0 R >>';
  objects[2] = `<< /Type /Pages /Kids [${kids}] /Count ${String(pages.length)} >>`;
  objects[3] = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>';
  for (const [i, lines] of pages.entries()) {
    let y = 760;
    const text = lines.map(([size, line]) => {
      y -= line === '' ? size * 2 : size * 1.3;
      return line === ''
        ? ''
        : `BT /F1 ${String(size)} Tf 72 ${y.toFixed(1)} Td (${line.replace(/[()\\]/g, '\\$&')}) Tj ET`;
    });
    const stream = text.join('\n');
    objects[4 + 2 * i] =
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${String(5 + 2 * i)} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`;
    objects[5 + 2 * i] = `<< /Length ${String(stream.length)} >>\nstream\n${stream}\nendstream`;
  }
  const infoAt = objects.length;
  objects.push(`<< ${info} >>`);
  if (encrypt) {
    const key = 'A'.repeat(32);
    objects.push(`<< /Filter /Standard /V 1 /R 2 /O (${key}) /U (${key}) /P -4 >>`);
  }
  let out = '%PDF-1.4\n';
  const offsets: number[] = [];
  for (let i = 1; i < objects.length; i++) {
    offsets[i] = out.length;
    out += `${String(i)} 0 obj\n${objects[i] ?? ''}\nendobj\n`;
  }
  const table = offsets.slice(1).map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  const locked = encrypt ? ` /Encrypt ${String(infoAt + 1)} 0 R /ID [(0123456789abcdef) (0123456789abcdef)]` : '';
  const start = out.length;
  out += `xref\n0 ${String(objects.length)}\n0000000000 65535 f \n${table.join('')}`;
  out += `trailer\n<< /Size ${String(objects.length)} /Root 1 0 R /Info ${String(infoAt)} 0 R${locked} >>\nstartxref\n${String(start)}\n%%EOF\n`;
  return Uint8Array.from(out, (character) => character.charCodeAt(0));
}

/** A Word document: paragraphs with a style name ('' for none), and one table. */
export function makeDocx(
  paragraphs: readonly (readonly [string, string])[],
  rows: readonly (readonly string[])[] = [],
  core = '',
): Uint8Array {
  const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const cell = (text: string): string => `<w:p><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  const body = paragraphs.map(([style, text]) => {
    const properties = style === '' ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
    return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
  });
  const table = rows
    .map((cells) => `<w:tr>${cells.map((text) => `<w:tc>${cell(text)}</w:tc>`).join('')}</w:tr>`)
    .join('');
  const styles = ['Heading1', 'Heading2', 'Title'].map(
    (id) =>
      `<w:style w:type="paragraph" w:styleId="${id}"><w:name w:val="${id.replace(/(\d)/, ' $1').toLowerCase().replace('title', 'Title')}"/></w:style>`,
  );
  const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  return makeZip({
    '[Content_Types].xml': `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>`,
    '_rels/.rels': `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/_rels/document.xml.rels': `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="${office}/styles" Target="styles.xml"/></Relationships>`,
    'word/styles.xml': `${head}<w:styles ${w}>${styles.join('')}</w:styles>`,
    'word/document.xml': `${head}<w:document ${w}><w:body>${body.join('')}${table === '' ? '' : `<w:tbl>${table}</w:tbl>`}</w:body></w:document>`,
    'docProps/core.xml': `${head}<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t">${core}</cp:coreProperties>`,
  });
}

export function makeZip(files: Readonly<Record<string, string | Uint8Array>>, level: 0 | 6 = 6): Uint8Array {
  const entries: Zippable = {};
  for (const [name, content] of Object.entries(files)) {
    entries[name] = [
      typeof content === 'string' ? encoder.encode(content) : content,
      { level, mtime: '2026-03-03T12:00:00Z' },
    ];
  }
  return zipSync(entries);
}

/** Changes bytes of a zip's directory entry: offsets as in APPNOTE.TXT 4.3.12. */
export function patchZipEntry(
  zip: Uint8Array,
  index: number,
  patch: (view: DataView, entry: number) => void,
): Uint8Array {
  const out = zip.slice();
  const view = new DataView(out.buffer);
  let entry = view.getUint32(out.length - 22 + 16, true);
  for (let i = 0; i < index; i++)
    entry +=
      46 + view.getUint16(entry + 28, true) + view.getUint16(entry + 30, true) + view.getUint16(entry + 32, true);
  patch(view, entry);
  return out;
}

/** 20 MiB of zeros in some 20 kB. */
export function makeBomb(): Uint8Array {
  return makeZip({ 'zeros.txt': new Uint8Array(20 * 1024 * 1024), 'good.txt': 'A good file beside it.' });
}
