import type { EvidenceId } from '../../base/ids.ts';
import type { Table } from '../../items/item.ts';
import type { EvidenceBook } from '../evidence-book.ts';
import type { Decimal } from './decimal.ts';
import { add, ZERO } from './decimal.ts';
import type { Column, NumberedRow } from './table-columns.ts';
import { numberIn } from './table-columns.ts';

/** A number of a row that enters a computation. */
export interface Operand {
  readonly row: NumberedRow;
  readonly value: Decimal;
}

/** The numbers of some rows that share a unit, and what was left out. */
export interface Operands {
  readonly unit: string;
  readonly list: readonly Operand[];
}

export interface NumbersRead {
  /** One entry for each unit, the most frequent first: amounts in different currencies are never added. */
  readonly byUnit: readonly Operands[];
  readonly empty: number;
  /** Rows whose cell is no number, by place from 1. */
  readonly unreadable: readonly number[];
}

/** Rows cited for one claim; of more rows the first and last are cited and the rest counted. */
export const ROWS_CITED_MAX = 60;
/** Rows cited in a whole answer. */
export const ROWS_CITED_IN_ALL = 400;
/** Operands written out in a whole answer; more are written as sums of runs of rows. */
const OPERANDS_WRITTEN_MAX = 20_000;
const RUN_ROWS = 1000;

export function readNumbers(rows: readonly NumberedRow[], column: Column): NumbersRead {
  const byUnit = new Map<string, Operand[]>();
  const unreadable: number[] = [];
  let empty = 0;
  for (const row of rows) {
    const cell = numberIn(row, column);
    if (cell.kind === 'empty') empty++;
    else if (cell.kind === 'unreadable') unreadable.push(row.index + 1);
    else {
      const list = byUnit.get(cell.number.unit) ?? [];
      list.push({ row, value: cell.number.value });
      byUnit.set(cell.number.unit, list);
    }
  }
  const units = [...byUnit].map(([unit, list]) => ({ unit, list }));
  return { byUnit: units.sort((a, b) => b.list.length - a.list.length), empty, unreadable };
}

/** Cites rows of one table within the bounds, so that nothing is cut without being told. */
export class RowCiter {
  readonly #book: EvidenceBook;
  readonly #table: Table;
  readonly #file: string;
  readonly #perClaim: number;
  /** Rows that entered some claim without being cited one by one. */
  uncited = 0;

  constructor(book: EvidenceBook, table: Table, file: string, claims: number) {
    this.#book = book;
    this.#table = table;
    this.#file = file;
    this.#perClaim = Math.max(4, Math.min(ROWS_CITED_MAX, Math.floor(ROWS_CITED_IN_ALL / Math.max(1, claims))));
  }

  cite(row: NumberedRow): EvidenceId {
    return this.#book.cite({
      source: row.span.source,
      file: this.#file,
      start: row.span.start,
      end: row.span.end,
      quote: quoteOf(row.cells),
      locator: `${this.#table.name}, row ${String(row.index + 1)}`,
    });
  }

  /** The rows to cite for one claim: all, or the first and the last of them. */
  citeAll(rows: readonly NumberedRow[]): ReadonlyMap<number, EvidenceId> {
    const half = Math.floor(this.#perClaim / 2);
    const cited = rows.length <= this.#perClaim ? rows : [...rows.slice(0, half), ...rows.slice(-half)];
    this.uncited += rows.length - cited.length;
    return new Map(cited.map((row) => [row.index, this.cite(row)]));
  }
}

/** As the verifier gets them: each row's number with its evidence, or for very many rows the sums of runs of rows. */
export function writtenOperands(
  operands: readonly Operand[],
  cited: ReadonlyMap<number, EvidenceId>,
  toNumber: (value: Decimal) => number,
): { readonly evidence: EvidenceId | null; readonly value: number }[] {
  if (operands.length <= OPERANDS_WRITTEN_MAX) {
    return operands.map(({ row, value }) => ({ evidence: cited.get(row.index) ?? null, value: toNumber(value) }));
  }
  const runs: { evidence: null; value: number }[] = [];
  for (let at = 0; at < operands.length; at += RUN_ROWS) {
    const run = operands.slice(at, at + RUN_ROWS).reduce((total, { value }) => add(total, value), ZERO);
    runs.push({ evidence: null, value: toNumber(run) });
  }
  return runs;
}

/** The row as a comma-separated line, which for most files is how it stands in the source. */
function quoteOf(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',');
}
