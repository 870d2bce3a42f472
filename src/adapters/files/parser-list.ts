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
  '.json': async () => (await import('#adapters/json/json-parser.ts')).jsonParser,
};

/** @param extension lowercase, with dot */
export function loadParser(extension: string): Promise<Parser> | null {
  return LOADERS[extension]?.() ?? null;
}
