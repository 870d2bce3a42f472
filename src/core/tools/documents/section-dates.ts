import type { UnixMs } from '../../base/ids.ts';
import type { TextDocument } from '../../items/item.ts';
import { findWrittenDates, type WrittenDate } from '../../text/dates.ts';
import { DAY_MS, dayNumber } from '../../base/civil-date.ts';

/** A heading is a date when at most this many letters and digits of it are something else ("Notes of …", "Mon"). */
const BESIDES_CHARS_MAX = 24;

/**
 * When each block of a document was written. In a log (site notes, minutes kept in one file) each section has a date of
 * its own, as its heading or at the start of its lines; elsewhere it is the document's.
 * @returns one entry a block, in order
 */
export function sectionDates(document: TextDocument): (UnixMs | null)[] {
  const dated: { level: number; at: UnixMs }[] = [];
  return document.blocks.map((block) => {
    if (block.type !== 'heading') return dateAhead(block.text) ?? dated.at(-1)?.at ?? document.datedAt;
    while ((dated.at(-1)?.level ?? 0) >= block.level) dated.pop();
    const at = block.text === document.title ? null : dateOfHeading(block.text);
    if (at !== null) dated.push({ level: block.level, at });
    return dated.at(-1)?.at ?? document.datedAt;
  });
}

/** "3 November 2026", "Site meeting, 2026-11-03". */
function dateOfHeading(text: string): UnixMs | null {
  const [date, ...more] = findWrittenDates(text);
  if (date === undefined || more.length > 0) return null;
  const besides = text.length - (date.end - date.start);
  return besides <= BESIDES_CHARS_MAX ? whenOf(date) : null;
}

/** "12 Nov 2026: …", "2026-11-12 – …". */
function dateAhead(text: string): UnixMs | null {
  const [date] = findWrittenDates(text);
  if (date === undefined || /[\p{L}\p{N}]/u.test(text.slice(0, date.start))) return null;
  return /^\)?\]?\s*(?:[:–—]|-\s)/.test(text.slice(date.end)) ? whenOf(date) : null;
}

/** Only a date that can be read in one way says when. */
function whenOf({ readings }: WrittenDate): UnixMs | null {
  const [reading, ...others] = readings;
  if (reading === undefined || others.length > 0 || reading.year === null || reading.day === null) return null;
  return (dayNumber(reading.year, reading.month, reading.day) * DAY_MS) as UnixMs;
}
