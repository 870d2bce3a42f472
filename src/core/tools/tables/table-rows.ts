import type { ItemId, SourceId } from '../../base/ids.ts';
import type { Table } from '../../items/item.ts';
import { plainText } from './table-columns.ts';
import type { RowFilter } from './row-filter.ts';

/** What read-table observes: which rows match, the first of them, and enough to find all of them again. */
export interface TableRows {
  readonly kind: 'table-rows';
  readonly table: { readonly id: ItemId; readonly name: string; readonly file: string; readonly source: SourceId };
  readonly filters: readonly RowFilter[];
  readonly columns: readonly { readonly name: string; readonly type: string; readonly unit: string }[];
  /** The first matching rows; all of them are counted in `matched` and computed with. */
  readonly rows: readonly {
    readonly row: number;
    readonly cells: readonly string[];
    readonly start: number;
    readonly end: number;
  }[];
  readonly matched: number;
  readonly total: number;
  readonly notes: readonly string[];
}

/** How many matching rows an observation shows. */
export const ROWS_SHOWN_MAX = 100;

/** Whether a plan's key means this table: its id, its name, its path, or its path and name as "book.xlsx#Sheet". */
export function isTable(key: string, table: Pick<Table, 'id' | 'name'>, path: string): boolean {
  if (key === table.id || key === path || key === `${path}#${table.name}`) return true;
  const wanted = plainText(key);
  const file = path.split('/').pop() ?? path;
  return [path, file, table.name, file.replace(/\.[a-z]+$/i, '')].some((name) => plainText(name) === wanted);
}
