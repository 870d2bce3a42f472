import type { Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';
import type { Table } from '../../items/item.ts';
import { stem } from '../../text/stem.ts';
import { wordsOf } from '../../text/words.ts';
import type { AnswerDraft } from '../answer.ts';
import { EvidenceBook } from '../evidence-book.ts';
import { formatCount } from '../format.ts';
import { answerGroups } from './answer-groups.ts';
import { answerRows } from './answer-rows.ts';
import { answerTrend } from './answer-trend.ts';
import type { Computation, TableOperation, TableQuestion } from './computation.ts';
import type { RowFilter } from './row-filter.ts';
import { describeFilters, selectRows } from './row-filter.ts';
import type { Column } from './table-columns.ts';
import { columnsOf, findColumn } from './table-columns.ts';

const NEEDS_NUMBERS = new Set<TableOperation>(['sum', 'mean', 'median', 'min', 'max']);

/** Answers a question over one table: filter, group, aggregate, trend, top n. Fails on a column that is not there. */
export function computeTable(
  table: Table,
  file: string,
  filters: readonly RowFilter[],
  question: TableQuestion,
): Result<AnswerDraft, string> {
  const columns = columnsOf(table);
  const selected = selectRows(table, columns, filters);
  if (!selected.ok) return selected;
  const named = { column: question.column, groupBy: question.groupBy, dates: question.dateColumn };
  const found: Record<string, Column | null> = {};
  for (const [role, name] of Object.entries(named)) {
    found[role] = name === null || name === '' ? null : findColumn(columns, name);
    if (name !== null && name !== '' && found[role] === null) {
      return err(`${table.name} has no column "${name}"; it has ${columns.map((column) => column.name).join(', ')}.`);
    }
  }
  const computation = prepared({
    ...{ table, file, columns, rows: selected.value.rows, ...question },
    column: found['column'] ?? null,
    groupBy: found['groupBy'] ?? null,
    dates: found['dates'] ?? null,
    where: describeFilters(filters, columns, selected.value.rows),
    book: new EvidenceBook(),
    notes: notesOf(table, columns, filters, selected.value.uncompared, found['dates'] ?? null),
  });
  if (NEEDS_NUMBERS.has(computation.operation) && computation.column === null) {
    return err(
      `Which column of ${table.name} to use is not clear; it has ${columns.map(({ name }) => name).join(', ')}.`,
    );
  }
  if (computation.rows.length === 0) return ok(nothingMatches(computation));
  if (computation.operation === 'trend') return answerTrend(computation);
  if (computation.operation === 'list' || computation.operation === 'distinct') return ok(answerRows(computation));
  return ok(answerGroups(computation));
}

/** A group by dates is a group by their periods; a question by period needs a column of dates. */
function prepared(computation: Computation): Computation {
  const { groupBy, operation, columns } = computation;
  const firstDates = columns.find(({ type }) => type === 'date') ?? null;
  if (groupBy?.type === 'date') {
    const period = computation.period === 'none' ? 'month' : computation.period;
    return { ...computation, groupBy: null, dates: groupBy, period };
  }
  if (operation === 'trend' || computation.period !== 'none') {
    return { ...computation, dates: computation.dates ?? firstDates };
  }
  return computation;
}

/** "No row of sales.csv has Region = North." */
function nothingMatches(computation: Computation): AnswerDraft {
  const { book, table, where, notes } = computation;
  const text =
    table.rows.length === 0
      ? `${table.name} has no rows.`
      : `No row of ${table.name} matches ${where}; all ${formatCount(table.rows.length, 'row')} were looked at.`;
  const claim = book.claim(text, 'absent', [], {
    ...{ kind: 'search', terms: [where === '' ? table.name : where], searched: [table.span.source], hits: 0 },
  });
  return book.draft('not-found', [{ title: table.name, claims: [claim] }], { notes });
}

/**
 * The rows that speak of what a goal names, in the first column where any does: "City Electric" for "electricity". Null
 * when no cell does.
 */
export function whereNamed(table: Table, word: string): RowFilter | null {
  for (const [i, { name, type }] of table.columns.entries()) {
    if (type !== 'text') continue;
    const cells = table.rows.map((row) => row.cells[i] ?? '');
    const found = new Set(
      cells.filter((cell) => wordsOf(cell).some(({ lower }) => isSameRoot(lower, word.toLowerCase()))),
    );
    if (found.size > 0) return { column: name, op: 'one-of', value: [...found] };
  }
  return null;
}

const ROOT_LETTERS = 6;

function isSameRoot(a: string, b: string): boolean {
  return stem(a) === stem(b) || (a.length > ROOT_LETTERS && b.startsWith(a.slice(0, ROOT_LETTERS)));
}

/** What a goal names is nowhere in the table, so there is nothing to reckon; a figure over all rows would mislead. */
export function namedNowhere(table: Table, words: string): AnswerDraft {
  const book = new EvidenceBook();
  const claim = book.claim(
    `No row of ${table.name} speaks of “${words}”; all ${formatCount(table.rows.length, 'row')} were looked at.`,
    'absent',
    [],
    { kind: 'search', terms: [words], searched: [table.span.source], hits: 0 },
  );
  return book.draft('not-found', [{ title: table.name, claims: [claim] }]);
}

function notesOf(
  table: Table,
  columns: readonly Column[],
  filters: readonly RowFilter[],
  uncompared: readonly { readonly column: string; readonly rows: number }[],
  dates: Column | null,
): string[] {
  const filtered = filters.map(({ column }) => findColumn(columns, column));
  const assumed = [...new Set([...filtered, dates])].filter((column) => column?.orderAssumed && column.type === 'date');
  return [
    ...uncompared.map(
      ({ column, rows }) =>
        `${formatCount(rows, 'row')} of ${table.name} left out: ${column} is empty or cannot be compared there.`,
    ),
    ...assumed.map((column) => `Dates in ${column?.name ?? ''} were read day first (03/04 is 3 April).`),
  ];
}
