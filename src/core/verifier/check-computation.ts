import { parseIsoDate, weekdayOf } from '../base/civil-date.ts';
import { findWrittenDates, findWrittenTimes, isoOf } from '../text/dates.ts';
import { convertAmount, findAmounts } from '../text/amounts.ts';
import { closeTo, findNumbers } from '../text/numbers.ts';
import type { Claim, Computation, Evidence } from '../tools/answer.ts';
import { check, short } from './check.ts';
import { checkNamedDate } from './check-date.ts';
import { occursIn } from './claim-parts.ts';
import type { Check } from './verdict.ts';

type Of<K extends Computation['kind']> = Extract<Computation, { kind: K }>;

/** Does the computation of a claim again. */
export function checkComputation(claim: Claim, evidence: ReadonlyMap<string, Evidence>): Check[] {
  const { computation } = claim;
  if (computation === null) return [];
  switch (computation.kind) {
    case 'aggregate':
      return checkAggregate(claim, computation, evidence);
    case 'conversion':
      return checkConversion(claim, computation, evidence);
    case 'free-slot':
      return checkFreeSlot(claim, computation, evidence);
    case 'date':
      return checkDate(claim, computation, evidence);
    case 'search':
      return [checkSearch(claim, computation)];
  }
}

function checkAggregate(claim: Claim, computation: Of<'aggregate'>, evidence: ReadonlyMap<string, Evidence>): Check[] {
  const { operation, values, result, shown } = computation;
  const checks: Check[] = [];
  for (const { evidence: id, value } of values) {
    if (id === null) continue;
    const piece = evidence.get(id);
    const counted = operation === 'count';
    const passed = piece !== undefined && (counted || holdsNumber(piece.quote, value));
    if (!passed) checks.push(check(claim, 'number', false, `the evidence for ${String(value)} does not hold it`));
  }
  const again = aggregate(
    operation,
    values.map(({ value }) => value),
  );
  const right = again !== null && sameRounded(again, result);
  checks.push(
    check(
      claim,
      'computation',
      right,
      right
        ? `done again: ${short(shown)}`
        : `done again, ${operation} gives ${String(again)} and not ${String(result)}`,
    ),
  );
  const says = [shown, claim.text].every((text) => states(text, result));
  checks.push(
    check(
      claim,
      'computation',
      says,
      says ? 'the sentence says the result' : `the sentence does not say the result ${String(result)}`,
    ),
  );
  return checks;
}

/** The amount must be given as it is said, and the sentence be exactly what converting it again comes to. */
function checkConversion(
  claim: Claim,
  { words, of }: Of<'conversion'>,
  evidence: ReadonlyMap<string, Evidence>,
): Check[] {
  const amounts = findAmounts(words);
  const [amount] = amounts;
  const whole = amounts.length === 1 && amount?.text === words;
  const cited = claim.evidence.flatMap((id) => evidence.get(id) ?? []);
  const given =
    of === null
      ? cited.some(({ quote }) => occursIn(words, quote))
      : whole && amount.values.length === 1 && closeTo(amount.values[0] ?? NaN, of.result);
  const again = whole ? `${words} is ${convertAmount(amount)}.` : null;
  return [
    ...(of === null ? [] : checkAggregate(claim, of, evidence)),
    check(claim, 'number', given, given ? `${short(words)} is given` : `nothing gives ${short(words)}`),
    check(
      claim,
      'computation',
      claim.text === again,
      claim.text === again
        ? `converted again: ${short(claim.text)}`
        : `converted again, it is: ${again ?? 'no measured amount'}`,
    ),
  ];
}

/** Whether a text gives a number, or a row of cells has it as one of its cells: "12,40" may be 12.40, or 12 and 40. */
function holdsNumber(text: string, value: number): boolean {
  if (findNumbers(text).some((number) => number.values.some((known) => closeTo(known, value)))) return true;
  return text
    .split(/[,;|\t\n]/)
    .some((cell) => findNumbers(cell).some((number) => number.values.some((known) => closeTo(known, value))));
}

/** @returns null when there is nothing to compute with */
function aggregate(operation: Of<'aggregate'>['operation'], values: readonly number[]): number | null {
  const sum = values.reduce((total, value) => total + value, 0);
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  switch (operation) {
    case 'count':
      return values.length;
    case 'sum':
      return sum;
    case 'mean':
      return values.length === 0 ? null : sum / values.length;
    case 'median':
      if (values.length === 0) return null;
      return sorted.length % 2 === 1
        ? (sorted[Math.floor(middle)] ?? null)
        : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
    case 'min':
      return sorted[0] ?? null;
    case 'max':
      return sorted.at(-1) ?? null;
    case 'difference':
      return values.length === 2 ? (values[0] ?? 0) - (values[1] ?? 0) : null;
    case 'share':
      return values.length === 2 && values[1] !== 0 ? (values[0] ?? 0) / (values[1] ?? 1) : null;
  }
}

/** Equal, or equal when rounded to the digits that the result is given with. */
function sameRounded(again: number, result: number): boolean {
  const digits = /\.(\d+)$/.exec(String(result))?.[1]?.length ?? 0;
  return closeTo(again, result) || Math.abs(again - result) <= 0.5000001 * 10 ** -Math.max(digits, 2);
}

/** Whether a text gives a result: as it is, rounded, or as a percentage. */
function states(text: string, result: number): boolean {
  return findNumbers(text).some((number) =>
    number.values.some((value) => {
      const digits = /\.(\d+)$/.exec(String(value))?.[1]?.length ?? 0;
      return [result, Math.abs(result), 100 * result, Math.abs(100 * result)].some(
        (exact) => closeTo(value, exact) || Math.abs(value - exact) <= 0.5000001 * 10 ** -digits,
      );
    }),
  );
}

function checkFreeSlot(claim: Claim, computation: Of<'free-slot'>, evidence: ReadonlyMap<string, Evidence>): Check[] {
  const { start, end, busy, windows, shown } = computation;
  const clash = busy.find((time) => time.start < end && start < time.end);
  const inside = end > start && windows.some((window) => window.start <= start && end <= window.end);
  const cited = busy.every((time) => evidence.has(time.evidence));
  const said = claim.text.includes(shown);
  return [
    check(
      claim,
      'computation',
      clash === undefined,
      clash === undefined ? `no entry of ${String(busy.length)} overlaps ${shown}` : `an entry overlaps ${shown}`,
    ),
    check(
      claim,
      'computation',
      inside,
      inside ? 'the time lies inside the hours allowed' : 'the time lies outside the hours allowed',
    ),
    check(claim, 'evidence', cited, cited ? 'every busy time is cited' : 'a busy time is not cited'),
    check(
      claim,
      'date',
      said && lasts(shown, end - start),
      said ? 'the time is shown as computed' : `the sentence does not show ${shown}`,
    ),
  ];
}

/** Whether the two clock times shown are as far apart as the slot is long; a change of clocks may lie between. */
function lasts(shown: string, length: number): boolean {
  const times = findWrittenTimes(shown).flatMap(({ minutes }) => minutes);
  const [from, to] = [times[0], times.at(-1)];
  if (from === undefined || to === undefined || times.length < 2) return false;
  const minutes = (to - from + 1440) % 1440 || 1440;
  return [0, 60, -60].some((change) => minutes + change === length / 60_000 && (change === 0 || from < 240));
}

function checkDate(claim: Claim, computation: Of<'date'>, evidence: ReadonlyMap<string, Evidence>): Check[] {
  const piece = evidence.get(computation.evidence);
  const stands = piece !== undefined && occursIn(computation.words, piece.quote);
  const follows = checkNamedDate(computation.words, computation.value, computation.reference);
  const day = computation.value.slice(0, 10);
  const said = findWrittenDates(claim.text).some(({ readings }) =>
    readings.some((date) => isoOf(date) === day && holds(day, date.weekday)),
  );
  return [
    check(
      claim,
      'date',
      stands,
      stands
        ? `“${computation.words}” stands in the evidence`
        : `“${short(computation.words)}” does not stand in the evidence`,
    ),
    check(
      claim,
      'date',
      follows,
      follows ? `“${computation.words}” can mean ${day}` : `“${computation.words}” cannot mean ${day}`,
    ),
    check(claim, 'date', said, said ? `the sentence says ${day}` : `the sentence does not say ${day}`),
  ];
}

function holds(day: string, weekday: number | null): boolean {
  const date = parseIsoDate(day);
  return date !== null && (weekday === null || weekdayOf(date) === weekday);
}

function checkSearch(claim: Claim, { hits, terms, searched }: Of<'search'>): Check {
  const passed = claim.basis !== 'absent' || hits === 0;
  const what = `${terms.length === 0 ? 'it' : short(terms.join(', '))} in ${String(searched.length)} files`;
  return check(
    claim,
    'computation',
    passed,
    passed ? `looked for ${what}, hits: ${String(hits)}` : 'it was found, and the sentence says that it was not',
  );
}
