import type { UnixMs } from '../../base/ids.ts';
import type { Span } from '../../items/source.ts';

/** A sentence of the owner's files with what stands around it; JSON-safe. */
export interface Passage {
  readonly kind: 'document' | 'message' | 'event' | 'table';
  /** As it stands in the item. */
  readonly text: string;
  /** The sentence after it in the same paragraph, '' when there is none. */
  readonly next: string;
  /** What it stands under, in words that may be quoted: heading, title, subject, sender. */
  readonly context: readonly string[];
  readonly span: Span;
  /** The heading it stands under, and whether it is the first sentence there. */
  readonly under: { readonly text: string; readonly span: Span; readonly first: boolean } | null;
  /** For table rows. */
  readonly row: {
    readonly columns: readonly string[];
    readonly cells: readonly string[];
    readonly header: Span;
  } | null;
  readonly file: string;
  readonly locator: string;
  /** When its document or message was written; null when unknown. */
  readonly writtenAt: UnixMs | null;
  /** For messages: the From line as cited, and the sender's name. */
  readonly sender: { readonly name: string; readonly line: string } | null;
  /** For events: when the next (or last) occurrence is, in the owner's zone, and the lines that say so. */
  readonly occurrence: {
    /** "2026-11-24", or "2026-11-24T10:00" unless it lasts all day. */
    readonly value: string;
    /** "10:00", '' for all day. */
    readonly times: string;
    readonly startsAt: UnixMs;
    readonly location: string;
    readonly quote: string;
    /** The DTSTART or RRULE line that it follows from. */
    readonly words: string;
  } | null;
}

export interface PassagesObservation {
  readonly kind: 'passages';
  readonly question: string;
  /** Best first. */
  readonly passages: readonly { readonly passage: Passage; readonly score: number }[];
  readonly terms: readonly string[];
  /** Weight of each stem of the question: rarer in the files is heavier. */
  readonly weights: { readonly [stem: string]: number };
  readonly searched: readonly string[];
  readonly units: number;
}

/** What is searched of a passage: the cells of a row apart, so that no two run into one word. */
export function searchedText({ row, text }: Passage): string {
  return row === null ? text : row.cells.join(' ; ');
}
