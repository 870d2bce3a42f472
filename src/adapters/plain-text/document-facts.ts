import type { UnixMs } from '#core/base/ids.ts';
import type { ByteSource } from '#ports/parser.ts';
import { statedDate } from './stated-date.ts';

export interface DocumentFacts {
  readonly datedAt: UnixMs | null;
  readonly author: string;
}

/**
 * What a document says about itself in its first lines: "Updated: ..." before "Date: ..." before a line that is nothing
 * but a date, then what its metadata says, a date in the file's name, and the file's own time.
 */
export function documentFacts(file: ByteSource, lines: readonly string[], metadataAt: UnixMs | null): DocumentFacts {
  const head = lines.slice(0, LINES_READ).map(plain);
  const datedAt =
    labelled(head, UPDATED) ??
    labelled(head, DATED) ??
    firstOf(head.filter((line) => line.length < 40 && ONLY_DATE.test(line))) ??
    metadataAt ??
    firstOf([fileName(file.path).replace(/(\d{4})[_.](\d{2})[_.](\d{2})/, '$1-$2-$3')]) ??
    (file.modifiedAt as UnixMs | null);
  const author = head.map((line) => AUTHOR.exec(line)?.[1]?.trim() ?? '').find((name) => name !== '') ?? '';
  return { datedAt, author };
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The file's name without its extension, as the last resort for a title. */
export function baseName(path: string): string {
  const name = fileName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

const LINES_READ = 20;
const UPDATED = /^(?:last\s+)?(?:updated|modified|revised|revision date|changed)(?:\s+on)?\s*[:–—-]\s*(.+)$/i;
const DATED =
  /^(?:date|dated|datum|stand|as of|report date|version date|published|sent|fecha|data)(?:\s+of\s+\w+)?\s*[:–—-]\s*(.+)$/i;
const AUTHOR =
  /^(?:author|authors|written by|prepared by|reported by|by|from|owner|autor|verfasst von)\s*[:–—-]\s*(.{2,80})$/i;
const ONLY_DATE = /^(?:\p{L}+,?\s+)?(?:\d|\p{L}{3,9}\.?\s+\d)[\p{L}\d\s.,/-]*\d{2}$/u;

function labelled(lines: readonly string[], label: RegExp): UnixMs | null {
  return firstOf(lines.map((line) => label.exec(line)?.[1] ?? ''));
}

function firstOf(texts: readonly string[]): UnixMs | null {
  for (const text of texts) {
    const at = text === '' ? null : statedDate(text);
    if (at !== null) return at;
  }
  return null;
}

function plain(line: string): string {
  return line.replace(/[*_`#>|]/g, '').trim();
}
