import { isEmptyCell } from './cell-number.ts';
import type { Computation } from './computation.ts';
import type { NumberedRow } from './table-columns.ts';
import { textIn } from './table-columns.ts';

const CELLS_NAMED_MAX = 3;

/** "row 12 (Falcon, North, 2026-03-04)": where a number stands, by the other words of its row. */
export function describeRow({ columns, column }: Computation, row: NumberedRow): string {
  const others = columns.filter(({ name }) => name !== column?.name);
  const words = [...others.filter(({ type }) => type === 'text'), ...others.filter(({ type }) => type === 'date')]
    .map((other) => textIn(row, other))
    .filter((cell) => !isEmptyCell(cell))
    .slice(0, CELLS_NAMED_MAX);
  return `row ${String(row.index + 1)}${words.length > 0 ? ` (${words.join(', ')})` : ''}`;
}
