import type { SourceId } from '#core/base/ids.ts';
import type { Table, TableRow } from '#core/items/item.ts';
import { itemId } from '#adapters/plain-text/item-id.ts';
import { columnKind, looksLikeData } from './column-types.ts';

/** A row with where it stands, in bytes of the file. */
export interface PlacedRow {
  readonly cells: readonly string[];
  readonly start: number;
  readonly end: number;
}

/**
 * A table whose rows all have one cell per column. The first row names the columns unless it holds data itself.
 * @param header the columns' names where the format says them; null when the first row may do so
 */
export function tableItem(
  source: SourceId,
  name: string,
  span: { readonly start: number; readonly end: number },
  header: readonly string[] | null,
  records: readonly PlacedRow[],
): Table {
  const first = records[0]?.cells ?? [];
  const firstNames =
    header === null && records.length > 1 && first.some((cell) => cell.trim() !== '') && !first.some(looksLikeData);
  const names = header ?? (firstNames ? first : first.map(() => ''));
  const body = firstNames ? records.slice(1) : records;
  const rows: TableRow[] = body.map(({ cells, start, end }) => ({ cells, span: { source, start, end } }));
  const columns = names.map((stated, i) => {
    const column = stated.replace(/\s+/g, ' ').trim() || `Column ${String(i + 1)}`;
    return {
      name: column,
      ...columnKind(
        column,
        rows.map((row) => row.cells[i] ?? ''),
      ),
    };
  });
  return { kind: 'table', id: itemId('table', source, span.start), span: { source, ...span }, name, columns, rows };
}
