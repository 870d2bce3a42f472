import type { Period } from './cell-date.ts';
import { periodOf } from './cell-date.ts';
import { isEmptyCell } from './cell-number.ts';
import type { Column, NumberedRow } from './table-columns.ts';
import { dateIn, plainText, textIn } from './table-columns.ts';

export interface Group {
  /** Sorts periods by time. */
  readonly key: string;
  readonly label: string;
  readonly rows: readonly NumberedRow[];
}

export interface Grouped {
  readonly groups: readonly Group[];
  /** Rows that belong to no group, because their date cannot be read. */
  readonly undated: number;
}

/** Groups rows by a column's text and, where asked, by period; groups stand in order of appearance, periods by time. */
export function groupRows(
  rows: readonly NumberedRow[],
  by: Column | null,
  dates: Column | null,
  period: Period,
): Grouped {
  const groups = new Map<string, { label: string; rows: NumberedRow[] }>();
  let undated = 0;
  for (const row of rows) {
    const text = by === null ? null : textGroup(row, by);
    const time = dates === null || period === 'none' ? null : timeGroup(row, dates, period);
    if (time === 'unreadable') {
      undated++;
      continue;
    }
    const key = [text?.key, time?.key].filter((part) => part !== undefined).join('\u0000');
    const label = [text?.label, time?.label].filter((part) => part !== undefined).join(', ');
    const group = groups.get(key) ?? { label, rows: [] };
    group.rows.push(row);
    groups.set(key, group);
  }
  const list = [...groups].map(([key, group]) => ({ key, ...group }));
  if (by === null) list.sort((a, b) => (a.key < b.key ? -1 : 1));
  return { groups: list, undated };
}

/** The shortest period that leaves a readable number of steps between the first and last day. */
export function fittingPeriod(firstDay: number, lastDay: number): Exclude<Period, 'none'> {
  const days = lastDay - firstDay;
  if (days <= 21) return 'day';
  if (days <= 90) return 'week';
  if (days <= 1100) return 'month';
  return days <= 3300 ? 'quarter' : 'year';
}

function textGroup(row: NumberedRow, by: Column): { key: string; label: string } {
  const text = textIn(row, by);
  return isEmptyCell(text) ? { key: '', label: `no ${by.name}` } : { key: plainText(text), label: text };
}

function timeGroup(
  row: NumberedRow,
  dates: Column,
  period: Exclude<Period, 'none'>,
): { key: string; label: string } | 'unreadable' {
  const span = dateIn(row, dates);
  if (span === null) return 'unreadable';
  const found = periodOf(span.from, period);
  // A cell that says a month cannot be put into one of its weeks.
  return span.to <= found.to ? found : 'unreadable';
}
