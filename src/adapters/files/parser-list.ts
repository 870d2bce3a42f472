import type { Archive } from '#ports/archive.ts';
import type { Parser } from '#ports/parser.ts';

/** How each format's parser is fetched when a file of its kind comes; none is loaded before. */
const LOADERS: Readonly<Record<string, () => Promise<Parser>>> = {
  '.ics': async () => (await import('#adapters/ical-parser/ics-parser.ts')).icsParser,
  '.eml': async () => (await import('#adapters/mail/eml-parser.ts')).emlParser,
  '.mbox': async () => (await import('#adapters/mail/mbox-parser.ts')).mboxParser,
  '.csv': async () => (await import('#adapters/csv/csv-parser.ts')).csvParser,
  '.tsv': async () => (await import('#adapters/csv/csv-parser.ts')).csvParser,
  '.md': async () => (await import('#adapters/markdown/markdown-parser.ts')).markdownParser,
  '.txt': async () => (await import('#adapters/plain-text/plain-text-parser.ts')).plainTextParser,
  '.html': async () => (await import('#adapters/html/html-parser.ts')).htmlParser,
  '.htm': async () => (await import('#adapters/html/html-parser.ts')).htmlParser,
  '.pdf': async () => (await import('#adapters/pdf/pdf-parser.ts')).pdfParser,
  '.docx': async () => (await import('#adapters/docx/docx-parser.ts')).docxParser,
  '.json': async () => (await import('#adapters/json/json-parser.ts')).jsonParser,
};

/** @param extension lowercase, with dot */
export function loadParser(extension: string): Promise<Parser> | null {
  return LOADERS[extension]?.() ?? null;
}

/** @param extension lowercase, with dot */
export function loadArchive(extension: string): Promise<Archive> | null {
  return extension === '.zip' ? import('#adapters/zip/zip-archive.ts').then((module) => module.zipArchive) : null;
}
