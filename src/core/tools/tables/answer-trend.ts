import type { Result } from '../../base/result.ts';
import { err, ok } from '../../base/result.ts';
import type { AnswerDraft, Claim } from '../answer.ts';
import { formatCount, formatQuantity, formatShortDate } from '../format.ts';
import { isoDate } from '../../base/civil-date.ts';
import { aggregate, percentOf, slopeOf } from './aggregate.ts';
import { periodOf } from './cell-date.ts';
import type { Period } from './cell-date.ts';
import type { Computation } from './computation.ts';
import type { Decimal } from './decimal.ts';
import { compare, ofInteger, plain, subtract, toNumber, ZERO } from './decimal.ts';
import { fittingPeriod, groupRows } from './grouping.ts';
import type { Operand } from './operand.ts';
import { readNumbers, RowCiter, writtenAggregate } from './operand.ts';
import type { NumberedRow } from './table-columns.ts';
import { dateIn } from './table-columns.ts';
import { citedNote, numberNotes } from './table-notes.ts';

/** Periods told as sentences; the chart and the table have them all. */
const PERIODS_TOLD_MAX = 36;

interface Step {
  readonly label: string;
  readonly operands: readonly Operand[];
  readonly value: Decimal;
}

/** Totals by period, the change from the first to the last, and the least-squares slope. */
export function answerTrend(computation: Computation): Result<AnswerDraft, string> {
  const { dates, rows, column, table, book, file, where } = computation;
  if (dates === null) return err(`${table.name} has no column of dates, so there is no trend to find.`);
  const spans = rows.map((row) => dateIn(row, dates)).filter((span) => span !== null);
  if (spans.length === 0) return err(`No ${dates.name} of ${table.name} can be read as a date.`);
  const [firstDay, lastDay] = [Math.min(...spans.map((s) => s.from)), Math.max(...spans.map((s) => s.to))];
  const period = computation.period === 'none' ? fittingPeriod(firstDay, lastDay) : computation.period;
  const grouped = groupRows(rows, null, dates, period);
  const numbers = column === null ? null : readNumbers(rows, column);
  const unit = numbers?.byUnit[0]?.unit ?? '';
  const averaged = column !== null && isLevel(column.name, unit);
  const steps = withGaps(
    grouped.groups.map((group) => stepOf(group, computation, unit, averaged)),
    period,
    firstDay,
    lastDay,
    averaged,
  );
  const [first, last] = [steps[0], steps[steps.length - 1]];
  if (first === undefined || last === undefined)
    return err(`No ${column?.name ?? 'row'} of ${table.name} is a number.`);

  const what = column === null ? 'number of rows' : `${averaged ? 'mean' : 'sum'}(${column.name})`;
  const told = steps.slice(-PERIODS_TOLD_MAX);
  const citer = new RowCiter(book, table, file, told.length + 1);
  const write = (value: Decimal): string => formatQuantity(plain(value), unit);
  const claims = told
    .filter((step) => step.operands.length > 0)
    .map((step) => stepClaim(computation, step, write, what, citer, averaged));
  const slope = slopeOf(steps.map(({ value }) => value));
  const edge = [first, last].map((step) => citer.citeAll(step.operands.map(({ row }) => row)));
  const change = changeClaim(
    computation,
    first,
    last,
    write,
    what,
    edge.flatMap((cited) => [...cited.values()]),
  );
  const title = `${what} by ${period} in ${table.name}${where === '' ? '' : ` where ${where}`}`;
  const label = column === null ? 'rows' : `${averaged ? 'mean' : 'sum'} of ${column.name}`;
  return ok(
    book.draft(
      'answered',
      [
        { title: 'Trend', claims: steps.length > 1 ? [change] : [] },
        { title: `By ${period}`, claims },
      ],
      {
        notes: [
          ...computation.notes,
          ...(computation.groupBy === null ? [] : [`Taken over every ${computation.groupBy.name} together.`]),
          ...(numbers === null ? [] : numberNotes(computation, numbers)),
          ...(grouped.undated > 0
            ? [`${formatCount(grouped.undated, 'row')} without a readable ${dates.name} left out.`]
            : []),
          ...(averaged ? [`${column.name} was averaged in each ${period}, not added up.`] : []),
          ...gapNote(steps, period),
          ...edgeNote(firstDay, lastDay, period),
          ...(steps.length === 1 ? [`All rows lie in one ${period}, so there is no change to tell.`] : []),
          ...(steps.length > told.length
            ? [`The first ${String(steps.length - told.length)} are in the table below only.`]
            : []),
          ...citedNote(citer),
        ],
        workings: [
          ...told.map(
            (step) => `${what} in ${step.label} = ${write(step.value)} (${formatCount(step.operands.length, 'row')})`,
          ),
          ...(slope === null
            ? []
            : [
                `slope by least squares over ${String(steps.length)} ${period}s = ${signed(slope, write)} per ${period}`,
              ]),
        ],
        chart: {
          kind: 'line',
          title,
          xLabel: dates.name,
          yLabel: `${label}${unit === '' ? '' : ` (${unit})`}`,
          points: steps.map((step) => ({ label: step.label, value: toNumber(step.value) })),
        },
        table: {
          columns: [period, label, 'rows'],
          rows: steps.map((step) => [step.label, write(step.value), String(step.operands.length)]),
        },
      },
    ),
  );
}

function stepOf(
  group: { readonly label: string; readonly rows: readonly NumberedRow[] },
  { column }: Computation,
  unit: string,
  averaged: boolean,
): Step {
  const operands =
    column === null
      ? group.rows.map((row) => ({ row, value: ofInteger(1) }))
      : (readNumbers(group.rows, column).byUnit.find((entry) => entry.unit === unit)?.list ?? []);
  const values = operands.map(({ value }) => value);
  return {
    label: group.label,
    operands,
    value: values.length === 0 ? ZERO : aggregate(averaged ? 'mean' : 'sum', values),
  };
}

/** Periods without rows stand as zero where amounts are added up, so that a line does not jump over them. */
function withGaps(
  steps: readonly Step[],
  period: Exclude<Period, 'none'>,
  firstDay: number,
  lastDay: number,
  averaged: boolean,
): Step[] {
  const told = steps.filter((step) => step.operands.length > 0);
  if (averaged) return told;
  const known = new Map(steps.map((step) => [step.label, step]));
  const all: Step[] = [];
  for (let day = firstDay; day <= lastDay;) {
    const { label, to } = periodOf(day, period);
    all.push(known.get(label) ?? { label, operands: [], value: ZERO });
    day = to + 1;
  }
  const filled = (step: Step): boolean => step.operands.length > 0;
  return all.slice(all.findIndex(filled), all.findLastIndex(filled) + 1);
}

function stepClaim(
  { book, column }: Computation,
  step: Step,
  write: (value: Decimal) => string,
  what: string,
  citer: RowCiter,
  averaged: boolean,
): Claim {
  const rows = formatCount(step.operands.length, 'row');
  const cited = citer.citeAll(step.operands.map(({ row }) => row));
  const text = column === null ? `${step.label}: ${rows}.` : `${step.label}: ${write(step.value)} over ${rows}.`;
  return book.claim(text, 'computed', [...cited.values()], {
    kind: 'aggregate',
    ...writtenAggregate(averaged ? 'mean' : column === null ? 'count' : 'sum', step.operands, cited),
    result: toNumber(step.value),
    shown: `${what} in ${step.label} = ${write(step.value)}`,
  });
}

function changeClaim(
  { book, column }: Computation,
  first: Step,
  last: Step,
  write: (value: Decimal) => string,
  what: string,
  evidence: Claim['evidence'],
): Claim {
  const change = subtract(last.value, first.value);
  const percent = percentOf(change, first.value);
  const order = compare(last.value, first.value);
  const verb = order > 0 ? 'rose' : order < 0 ? 'fell' : 'stayed the same';
  const name = column === null ? 'The number of rows' : column.name;
  const relative = percent === null ? '' : `, ${percent.units > 0n ? '+' : ''}${plain(percent)} %`;
  const text = `${name} ${verb} from ${write(first.value)} in ${first.label} to ${write(last.value)} in ${last.label} (${signed(change, write)}${relative}).`;
  return book.claim(text, 'computed', evidence, {
    kind: 'aggregate',
    operation: 'difference',
    values: [
      { evidence: null, value: toNumber(last.value) },
      { evidence: null, value: toNumber(first.value) },
    ],
    result: toNumber(change),
    shown: `${what}: ${write(last.value)} (${last.label}) - ${write(first.value)} (${first.label}) = ${write(change)}${relative}`,
  });
}

function gapNote(steps: readonly Step[], period: string): string[] {
  const gaps = steps.filter((step) => step.operands.length === 0).map(({ label }) => label);
  if (gaps.length === 0) return [];
  return [
    `No rows in ${formatCount(gaps.length, period)} (${gaps.slice(0, 6).join(', ')}${gaps.length > 6 ? ', …' : ''}), counted as zero.`,
  ];
}

/** The first and last period may be cut short by where the data begins and ends. */
function edgeNote(firstDay: number, lastDay: number, period: Exclude<Period, 'none'>): string[] {
  if (period === 'day') return [];
  const [first, last] = [periodOf(firstDay, period), periodOf(lastDay, period)];
  return firstDay > first.from || lastDay < last.to
    ? [
        `The data runs from ${formatShortDate(isoDate(firstDay))} to ${formatShortDate(isoDate(lastDay))}; the first or last ${period} may not be whole.`,
      ]
    : [];
}

function signed(value: Decimal, write: (value: Decimal) => string): string {
  return `${value.units > 0n ? '+' : ''}${write(value)}`;
}

const LEVELS =
  /\b(?:price|rate|temperature|temp|score|rating|level|average|avg|mean|balance|ratio|humidity|pressure|speed|age|weight|height|headcount|stock|margin|utili[sz]ation|occupancy)\b/i;

/** What is measured at a time rather than added up over it. */
function isLevel(name: string, unit: string): boolean {
  return unit === '%' || unit.startsWith('°') || LEVELS.test(name.replace(/_/g, ' '));
}
