import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';

export type Frequency = 'SECONDLY' | 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY';

/** A recurrence rule (RFC 5545, 3.3.10) with its parts as numbers; a missing part is an empty list. */
export interface Rule {
  readonly frequency: Frequency;
  readonly interval: number;
  readonly count: number | null;
  /** As written in jCal: "2026-11-24", "2026-11-24T10:00:00" or the latter with Z. */
  readonly until: string | null;
  /** First day of the week, 1 Monday to 7 Sunday. */
  readonly weekStart: number;
  readonly bySecond: readonly number[];
  readonly byMinute: readonly number[];
  readonly byHour: readonly number[];
  /** Weekday 1 Monday to 7 Sunday; nth 0 for every such day. */
  readonly byDay: readonly { readonly weekday: number; readonly nth: number }[];
  readonly byMonthDay: readonly number[];
  readonly byYearDay: readonly number[];
  readonly byWeekNumber: readonly number[];
  readonly byMonth: readonly number[];
  readonly bySetPosition: readonly number[];
}

const FREQUENCIES: readonly string[] = ['SECONDLY', 'MINUTELY', 'HOURLY', 'DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'];
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'];
/** ical.js counts weekdays from Sunday = 1. */
const SUNDAY_BASED = [7, 1, 2, 3, 4, 5, 6];

/** Reads the recur value of ical.js's jCal. Errors are in words, for the owner. */
export function readRule(value: unknown): Result<Rule, string> {
  if (typeof value !== 'object' || value === null) return err('the recurrence rule cannot be read');
  const data = value as Record<string, unknown>;
  const frequency = data['freq'];
  if (typeof frequency !== 'string' || !FREQUENCIES.includes(frequency)) {
    return err('the recurrence rule does not say how often it repeats (FREQ)');
  }
  if (data['rscale'] !== undefined && data['rscale'] !== 'GREGORIAN') {
    return err('the recurrence rule counts in a calendar (RSCALE) that is not understood');
  }
  const count = data['count'];
  if (count !== undefined && !(typeof count === 'number' && count >= 1)) {
    return err('the recurrence rule has a COUNT that is not a number from 1 up');
  }
  const byDay = list(data['byday']).map((day) => readWeekday(String(day)));
  if (byDay.includes(null)) return err('the recurrence rule has a BYDAY that is no weekday');
  const weekStart = data['wkst'];
  return ok({
    frequency: frequency as Frequency,
    interval: typeof data['interval'] === 'number' ? data['interval'] : 1,
    count: typeof count === 'number' ? count : null,
    until: typeof data['until'] === 'string' ? data['until'] : null,
    weekStart: typeof weekStart === 'number' ? (SUNDAY_BASED[weekStart - 1] ?? 1) : 1,
    bySecond: numbers(data['bysecond']),
    byMinute: numbers(data['byminute']),
    byHour: numbers(data['byhour']),
    byDay: byDay.filter((day) => day !== null),
    byMonthDay: numbers(data['bymonthday']),
    byYearDay: numbers(data['byyearday']),
    byWeekNumber: numbers(data['byweekno']),
    byMonth: numbers(data['bymonth']),
    bySetPosition: numbers(data['bysetpos']),
  });
}

function readWeekday(text: string): { readonly weekday: number; readonly nth: number } | null {
  const match = /^([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)$/.exec(text);
  if (!match) return null;
  return { weekday: WEEKDAYS.indexOf(match[2] ?? '') + 1, nth: Number(match[1] ?? 0) };
}

function list(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}

function numbers(value: unknown): number[] {
  return list(value)
    .map(Number)
    .sort((a, b) => a - b);
}
