import type { ByteSource } from '#ports/parser.ts';

/**
 * The extension that says what a file is, lowercase with dot. Mail programs keep mailboxes in files without one: these
 * are known by how they begin.
 */
export async function formatOf(file: ByteSource): Promise<string> {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  if (dot > 0) return ALIASES[name.slice(dot)] ?? name.slice(dot);
  const head = String.fromCharCode(...(await file.slice(0, Math.min(64, file.size))));
  return BEGINNINGS.find(([beginning]) => head.startsWith(beginning))?.[1] ?? '';
}

const ALIASES: Readonly<Record<string, string>> = {
  '.markdown': '.md',
  '.text': '.txt',
  '.mbx': '.mbox',
  '.ical': '.ics',
  '.xhtml': '.html',
};
const BEGINNINGS = [
  ['From ', '.mbox'],
  ['BEGIN:VCALENDAR', '.ics'],
  ['%PDF-', '.pdf'],
] as const;
