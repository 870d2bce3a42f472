import type { Table } from '../../items/item.ts';
import type { EvidenceBook } from '../evidence-book.ts';
import type { Period } from './cell-date.ts';
import type { Column, NumberedRow } from './table-columns.ts';

export type TableOperation =
  'sum' | 'mean' | 'median' | 'min' | 'max' | 'count' | 'list' | 'trend' | 'share' | 'distinct';

/** What is asked of the matching rows; columns by name. */
export interface TableQuestion {
  readonly operation: TableOperation;
  readonly column: string | null;
  readonly groupBy: string | null;
  readonly dateColumn: string | null;
  readonly period: Period;
  readonly top: number | null;
  readonly order: 'desc' | 'asc';
}

/** The same with its columns found, and the rows it is asked of. */
export interface Computation {
  readonly table: Table;
  readonly file: string;
  readonly columns: readonly Column[];
  readonly rows: readonly NumberedRow[];
  readonly operation: TableOperation;
  readonly column: Column | null;
  readonly groupBy: Column | null;
  readonly dates: Column | null;
  readonly period: Period;
  readonly top: number | null;
  readonly order: 'desc' | 'asc';
  /** "Region = North and Amount > 100", '' without filters. */
  readonly where: string;
  readonly book: EvidenceBook;
  readonly notes: readonly string[];
}
