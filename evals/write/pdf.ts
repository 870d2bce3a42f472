import { zlibSync } from 'fflate';
import { concat, utf8 } from './encodings.ts';

export interface PdfFile {
  readonly title: string;
  readonly author: string;
  /** yyyymmdd */
  readonly created: string;
  /** Lines of each page, from the top; an empty text makes room. */
  readonly pages: readonly (readonly { readonly size: number; readonly text: string }[])[];
}

/** A PDF 1.4 file: A4, Helvetica in WinAnsi, compressed page contents, a cross-reference table. */
export function pdfBytes(file: PdfFile): Uint8Array {
  const objects: Uint8Array[] = [];
  const add = (body: string | Uint8Array) => objects.push(typeof body === 'string' ? latin1(body) : body);
  const firstPage = 5;
  add('<< /Type /Catalog /Pages 2 0 R >>');
  add(
    `<< /Type /Pages /Count ${file.pages.length} /Kids [${file.pages.map((_, i) => `${firstPage + 2 * i} 0 R`).join(' ')}] >>`,
  );
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>');
  add(`<< /Title ${literal(file.title)} /Author ${literal(file.author)} /CreationDate (D:${file.created}090000Z) >>`);
  file.pages.forEach((lines, i) => {
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${firstPage + 2 * i + 1} 0 R >>`,
    );
    const content = zlibSync(latin1(pageContent(lines)), { level: 9 });
    add(
      concat([
        latin1(`<< /Length ${content.length} /Filter /FlateDecode >>\nstream\n`),
        content,
        latin1('\nendstream'),
      ]),
    );
  });

  const parts: Uint8Array[] = [latin1('%PDF-1.4\n%\xe2\xe3\xcf\xd3\n')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  objects.forEach((body, i) => {
    offsets.push(at);
    const whole = concat([latin1(`${i + 1} 0 obj\n`), body, latin1('\nendobj\n')]);
    at += whole.length;
    parts.push(whole);
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    utf8(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n<< /Size ${objects.length + 1} /Root 1 0 R /Info 4 0 R >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return concat(parts);
}

function pageContent(lines: PdfFile['pages'][number]): string {
  let y = 780;
  const out: string[] = [];
  for (const line of lines) {
    if (line.text !== '') out.push(`BT /F1 ${line.size} Tf 64 ${y} Td ${literal(line.text)} Tj ET`);
    y -= Math.round(line.size * 1.45);
  }
  return out.join('\n');
}

const literal = (text: string) => `(${text.replaceAll(/[\\()]/g, '\\$&')})`;

/** WinAnsi for what Latin-1 lacks and these files use. */
function latin1(text: string): Uint8Array {
  const special: Readonly<Record<string, number>> = { '€': 0x80, '’': 0x92, '–': 0x96, '—': 0x97 };
  return Uint8Array.from(text, (c) => special[c] ?? c.charCodeAt(0));
}
