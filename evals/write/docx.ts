import { zipSync, strToU8 } from 'fflate';

export interface DocxFile {
  readonly title: string;
  readonly author: string;
  /** ISO date */
  readonly created: string;
  /** Lines: "# " and "## " are headings, "- " list items, the rest paragraphs. */
  readonly lines: readonly string[];
}

/** A minimal Office Open XML document (ECMA-376): content types, relationships, core properties, styles, body. */
export function docxBytes(file: DocxFile): Uint8Array {
  const xml = (body: string) => strToU8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${body}`);
  const office = 'http://schemas.openxmlformats.org';
  const word = `xmlns:w="${office}/wordprocessingml/2006/main"`;
  return zipSync(
    {
      '[Content_Types].xml': xml(
        `<Types xmlns="${office}/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`,
      ),
      '_rels/.rels': xml(
        `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="${office}/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>`,
      ),
      'docProps/core.xml': xml(
        `<cp:coreProperties xmlns:cp="${office}/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>${text(file.title)}</dc:title><dc:creator>${text(file.author)}</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">${file.created}T09:00:00Z</dcterms:created></cp:coreProperties>`,
      ),
      'word/_rels/document.xml.rels': xml(
        `<Relationships xmlns="${office}/package/2006/relationships"><Relationship Id="rId1" Type="${office}/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
      ),
      'word/styles.xml': xml(
        `<w:styles ${word}>${[1, 2].map((n) => `<w:style w:type="paragraph" w:styleId="Heading${n}"><w:name w:val="heading ${n}"/><w:pPr><w:outlineLvl w:val="${n - 1}"/></w:pPr></w:style>`).join('')}<w:style w:type="paragraph" w:styleId="ListParagraph"><w:name w:val="List Paragraph"/></w:style></w:styles>`,
      ),
      'word/document.xml': xml(
        `<w:document ${word}><w:body>${file.lines.map(paragraph).join('')}<w:sectPr/></w:body></w:document>`,
      ),
    },
    { level: 6, mtime: '1990-01-01T00:00:00' },
  );
}

function paragraph(line: string): string {
  const [, mark = '', rest = ''] = /^(## |# |- )?(.*)$/.exec(line) ?? [];
  const style = mark === '# ' ? 'Heading1' : mark === '## ' ? 'Heading2' : mark === '- ' ? 'ListParagraph' : null;
  const properties = style === null ? '' : `<w:pPr><w:pStyle w:val="${style}"/></w:pPr>`;
  return `<w:p>${properties}<w:r><w:t xml:space="preserve">${text(rest)}</w:t></w:r></w:p>`;
}

const text = (value: string) => value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
