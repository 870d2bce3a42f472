import type { EvidenceId } from '../../base/ids.ts';
import type { Table } from '../../items/item.ts';
import { closeTo, findNumbers } from '../../text/numbers.ts';
import type { EvidenceBook } from '../evidence-book.ts';
import type { Aggregate } from './aggregate.ts';
import { aggregate } from './aggregate.ts';
import type { Decimal } from './decimal.ts';
import { compare, toNumber } from './decimal.ts';
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

/** An aggregate as it is done again when it is checked. */
export interface WrittenAggregate {
  readonly operation: Aggregate;
  readonly values: readonly { readonly evidence: EvidenceId | null; readonly value: number }[];
}

/**
 * Each row's number with its evidence. Of very many rows the sums of runs of them (each already divided by their number
 * for a mean), the least or greatest of each run, or the middle one or two.
 */
export function writtenAggregate(
  operation: Aggregate,
  operands: readonly Operand[],
  cited: ReadonlyMap<number, EvidenceId>,
): WrittenAggregate {
  if (operands.length <= OPERANDS_WRITTEN_MAX) {
    return { operation, values: operands.map((operand) => written(operation, operand, cited)) };
  }
  const plainValues = (values: readonly number[]): WrittenAggregate['values'] =>
    values.map((value) => ({ evidence: null, value }));
  if (operation === 'median') {
    const sorted = operands.map(({ value }) => value).sort(compare);
    const middle = [sorted[Math.ceil(sorted.length / 2) - 1], sorted[Math.floor(sorted.length / 2)]];
    return { operation, values: plainValues(middle.flatMap((value) => (value ? [toNumber(value)] : []))) };
  }
  const runs: number[] = [];
  for (let at = 0; at < operands.length; at += RUN_ROWS) {
    const run = operands.slice(at, at + RUN_ROWS).map(({ value }) => value);
    const extreme = operation === 'min' || operation === 'max';
    const part = toNumber(aggregate(extreme ? operation : 'sum', run));
    runs.push(operation === 'mean' ? part / operands.length : part);
  }
  return { operation: operation === 'min' || operation === 'max' ? operation : 'sum', values: plainValues(runs) };
}

/** With its evidence where the row, read plainly, shows the number: "(120)" does not show -120. */
function written(
  operation: Aggregate,
  operand: Operand,
  cited: ReadonlyMap<number, EvidenceId>,
): WrittenAggregate['values'][number] {
  const value = toNumber(operand.value);
  const id = cited.get(operand.row.index);
  if (id === undefined) return { evidence: null, value };
  const shows =
    operation === 'count' ||
    findNumbers(quoteOf(operand.row.cells)).some(({ values }) => values.some((known) => closeTo(known, value)));
  return { evidence: shows ? id : null, value };
}

/** The row as a comma-separated line, which for most files is how it stands in the source. */
function quoteOf(cells: readonly string[]): string {
  return cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(', ');
}
