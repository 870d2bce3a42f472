import Papa from 'papaparse';
import { ITEM_TEXT_BYTES_MAX, TABLE_ROWS_MAX } from '#core/base/limits.ts';
import { baseName } from '#adapters/plain-text/document-facts.ts';
import { openText } from '#adapters/plain-text/open-text.ts';
import { failed, warning } from '#adapters/plain-text/problem.ts';
import type { Parsed, Parser } from '#ports/parser.ts';
import { mode, sniffDelimiter, sniffLineEnd } from './delimiter.ts';
import { tableItem, type PlacedRow } from './table-item.ts';

/** Comma-, semicolon-, bar- and tab-separated values (RFC 4180 and what spreadsheets really write). */
export const csvParser: Parser = {
  kind: 'table',
  extensions: ['.csv', '.tsv'],
  async *parse(file, source, signal) {
    const opened = await openText(file, signal, TABLE_BYTES_MAX);
    if (!opened.ok) {
      yield { type: 'failed', problem: opened.error };
      return;
    }
    const { text, problem, byteAt } = opened.value;
    if (problem) yield { type: 'warning', problem };
    const records = readRecords(text, file.path.toLowerCase().endsWith('.tsv'));
    if (records.length > TABLE_ROWS_MAX) {
      const rows = String(records.length);
      yield failed(
        'too-large',
        '',
        `The table has ${rows} rows; at most ${String(TABLE_ROWS_MAX)} can be read. Split it and add the parts.`,
      );
      return;
    }
    const { width, warnings, rows } = evened(records);
    if (width === 0) {
      yield failed('empty', '', 'There are no rows in this table.');
      return;
    }
    yield* warnings;
    const placed: PlacedRow[] = rows.map(({ cells, start, end }) => ({
      cells,
      start: byteAt(start),
      end: byteAt(end),
    }));
    const span = { start: placed[0]?.start ?? 0, end: placed.at(-1)?.end ?? 0 };
    yield { type: 'item', item: tableItem(source, baseName(file.path), span, null, placed) };
  },
};

/** A record by UTF-16 offsets, without its line end. */
export interface CsvRecord {
  readonly cells: readonly string[];
  readonly start: number;
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** A quote is opened and never closed; the line was read without it. */
  readonly unclosed: boolean;
}

/** All records that hold anything. */
export function readRecords(text: string, tabs: boolean): CsvRecord[] {
  const sniffed = tabs ? { delimiter: '\t', skip: 0 } : sniffDelimiter(text);
  const newline = sniffLineEnd(text);
  // Two kinds of line end in one file: a same-length stand-in keeps every offset where it is.
  const even = newline === 'mixed' ? text.replaceAll('\r\n', ' \n') : text;
  const options = { delimiter: sniffed.delimiter, newline: newline === 'mixed' ? '\n' : newline } as const;
  const records: CsvRecord[] = [];
  let start = sniffed.skip;
  let line = sniffed.skip > 0 ? 2 : 1;
  const add = (cells: readonly string[], after: number, unclosed: boolean): void => {
    const raw = text.slice(start, after);
    const end = start + raw.replace(/[\r\n]+$/, '').length;
    const kept = newline === 'mixed' ? cells.map((cell) => cell.trimEnd()) : cells;
    if (kept.some((cell) => cell.trim() !== '')) records.push({ cells: kept, start, end, line, unclosed });
    line += raw.match(LINE_END)?.length ?? 0;
    start = after;
  };
  while (start < text.length) {
    const base = start;
    Papa.parse<string[]>(even.slice(base), {
      ...options,
      step: ({ data, errors, meta }, parser) => {
        const after = base + meta.cursor;
        if (quoteRunsOn(errors, even.slice(start, after))) parser.abort();
        else add(data, after, false);
      },
    });
    if (start >= text.length) break;
    // Stopped at a quote that runs on: this line is read as it stands, and the next begin anew.
    const lineEnd = even.indexOf(options.newline, start);
    const after = lineEnd < 0 ? text.length : lineEnd + options.newline.length;
    const cells = even.slice(start, lineEnd < 0 ? text.length : lineEnd).split(options.delimiter);
    const bare = cells.map((cell) => cell.replace(/^"|"$/g, ''));
    add(bare, after, true);
  }
  return records;
}

/** A quote without its end swallows the lines after it, up to the next quote or the end of the file. */
function quoteRunsOn(errors: readonly { readonly code?: string }[], record: string): boolean {
  if (errors.some((error) => error.code === 'MissingQuotes')) return true;
  return errors.some((error) => error.code === 'InvalidQuotes') && /[\r\n]./s.test(record.trimEnd());
}

/** A table is one item, written as one piece of JSON. */
const TABLE_BYTES_MAX = 4 * ITEM_TEXT_BYTES_MAX;
const LINE_END = /\r\n|\r|\n/g;
const PREAMBLE_LINES_MAX = 10;

/** Every row with as many cells as the table has columns; what did not fit is said, with its line. */
function evened(records: readonly CsvRecord[]): { width: number; warnings: Parsed[]; rows: CsvRecord[] } {
  const width = mode(records.slice(0, 1000).map((record) => record.cells.length));
  const warnings: Parsed[] = [];
  const head = records
    .slice(0, PREAMBLE_LINES_MAX)
    .findIndex((record) => filled(record) > 1 && record.cells.length >= width);
  const rows: CsvRecord[] = [];
  for (const [i, record] of records.entries()) {
    const where = `line ${String(record.line)}`;
    const { cells } = record;
    if (i < head && filled(record) < Math.min(2, width)) {
      warnings.push(warning('ragged-row', where, `“${shown(record)}” stands above the table and was left out of it.`));
    } else if (record.unclosed) {
      const message =
        'A quote is opened here and never closed, so this line was read without it. Close it and add the file again.';
      warnings.push(warning('malformed', where, message));
      rows.push(fit(record, width));
    } else if (cells.length < width) {
      const message = `This row has ${String(cells.length)} of ${String(width)} cells; the missing ones were left empty.`;
      warnings.push(warning('ragged-row', where, message));
      rows.push(fit(record, width));
    } else if (cells.slice(width).some((cell) => cell.trim() !== '')) {
      const surplus = cells.slice(width).join(', ').slice(0, 80);
      const message = `This row has ${String(cells.length)} cells for ${String(width)} columns; left out: “${surplus}”. Check its quotes.`;
      warnings.push(warning('ragged-row', where, message));
      rows.push(fit(record, width));
    } else rows.push(fit(record, width));
  }
  return { width, warnings, rows };
}

function filled(record: CsvRecord): number {
  return record.cells.filter((cell) => cell.trim() !== '').length;
}

function fit(record: CsvRecord, width: number): CsvRecord {
  return { ...record, cells: Array.from({ length: width }, (_, i) => record.cells[i] ?? '') };
}

function shown(record: CsvRecord): string {
  return record.cells.join(' ').trim().slice(0, 60);
}
