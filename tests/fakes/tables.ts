import type { ItemId, SourceId } from '#core/base/ids.ts';
import type { ColumnType, Table } from '#core/items/item.ts';

/** A table from lines of cells parted by "|"; columns as "Amount:number:EUR". */
export function tableOf(name: string, columns: string, lines: readonly string[]): Table {
  const source = name.padEnd(64, '0') as SourceId;
  const width = 100;
  return {
    ...{ kind: 'table', id: `table-${name}` as ItemId, name },
    span: { source, start: 0, end: (lines.length + 1) * width },
    columns: columns.split('|').map((column) => {
      const [label = '', type = 'text', unit = ''] = column.split(':');
      return { name: label.trim(), type: type.trim() as ColumnType, unit: unit.trim() };
    }),
    rows: lines.map((line, index) => ({
      cells: line.split('|').map((cell) => cell.trim()),
      span: { source, start: (index + 1) * width, end: (index + 2) * width - 1 },
    })),
  };
}
