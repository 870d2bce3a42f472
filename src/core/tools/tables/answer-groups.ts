import type { AnswerDraft, Chart, Claim } from '../answer.ts';
import { formatCount, formatList, formatQuantity } from '../format.ts';
import type { Aggregate } from './aggregate.ts';
import { aggregate, percentOf } from './aggregate.ts';
import type { Computation } from './computation.ts';
import type { Decimal } from './decimal.ts';
import { compare, ofInteger, plain, sum, toNumber } from './decimal.ts';
import { groupRows } from './grouping.ts';
import type { Operand } from './operand.ts';
import { readNumbers, RowCiter, writtenAggregate } from './operand.ts';
import { describeRow } from './row-text.ts';
import { citedNote, numberNotes } from './table-notes.ts';

/** Groups told as sentences; the table under the answer has them all. */
const GROUPS_TOLD_MAX = 40;
const GROUPS_LISTED_MAX = 500;
const BARS_MAX = 24;

/** One result: a group (or everything) in one unit. */
interface Outcome {
  readonly label: string;
  readonly key: string;
  readonly unit: string;
  readonly operands: readonly Operand[];
  readonly result: Decimal;
}

/** Sum, mean, median, min, max, count and share, over all rows or by group. */
export function answerGroups(computation: Computation): AnswerDraft {
  const { rows, column, groupBy, dates, period, book, table } = computation;
  const numbers = column === null || computation.operation === 'count' ? null : readNumbers(rows, column);
  const grouped = groupRows(rows, groupBy, dates, period);
  const single = groupBy === null && (dates === null || period === 'none');
  const outcomes = grouped.groups.flatMap((group) => outcomesOf(computation, group));
  const notes = [
    ...computation.notes,
    ...(numbers === null ? [] : numberNotes(computation, numbers)),
    ...(grouped.undated > 0 ? [`${formatCount(grouped.undated, 'row')} without a readable date left out.`] : []),
  ];
  if (outcomes.length === 0) return noNumbers(computation, notes);

  const { told, tie, sorted } = ranked(computation, outcomes, single);
  const shown = told.slice(0, GROUPS_TOLD_MAX);
  const citer = new RowCiter(book, table, computation.file, shown.length);
  const claims = shown.map((outcome) => claimOf(computation, outcome, outcomes, single, citer));
  return book.draft('answered', [{ title: titleOf(computation), claims }], {
    notes: [
      ...notes,
      ...tie,
      ...(told.length > shown.length
        ? [`${String(told.length - shown.length)} more groups are in the table below.`]
        : []),
      ...citedNote(citer),
    ],
    workings: shown.map((outcome) => shownOf(computation, outcome, outcomes, single)),
    chart: single ? null : chartOf(computation, sorted),
    table: single ? null : tableOf(computation, sorted, outcomes),
  });
}

function outcomesOf(
  computation: Computation,
  group: { label: string; key: string; rows: Computation['rows'] },
): Outcome[] {
  const { operation, column } = computation;
  const { label, key, rows } = group;
  if (operation === 'count' || column === null) {
    const operands = rows.map((row) => ({ row, value: ofInteger(1) }));
    return [{ label, key, unit: '', operands, result: ofInteger(rows.length) }];
  }
  return readNumbers(rows, column).byUnit.map(({ unit, list }) => ({
    ...{ label, key, unit, operands: list },
    result: aggregate(
      aggregateOf(operation),
      list.map(({ value }) => value),
    ),
  }));
}

function aggregateOf(operation: Computation['operation']): Aggregate {
  return operation === 'share' ? 'sum' : (operation as Aggregate);
}

/** The best first, cut to the asked number, and all of them; a tie at the cut is kept whole and told. Periods stay in time order. */
function ranked(
  computation: Computation,
  outcomes: readonly Outcome[],
  single: boolean,
): { told: readonly Outcome[]; tie: string[]; sorted: readonly Outcome[] } {
  const { top, order, groupBy } = computation;
  if (single || (top === null && groupBy === null)) return { told: outcomes, tie: [], sorted: outcomes };
  const direction = order === 'asc' ? 1 : -1;
  const sorted = [...outcomes].sort((a, b) => direction * compare(a.result, b.result) || (a.label < b.label ? -1 : 1));
  if (top === null || sorted.length <= top) return { told: sorted, tie: [], sorted };
  const last = sorted[top - 1];
  const told = sorted.filter((outcome, index) => index < top || (last && compare(outcome.result, last.result) === 0));
  const tied = told.filter((outcome) => last && compare(outcome.result, last.result) === 0);
  const tie =
    told.length > top ? [`Place ${String(top)} is shared by ${formatList(tied.map(({ label }) => label))}.`] : [];
  return { told, tie, sorted };
}

function claimOf(
  computation: Computation,
  outcome: Outcome,
  all: readonly Outcome[],
  single: boolean,
  citer: RowCiter,
): Claim {
  const { operation, book, table, where } = computation;
  const { operands, result, unit } = outcome;
  const shown = shownOf(computation, outcome, all, single);
  const amount = formatQuantity(plain(result), unit);
  if (operation === 'share') return shareClaim(computation, outcome, all, single, citer, shown);
  if (operation === 'min' || operation === 'max') {
    const extremes = operands.filter(({ value }) => compare(value, result) === 0).map(({ row }) => row);
    const first = extremes.slice(0, 5);
    const cited = new Map([
      ...citer.citeAll(operands.map(({ row }) => row)),
      ...first.map((row) => [row.index, citer.cite(row)] as const),
    ]);
    const places = first.map((row) => describeRow(computation, row)).join('; ');
    const times = extremes.length > 1 ? `, in ${formatCount(extremes.length, 'row')}` : '';
    const evidence = [...first.map((row) => citer.cite(row)), ...cited.values()];
    return book.claim(`${subject(computation, outcome, single)} ${amount}${times}: ${places}.`, 'computed', evidence, {
      ...{ kind: 'aggregate', ...writtenAggregate(operation, operands, cited), result: toNumber(result), shown },
    });
  }
  const cited = citer.citeAll(operands.map(({ row }) => row));
  const rows = formatCount(operands.length, 'row');
  const text =
    operation === 'count' && single
      ? `${rows} of ${table.name}${where === '' ? '' : ` have ${where}`}.`
      : `${subject(computation, outcome, single)} ${operation === 'count' ? rows : `${amount} over ${rows}`}.`;
  return book.claim(text, 'computed', [...cited.values()], {
    kind: 'aggregate',
    ...writtenAggregate(operation as Aggregate, operands, cited),
    result: toNumber(result),
    shown,
  });
}

function shareClaim(
  computation: Computation,
  outcome: Outcome,
  all: readonly Outcome[],
  single: boolean,
  citer: RowCiter,
  shown: string,
): Claim {
  const { book, column } = computation;
  const whole = wholeOf(computation, outcome, all, single);
  const share = percentOf(outcome.result, whole);
  const cited = citer.citeAll(outcome.operands.map(({ row }) => row));
  const write = (value: Decimal): string =>
    column === null ? formatCount(Number(value.units), 'row') : formatQuantity(plain(value), outcome.unit);
  const percent = share === null ? 'no share, since the whole is zero' : `${plain(share)} %`;
  const name = single ? `Rows with ${computation.where || 'any value'}` : outcome.label;
  return book.claim(
    `${name}: ${percent} (${write(outcome.result)} of ${write(whole)}).`,
    'computed',
    [...cited.values()],
    {
      kind: 'aggregate',
      operation: 'share',
      values: [
        { evidence: null, value: toNumber(outcome.result) },
        { evidence: null, value: toNumber(whole) },
      ],
      result: share === null ? 0 : toNumber(outcome.result) / toNumber(whole),
      shown,
    },
  );
}

/** All groups of the same unit; for one filtered part of a table, the whole table. */
function wholeOf(computation: Computation, outcome: Outcome, all: readonly Outcome[], single: boolean): Decimal {
  if (!single) return sum(all.filter(({ unit }) => unit === outcome.unit).map(({ result }) => result));
  const rows = computation.table.rows.map((row, index) => ({ ...row, index }));
  if (computation.column === null) return ofInteger(rows.length);
  const same = readNumbers(rows, computation.column).byUnit.find(({ unit }) => unit === outcome.unit);
  return sum((same?.list ?? []).map(({ value }) => value));
}

const NAMES: Readonly<Record<string, string>> = {
  ...{ sum: 'The sum of', mean: 'The mean of', median: 'The median of', min: 'The lowest', max: 'The highest' },
};

function subject(computation: Computation, outcome: Outcome, single: boolean): string {
  if (!single) return `${outcome.label}:`;
  const { operation, column, where } = computation;
  const condition = where === '' ? '' : ` where ${where}`;
  return `${NAMES[operation] ?? ''} ${column?.name ?? ''}${condition} is`;
}

/** "sum(Amount) where Region = North = 12,400.50 EUR (14 rows)". */
function shownOf(computation: Computation, outcome: Outcome, all: readonly Outcome[], single: boolean): string {
  const { operation, column, where, groupBy, dates } = computation;
  const group = single ? '' : `${(groupBy ?? dates)?.name ?? 'group'} = ${outcome.label}`;
  const conditions = [where, group].filter((part) => part !== '').join(' and ');
  const what = `${operation}(${column?.name ?? 'rows'})${conditions === '' ? '' : ` where ${conditions}`}`;
  const rows = formatCount(outcome.operands.length, 'row');
  if (operation === 'share') {
    const whole = wholeOf(computation, outcome, all, single);
    const share = percentOf(outcome.result, whole);
    const write = (value: Decimal): string => formatQuantity(plain(value), outcome.unit);
    return `${what} = ${write(outcome.result)} / ${write(whole)} = ${share === null ? 'none' : `${plain(share)} %`} (${rows})`;
  }
  return `${what} = ${formatQuantity(plain(outcome.result), outcome.unit)} (${rows})`;
}

function titleOf({ operation, column, groupBy, dates, period, table }: Computation): string {
  const what =
    operation === 'count'
      ? 'Rows'
      : `${operation[0]?.toUpperCase() ?? ''}${operation.slice(1)} of ${column?.name ?? 'rows'}`;
  const by = [groupBy?.name, dates !== null && period !== 'none' ? period : undefined].filter(
    (part) => part !== undefined,
  );
  return `${what}${by.length > 0 ? ` by ${by.join(' and ')}` : ''} in ${table.name}`;
}

function chartOf(computation: Computation, told: readonly Outcome[]): Chart | null {
  const unit = told[0]?.unit ?? '';
  const bars = told.filter((outcome) => outcome.unit === unit).slice(0, BARS_MAX);
  if (bars.length < 2) return null;
  const { groupBy, dates, column, operation } = computation;
  const value = column === null ? 'rows' : column.name;
  return {
    kind: 'bar',
    title: titleOf(computation),
    xLabel: (groupBy ?? dates)?.name ?? '',
    yLabel: `${operation} of ${value}${unit === '' ? '' : ` (${unit})`}`,
    points: bars.map(({ label, result }) => ({ label, value: toNumber(result) })),
  };
}

function tableOf(computation: Computation, told: readonly Outcome[], all: readonly Outcome[]): AnswerDraft['table'] {
  const { operation, column, groupBy, dates } = computation;
  const share = operation === 'share';
  return {
    columns: [
      (groupBy ?? dates)?.name ?? 'Group',
      `${operation}(${column?.name ?? 'rows'})`,
      ...(share ? ['share'] : []),
      'rows',
    ],
    rows: told.slice(0, GROUPS_LISTED_MAX).map((outcome) => {
      const part = share ? percentOf(outcome.result, wholeOf(computation, outcome, all, false)) : null;
      const amount = formatQuantity(plain(outcome.result), outcome.unit);
      return [
        outcome.label,
        amount,
        ...(share ? [part === null ? '' : `${plain(part)} %`] : []),
        String(outcome.operands.length),
      ];
    }),
  };
}

function noNumbers(computation: Computation, notes: readonly string[]): AnswerDraft {
  const { book, table, column, where } = computation;
  const claim = book.claim(
    `No ${column?.name ?? ''} of ${table.name}${where === '' ? '' : ` where ${where}`} is a number.`,
    'absent',
    [],
    { kind: 'search', terms: [column?.name ?? ''], searched: [table.span.source], hits: 0 },
  );
  return book.draft('not-found', [{ title: table.name, claims: [claim] }], { notes });
}
