import type { AnswerDraft } from '../answer.ts';
import { formatCount } from '../format.ts';
import type { Computation } from './computation.ts';
import { compare, ofInteger, toNumber } from './decimal.ts';
import { isEmptyCell } from './cell-number.ts';
import { RowCiter } from './operand.ts';
import type { Column, NumberedRow } from './table-columns.ts';
import { dateIn, numberIn, plainText, textIn } from './table-columns.ts';
import { citedNote } from './table-notes.ts';

const ROWS_TOLD_USUAL = 20;
const ROWS_TOLD_MAX = 100;
const ROWS_LISTED_MAX = 500;
const VALUES_NAMED_MAX = 30;

/** The matching rows themselves, or the different values of a column. */
export function answerRows(computation: Computation): AnswerDraft {
  return computation.operation === 'distinct' ? distinctValues(computation) : listedRows(computation);
}

function listedRows(computation: Computation): AnswerDraft {
  const { rows, column, columns, top, table, book, file, where } = computation;
  const sorted = sortedRows(computation);
  const limit = Math.min(ROWS_TOLD_MAX, top ?? ROWS_TOLD_USUAL);
  const told = withTies(sorted, limit, top === null ? null : column);
  const citer = new RowCiter(book, table, file, told.length);
  const claims = told.map((row) => {
    const cells = columns.map((each) => textIn(row, each)).filter((cell) => !isEmptyCell(cell));
    return book.claim(cells.join(', '), 'extract', [citer.cite(row)]);
  });
  const title = `${top === null ? 'Rows' : `${String(told.length)} rows`} of ${table.name}${where === '' ? '' : ` where ${where}`}`;
  return book.draft('answered', [{ title, claims }], {
    notes: [
      ...computation.notes,
      ...(top === null && rows.length > told.length
        ? [`${formatCount(rows.length, 'row')} match; ${String(told.length)} are told here.`]
        : []),
      ...(told.length > limit ? [`Place ${String(limit)} is shared by more than one row.`] : []),
      ...(rows.length > ROWS_LISTED_MAX && top === null
        ? [`The table below shows the first ${String(ROWS_LISTED_MAX)} of them.`]
        : []),
    ],
    workings: [
      `rows of ${table.name}${where === '' ? '' : ` where ${where}`}${column === null || top === null ? '' : `, ${computation.order === 'asc' ? 'lowest' : 'highest'} ${column.name} first`}: ${String(rows.length)} of ${String(table.rows.length)}`,
    ],
    table: {
      columns: columns.map(({ name }) => name),
      rows: (top === null ? sorted.slice(0, ROWS_LISTED_MAX) : told).map((row) =>
        columns.map((each) => textIn(row, each)),
      ),
    },
  });
}

/** By the asked column where it has an order and one was asked for; else as they stand in the file. */
function sortedRows({ rows, column, order, top }: Computation): readonly NumberedRow[] {
  if (column === null || (column.type === 'text' && top === null)) return rows;
  const direction = order === 'asc' ? 1 : -1;
  const ordered = rows.map((row) => ({ row, rank: rankOf(row, column) }));
  return ordered
    .sort((a, b) => {
      if (a.rank === null || b.rank === null) return a.rank === b.rank ? 0 : a.rank === null ? 1 : -1;
      return direction * compare(a.rank, b.rank);
    })
    .map(({ row }) => row);
}

function rankOf(row: NumberedRow, column: Column): Parameters<typeof compare>[0] | null {
  if (column.type === 'date') {
    const days = dateIn(row, column);
    return days === null ? null : ofInteger(days.from);
  }
  const cell = numberIn(row, column);
  return cell.kind === 'number' ? cell.number.value : null;
}

/** Rows equal to the last one in rank are kept with it. */
function withTies(rows: readonly NumberedRow[], limit: number, column: Column | null): readonly NumberedRow[] {
  const last = rows[limit - 1];
  if (column === null || last === undefined) return rows.slice(0, limit);
  const edge = rankOf(last, column);
  if (edge === null) return rows.slice(0, limit);
  return rows.slice(0, ROWS_TOLD_MAX).filter((row, index) => {
    if (index < limit) return true;
    const rank = rankOf(row, column);
    return rank !== null && compare(rank, edge) === 0;
  });
}

function distinctValues(computation: Computation): AnswerDraft {
  const { rows, table, book, file, where, notes } = computation;
  const column = computation.column ?? computation.groupBy;
  if (column === null) return listedRows(computation);
  const values = new Map<string, { label: string; rows: NumberedRow[] }>();
  for (const row of rows) {
    const text = textIn(row, column);
    if (isEmptyCell(text)) continue;
    const value = values.get(plainText(text)) ?? { label: text, rows: [] };
    value.rows.push(row);
    values.set(plainText(text), value);
  }
  const list = [...values.values()].sort((a, b) => b.rows.length - a.rows.length || (a.label < b.label ? -1 : 1));
  const firsts = list.map((value) => value.rows[0] as NumberedRow);
  const citer = new RowCiter(book, table, file, 1);
  const cited = citer.citeAll(firsts);
  const named = list.slice(0, VALUES_NAMED_MAX).map(({ label }) => label);
  const more = list.length > named.length ? ` and ${String(list.length - named.length)} more` : '';
  const condition = where === '' ? '' : ` where ${where}`;
  const shown = `distinct(${column.name})${condition} = ${String(list.length)} (${formatCount(rows.length, 'row')})`;
  const claim = book.claim(
    `${column.name}${condition} has ${formatCount(list.length, 'different value')}: ${named.join(', ')}${more}.`,
    'computed',
    [...cited.values()],
    {
      kind: 'aggregate',
      operation: 'count',
      values: firsts.map((row) => ({ evidence: cited.get(row.index) ?? null, value: toNumber(ofInteger(1)) })),
      result: list.length,
      shown,
    },
  );
  return book.draft('answered', [{ title: `Different values of ${column.name} in ${table.name}`, claims: [claim] }], {
    notes: [...notes, ...citedNote(citer)],
    workings: [shown],
    table: {
      columns: [column.name, 'rows'],
      rows: list.slice(0, ROWS_LISTED_MAX).map(({ label, rows: each }) => [label, String(each.length)]),
    },
  });
}
