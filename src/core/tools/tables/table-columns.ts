import type { Table, TableRow } from '../../items/item.ts';
import { fold } from '../../text/words.ts';
import type { DateOrder, DaySpan } from './cell-date.ts';
import { dateOrderOf, readCellDate } from './cell-date.ts';
import type { CellNumber, NumberStyle } from './cell-number.ts';
import { isCurrency, isEmptyCell, readCellNumber, styleOf, unitName } from './cell-number.ts';

/** A row with its place in the table, from 0. */
export interface NumberedRow extends TableRow {
  readonly index: number;
}

/** A column with the style its cells are written in. */
export interface Column {
  readonly index: number;
  readonly name: string;
  readonly type: Table['columns'][number]['type'];
  /** Unit of the whole column, '' when none or when the cells differ. */
  readonly unit: string;
  readonly style: NumberStyle;
  readonly order: DateOrder;
  /** No date of the column tells day from month; day first was taken. */
  readonly orderAssumed: boolean;
  /** The column that gives the currency of this one's amounts, row by row. */
  readonly currency: number | null;
}

/** The columns of a table with their styles, worked out once from all cells. */
export function columnsOf(table: Table): readonly Column[] {
  const cells = table.columns.map((_, index) => table.rows.map((row) => row.cells[index] ?? ''));
  const styles = table.columns.map(({ type }, index) => (type === 'date' ? null : styleOf(cells[index] ?? [])));
  const told = styles.filter((style) => style !== null);
  const usual = told.filter((style) => style === 'comma').length * 2 > told.length ? 'comma' : 'point';
  const currency = currencyColumn(table, cells);
  return table.columns.map(({ name, type, unit }, index) => {
    const { order, ambiguous } = dateOrderOf(cells[index] ?? []);
    return {
      ...{ index, name, type, unit: unitName(unit), order },
      style: styles[index] ?? usual,
      orderAssumed: ambiguous,
      currency: isMoney(table, index, currency) ? currency : null,
    };
  });
}

/** The column of this name: exactly, then without case, accents and a unit in brackets, then as part of the name. */
export function findColumn<T extends { readonly name: string }>(columns: readonly T[], name: string): T | null {
  const wanted = plainName(name);
  return (
    columns.find((column) => column.name === name) ??
    columns.find((column) => plainName(column.name) === wanted) ??
    columns.find((column) => wanted !== '' && plainName(column.name).includes(wanted)) ??
    null
  );
}

export type NumberCell =
  | { readonly kind: 'number'; readonly number: CellNumber }
  | { readonly kind: 'empty' }
  | { readonly kind: 'unreadable' };

/** The number of a cell, with the unit it has from itself, from the row's currency or from the column. */
export function numberIn(row: TableRow, column: Column): NumberCell {
  const cell = row.cells[column.index] ?? '';
  if (isEmptyCell(cell)) return { kind: 'empty' };
  const number = readCellNumber(cell, column.style);
  if (number === null) return { kind: 'unreadable' };
  const byRow = column.currency === null ? '' : (row.cells[column.currency] ?? '').trim();
  const unit = number.unit || (byRow === '' ? column.unit : unitName(byRow));
  return { kind: 'number', number: { value: number.value, unit } };
}

export function dateIn(row: TableRow, column: Column): DaySpan | null {
  return readCellDate(row.cells[column.index] ?? '', column.order);
}

export function textIn(row: TableRow, column: Column): string {
  return (row.cells[column.index] ?? '').trim();
}

/** Text as filters and groups compare it. */
export function plainText(text: string): string {
  return fold(text).replace(/\s+/g, ' ').trim();
}

function plainName(name: string): string {
  return plainText(name.replace(/[([].*?[)\]]/g, ' ').replace(/[_-]+/g, ' '));
}

/** A column of nothing but currency codes or signs, with more than a name to say it. */
function currencyColumn(table: Table, cells: readonly (readonly string[])[]): number | null {
  const index = table.columns.findIndex(({ type }, i) => {
    const filled = (cells[i] ?? []).filter((cell) => cell.trim() !== '');
    return type === 'text' && filled.length > 0 && filled.every((cell) => isCurrency(cell.trim()));
  });
  return index === -1 ? null : index;
}

const MONEY =
  /amount|price|cost|total|value|revenue|sales|turnover|fee|budget|spen[dt]|expense|salary|wage|paid|payment|due|net|gross|income|profit|margin|balance|invoice|betrag|umsatz|kosten|preis|montant|prix|importe/i;

/** In a table with a currency column: the columns that it speaks of. */
function isMoney(table: Table, index: number, currency: number | null): boolean {
  const column = table.columns[index];
  if (currency === null || column?.type !== 'number') return false;
  const numbers = table.columns.filter(({ type }) => type === 'number').length;
  return isCurrency(column.unit) || MONEY.test(column.name) || numbers === 1 || index === currency - 1;
}
