import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import type { DayNumber } from '#core/base/civil-date.ts';
import { civilDate, DAY_MS, dayNumber, daysInMonth, isLeapYear, modulo, weekdayOf } from '#core/base/civil-date.ts';
import type { Rule } from './rule.ts';

/** A wall-clock time: milliseconds since 1970-01-01T00:00 on that clock, no zone. */
export type LocalMs = number;

/** Days and times looked at for one rule; a rule that needs more is refused instead of blocking the thread. */
export const RULE_STEPS_MAX = 400_000;

/**
 * The starts that a rule gives in [from, to], in order, the series' own start first where it lies there. The rule's
 * COUNT counts from `start`; its UNTIL is left to the caller, who knows the zone, through `beforeUntil`.
 * ical.js has an iterator too, but it never returns for rules that cannot be met, and leaves out weeks by number.
 */
export function occur(
  rule: Rule,
  start: LocalMs,
  from: LocalMs,
  to: LocalMs,
  beforeUntil: (at: LocalMs) => boolean = () => true,
): Result<readonly LocalMs[], string> {
  if (start > to) return ok([]);
  // The series' own start always counts as the first (RFC 5545, 3.3.10), in step with the rule or not.
  const found: LocalMs[] = start >= from ? [start] : [];
  let counted = 1;
  let steps = 0;
  const take = (at: LocalMs): 'more' | 'done' => {
    if (at > to || !beforeUntil(at)) return 'done';
    counted += 1;
    if (rule.count !== null && counted > rule.count) return 'done';
    if (at >= from) found.push(at);
    return 'more';
  };

  const periods = subDaily(rule) ? timePeriods : dayPeriods;
  const first = rule.count === null ? Math.max(start, from) : start;
  for (const period of periods(rule, start, first)) {
    steps += period.cost;
    if (steps > RULE_STEPS_MAX) return err('the recurrence rule is too costly to follow; it was not used');
    if (period.begins > to) break;
    for (const at of positioned(rule, period.times())) {
      if (at <= start) continue;
      if (take(at) === 'done') return ok(found);
    }
  }
  return ok(found);
}

/** One DAY, WEEK, MONTH, YEAR, HOUR … of a rule, with the times that the BY parts give in it. */
interface Period {
  readonly begins: LocalMs;
  readonly cost: number;
  readonly times: () => LocalMs[];
}

function subDaily(rule: Rule): boolean {
  return rule.frequency === 'HOURLY' || rule.frequency === 'MINUTELY' || rule.frequency === 'SECONDLY';
}

function* dayPeriods(rule: Rule, start: LocalMs, first: LocalMs): Generator<Period> {
  const startDay = Math.floor(start / DAY_MS);
  const times = timesOfDay(rule, modulo(start, DAY_MS));
  const length = { DAILY: 1, WEEKLY: 7, MONTHLY: 28, YEARLY: 365 }[rule.frequency as 'DAILY'];
  // Skips whole intervals, a few short of `first`, so that an old series costs no more than a new one.
  const skipped = Math.max(0, Math.floor((first - start) / DAY_MS / (SPAN_DAYS_MAX[length] ?? 1)) - 2);
  const skip = Math.floor(skipped / rule.interval) * rule.interval;
  for (let index = skip; ; index += rule.interval) {
    const [begin, end] = periodDays(rule, startDay, index);
    yield {
      begins: begin * DAY_MS,
      cost: (end - begin) * times.length,
      times: () => {
        const out: LocalMs[] = [];
        for (let day = begin; day < end; day++) {
          if (!dayMatches(rule, startDay, day)) continue;
          for (const time of times) out.push(day * DAY_MS + time);
        }
        return out;
      },
    };
  }
}

const SPAN_DAYS_MAX: Readonly<Record<number, number>> = { 1: 1, 7: 7, 28: 31, 365: 366 };

function periodDays(rule: Rule, startDay: DayNumber, index: number): readonly [DayNumber, DayNumber] {
  const { year, month } = civilDate(startDay);
  switch (rule.frequency) {
    case 'WEEKLY': {
      const monday = startDay - modulo(weekdayOf(startDay) - rule.weekStart, 7) + index * 7;
      return [monday, monday + 7];
    }
    case 'MONTHLY':
      return [dayNumber(year, month + index, 1), dayNumber(year, month + index + 1, 1)];
    case 'YEARLY':
      return [dayNumber(year + index, 1, 1), dayNumber(year + index + 1, 1, 1)];
    default:
      return [startDay + index, startDay + index + 1];
  }
}

/** Whether all BY parts about days hold; what they leave open is taken from the series' start. */
function dayMatches(rule: Rule, startDay: DayNumber, day: DayNumber): boolean {
  const { year, month, day: monthDay } = civilDate(day);
  const begun = civilDate(startDay);
  if (rule.byMonth.length > 0 && !rule.byMonth.includes(month)) return false;
  if (!listed(rule.byMonthDay, monthDay, daysInMonth(year, month))) return false;
  const yearLength = isLeapYear(year) ? 366 : 365;
  if (!listed(rule.byYearDay, day - dayNumber(year, 1, 1) + 1, yearLength)) return false;
  if (rule.byWeekNumber.length > 0 && !inWeeks(rule, day)) return false;
  if (rule.byDay.length > 0) return rule.byDay.some((part) => weekdayMatches(rule, part, day));
  if (rule.byMonthDay.length > 0 || rule.byYearDay.length > 0) return true;
  if (rule.frequency === 'WEEKLY' || rule.byWeekNumber.length > 0) return weekdayOf(day) === weekdayOf(startDay);
  if (rule.frequency === 'MONTHLY') return monthDay === begun.day;
  if (rule.frequency === 'YEARLY') {
    return monthDay === begun.day && (rule.byMonth.length > 0 || month === begun.month);
  }
  return true;
}

function listed(values: readonly number[], position: number, length: number): boolean {
  return values.length === 0 || values.includes(position) || values.includes(position - length - 1);
}

function weekdayMatches(rule: Rule, part: { readonly weekday: number; readonly nth: number }, day: DayNumber): boolean {
  if (weekdayOf(day) !== part.weekday) return false;
  const inYear = rule.frequency === 'YEARLY' && rule.byMonth.length === 0 && rule.byWeekNumber.length === 0;
  const inMonth = rule.frequency === 'MONTHLY' || (rule.frequency === 'YEARLY' && rule.byMonth.length > 0);
  if (part.nth === 0 || !(inYear || inMonth)) return true;
  const { year, month, day: monthDay } = civilDate(day);
  const position = inYear ? day - dayNumber(year, 1, 1) : monthDay - 1;
  const length = inYear ? (isLeapYear(year) ? 366 : 365) : daysInMonth(year, month);
  const nth = part.nth > 0 ? Math.floor(position / 7) + 1 : -Math.floor((length - 1 - position) / 7) - 1;
  return nth === part.nth;
}

/** Weeks begin on the rule's first day; week 1 has at least four days in its year. */
function inWeeks(rule: Rule, day: DayNumber): boolean {
  const begin = day - modulo(weekdayOf(day) - rule.weekStart, 7);
  const { year } = civilDate(begin + 3);
  const number = Math.floor((begin + 3 - dayNumber(year, 1, 1)) / 7) + 1;
  const lastOfYear = dayNumber(year, 12, 31);
  const lastBegin = lastOfYear - modulo(weekdayOf(lastOfYear) - rule.weekStart, 7);
  const weeks = Math.floor((lastBegin + 3 - dayNumber(year, 1, 1)) / 7) + (lastBegin + 3 > lastOfYear ? 0 : 1);
  return rule.byWeekNumber.includes(number) || rule.byWeekNumber.includes(number - weeks - 1);
}

function timesOfDay(rule: Rule, start: number): number[] {
  const hours = rule.byHour.length > 0 ? rule.byHour : [Math.floor(start / 3_600_000)];
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(start / 60_000) % 60];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [Math.floor(start / 1000) % 60];
  return hours.flatMap((hour) =>
    minutes.flatMap((minute) => seconds.map((second) => ((hour * 60 + minute) * 60 + second) * 1000)),
  );
}

function* timePeriods(rule: Rule, start: LocalMs, first: LocalMs): Generator<Period> {
  const unit = { HOURLY: 3_600_000, MINUTELY: 60_000, SECONDLY: 1000 }[rule.frequency as 'HOURLY'];
  const origin = Math.floor(start / unit) * unit;
  const step = unit * rule.interval;
  const startDay = Math.floor(start / DAY_MS);
  for (let at = origin + Math.max(0, Math.floor((first - origin) / step)) * step; ; at += step) {
    const day = Math.floor(at / DAY_MS);
    if (!dayMatches(rule, startDay, day)) {
      yield { begins: at, cost: 1, times: () => [] };
      // Nothing can match before midnight: go to the last period of this day at once.
      at += Math.max(0, Math.floor(((day + 1) * DAY_MS - 1 - at) / step)) * step;
      continue;
    }
    const begins = at;
    yield { begins, cost: 1, times: () => timesOfPeriod(rule, start, begins, unit) };
  }
}

function timesOfPeriod(rule: Rule, start: LocalMs, begins: LocalMs, unit: number): LocalMs[] {
  const inDay = modulo(begins, DAY_MS);
  if (rule.byHour.length > 0 && !rule.byHour.includes(Math.floor(inDay / 3_600_000))) return [];
  const minute = Math.floor(inDay / 60_000) % 60;
  const second = Math.floor(inDay / 1000) % 60;
  const limits = (values: readonly number[], value: number): boolean => values.length === 0 || values.includes(value);
  if (unit <= 60_000 && !limits(rule.byMinute, minute)) return [];
  if (unit <= 1000) return limits(rule.bySecond, second) ? [begins] : [];
  const seconds = rule.bySecond.length > 0 ? rule.bySecond : [Math.floor(start / 1000) % 60];
  if (unit <= 60_000) return seconds.map((value) => begins + value * 1000);
  const minutes = rule.byMinute.length > 0 ? rule.byMinute : [Math.floor(start / 60_000) % 60];
  return minutes.flatMap((m) => seconds.map((s) => begins + m * 60_000 + s * 1000));
}

function positioned(rule: Rule, times: readonly LocalMs[]): readonly LocalMs[] {
  if (rule.bySetPosition.length === 0) return times;
  return times.filter((_, index) => listed(rule.bySetPosition, index + 1, times.length));
}
