import type { Table } from '../../items/item.ts';
import type { Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';
import type { DaySpan } from './cell-date.ts';
import { readCellDate } from './cell-date.ts';
import { isEmptyCell, readCellNumber } from './cell-number.ts';
import type { Decimal } from './decimal.ts';
import { compare } from './decimal.ts';
import type { Column, NumberedRow } from './table-columns.ts';
import { dateIn, findColumn, numberIn, plainText, textIn } from './table-columns.ts';

export type FilterOperation =
  | 'is'
  | 'is-not'
  | 'contains'
  | 'not-contains'
  | 'starts-with'
  | 'ends-with'
  | 'one-of'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'between'
  | 'before'
  | 'after'
  | 'on'
  | 'empty'
  | 'not-empty';

export interface RowFilter {
  readonly column: string;
  readonly op: FilterOperation;
  readonly value?: FilterValue;
  /** The far end of `between`, inclusive. */
  readonly value2?: FilterValue;
}

export type FilterValue = string | number | readonly string[] | null;

export interface Selected {
  readonly rows: readonly NumberedRow[];
  /** Rows left out because a compared cell is empty or unreadable, by column. */
  readonly uncompared: readonly { readonly column: string; readonly rows: number }[];
}

/** The rows that pass all filters, in order. Fails when a column or a comparison does not exist. */
export function selectRows(
  table: Table,
  columns: readonly Column[],
  filters: readonly RowFilter[],
): Result<Selected, string> {
  const tests: { test: Test; column: Column; skipped: number }[] = [];
  for (const filter of filters) {
    const column = findColumn(columns, filter.column);
    if (!column) return err(`${table.name} has no column "${filter.column}"; it has ${listNames(columns)}.`);
    const test = testOf(filter, column);
    if (!test)
      return err(`"${filter.column} ${describeOperation(filter.op)}" cannot be compared with ${String(filter.value)}.`);
    tests.push({ test, column, skipped: 0 });
  }
  const rows: NumberedRow[] = [];
  for (const [index, row] of table.rows.entries()) {
    const numbered = { ...row, index };
    const passes = tests.every((entry) => {
      const outcome = entry.test(numbered);
      if (outcome === null) entry.skipped++;
      return outcome === true;
    });
    if (passes) rows.push(numbered);
  }
  const uncompared = tests
    .filter(({ skipped }) => skipped > 0)
    .map(({ column, skipped }) => ({ column: column.name, rows: skipped }));
  return ok({ rows, uncompared });
}

/** "Region = North and Amount > 100", with values written as the rows write them; '' without filters. */
export function describeFilters(
  filters: readonly RowFilter[],
  columns: readonly Column[],
  rows: readonly NumberedRow[],
): string {
  return filters
    .map(({ column, op, value, value2 }) => {
      const found = findColumn(columns, column);
      const name = found?.name ?? column;
      if (op === 'is' && found?.type === 'text' && rows[0]) return `${name} = ${textIn(rows[0], found)}`;
      const shown = Array.isArray(value)
        ? value.join(' or ')
        : value === undefined || value === null
          ? ''
          : String(value);
      if (op === 'between') return `${name} from ${shown} to ${String(value2)}`;
      return `${name} ${describeOperation(op)}${shown === '' ? '' : ` ${shown}`}`;
    })
    .join(' and ');
}

/** True or false; null when the cell cannot be compared. */
type Test = (row: NumberedRow) => boolean | null;

function testOf(filter: RowFilter, column: Column): Test | null {
  const { op } = filter;
  if (op === 'empty') return (row) => isEmptyCell(textIn(row, column));
  if (op === 'not-empty') return (row) => !isEmptyCell(textIn(row, column));
  if (op === 'one-of') {
    const values = Array.isArray(filter.value) ? filter.value : [filter.value];
    const tests = values.map((value) => testOf({ column: filter.column, op: 'is', value: value as string }, column));
    return (row) => tests.some((test) => test?.(row) === true);
  }
  const value = Array.isArray(filter.value) ? null : (filter.value as string | number | null | undefined);
  if (value === null || value === undefined) return null;
  if (TEXT_OPERATIONS.has(op)) return textTest(op, String(value), column);
  if (op === 'is' || op === 'is-not') return equalityTest(op, value, column);
  return orderTest(filter, value, column);
}

const TEXT_OPERATIONS = new Set<FilterOperation>(['contains', 'not-contains', 'starts-with', 'ends-with']);

function textTest(op: FilterOperation, value: string, column: Column): Test {
  const wanted = plainText(value);
  return (row) => {
    const text = plainText(textIn(row, column));
    if (op === 'starts-with') return text.startsWith(wanted);
    if (op === 'ends-with') return text.endsWith(wanted);
    return text.includes(wanted) === (op === 'contains');
  };
}

/** Equal as numbers or dates where the column is of that type and both can be read so, else as text. */
function equalityTest(op: 'is' | 'is-not', value: string | number, column: Column): Test {
  const wanted = plainText(String(value));
  const number = column.type === 'number' ? valueNumber(value, column) : null;
  const days = column.type === 'date' ? valueDays(value, column) : null;
  const equals = (row: NumberedRow): boolean => {
    if (plainText(textIn(row, column)) === wanted) return true;
    if (number !== null) {
      const cell = numberIn(row, column);
      return cell.kind === 'number' && compare(cell.number.value, number) === 0;
    }
    const cell = days === null ? null : dateIn(row, column);
    return days !== null && cell !== null && cell.from >= days.from && cell.to <= days.to;
  };
  return (row) => equals(row) === (op === 'is');
}

function orderTest(filter: RowFilter, value: string | number, column: Column): Test | null {
  const second = filter.value2 as string | number | null | undefined;
  const days = valueDays(value, column);
  const asDates = column.type === 'date' || filter.op === 'on' || filter.op === 'before' || filter.op === 'after';
  if (asDates) {
    const far = second === null || second === undefined ? days : valueDays(second, column);
    if (days === null || far === null) return null;
    return (row) => {
      const cell = dateIn(row, column);
      return cell === null ? null : compareDays(filter.op, cell, days, far);
    };
  }
  const near = valueNumber(value, column);
  const far = second === null || second === undefined ? near : valueNumber(second, column);
  if (near === null || far === null) return null;
  return (row) => {
    const cell = numberIn(row, column);
    return cell.kind === 'number' ? compareNumbers(filter.op, cell.number.value, near, far) : null;
  };
}

function compareNumbers(op: FilterOperation, cell: Decimal, near: Decimal, far: Decimal): boolean {
  const order = compare(cell, near);
  if (op === 'gt') return order > 0;
  if (op === 'gte') return order >= 0;
  if (op === 'lt') return order < 0;
  if (op === 'lte') return order <= 0;
  return order >= 0 && compare(cell, far) <= 0;
}

function compareDays(op: FilterOperation, cell: DaySpan, near: DaySpan, far: DaySpan): boolean {
  if (op === 'gt' || op === 'after') return cell.from > near.to;
  if (op === 'gte') return cell.from >= near.from;
  if (op === 'lt' || op === 'before') return cell.to < near.from;
  if (op === 'lte') return cell.to <= near.to;
  if (op === 'between') return cell.from >= near.from && cell.to <= far.to;
  return cell.from >= near.from && cell.to <= near.to;
}

function valueNumber(value: string | number, column: Column): Decimal | null {
  if (typeof value === 'number') return readCellNumber(plainNumber(value), 'point')?.value ?? null;
  return (readCellNumber(value, 'point') ?? readCellNumber(value, column.style))?.value ?? null;
}

/** Without an exponent, which only very small and very large numbers are written with. */
function plainNumber(value: number): string {
  const text = String(value);
  return /e/i.test(text) ? value.toFixed(20) : text;
}

function valueDays(value: string | number, column: Column): DaySpan | null {
  return readCellDate(String(value), column.order);
}

function describeOperation(op: FilterOperation): string {
  const words: Partial<Record<FilterOperation, string>> = {
    ...{ is: '=', 'is-not': '≠', gt: '>', gte: '≥', lt: '<', lte: '≤', 'one-of': '=' },
    ...{ empty: 'is empty', 'not-empty': 'is filled in', 'starts-with': 'starts with', 'ends-with': 'ends with' },
    'not-contains': 'does not contain',
  };
  return words[op] ?? op;
}

function listNames(columns: readonly Column[]): string {
  return columns.map(({ name }) => name).join(', ');
}
