import type { UnixMs } from '../../base/ids.ts';
import type { OwnerSettings } from '../../items/owner.ts';
import { MINUTE_MS, isoDate, parseIsoDate, weekdayOf } from '../../base/civil-date.ts';
import type { BusyTime, DateRange } from './busy-times.ts';

/** What was asked of a free time. */
export interface SlotWishes {
  readonly minutes: number;
  readonly between: DateRange;
  /** Minutes after midnight. An open side (0 or 1440) is taken from the working hours; both open is the whole day. */
  readonly hours: { readonly from: number; readonly to: number } | null;
  /** 1 Monday to 7 Sunday. */
  readonly excludeWeekdays: readonly number[];
  /** Empty for any. */
  readonly onlyWeekdays: readonly number[];
  /** Whether days without working hours count too. */
  readonly weekends: boolean;
  readonly count: number;
}

/** The zone port's reading of wall-clock times. */
export interface Clockwork {
  readonly toInstant: (date: string, minute: number, zone: string) => UnixMs;
  readonly toLocal: (instant: UnixMs, zone: string) => { readonly date: string; readonly minute: number };
}

export interface Window {
  readonly start: UnixMs;
  readonly end: UnixMs;
}

/** One day that may be used, with its allowed hours; `window` is null where all of it is past. */
export interface Day {
  readonly date: string;
  readonly weekday: number;
  readonly from: number;
  readonly to: number;
  readonly window: Window | null;
}

export const DAYS_MAX = 366;
const QUARTER_MS = 15 * MINUTE_MS;
const USUAL_HOURS = { from: 9 * 60, to: 17 * 60 };

/** The usable days of a range in order. Nothing before `now` is offered. */
export function usableDays(
  wishes: SlotWishes,
  owner: OwnerSettings,
  now: UnixMs,
  zone: string,
  clock: Clockwork,
): Day[] {
  const dates = datesOf(wishes.between);
  const allowed = dates.filter(({ weekday }) => isWished(weekday, wishes));
  const working = allowed.filter(({ weekday }) => wishes.weekends || hoursOf(weekday, owner) !== null);
  // A range of nothing but days off was named on purpose: "on Saturday".
  const named = wishes.onlyWeekdays.length > 0 || working.length === 0 ? allowed : working;
  return named.map(({ date, weekday }) => {
    const { from, to } = allowedHours(hoursOf(weekday, owner) ?? usualHours(owner), wishes.hours);
    const start = Math.max(clock.toInstant(date, from, zone), roundUp(now, QUARTER_MS)) as UnixMs;
    const end = clock.toInstant(date, to, zone);
    return { date, weekday, from, to, window: start < end ? { start, end } : null };
  });
}

/** The parts of a window that no busy time takes. */
export function gapsIn(window: Window, busy: readonly Pick<BusyTime, 'start' | 'end'>[]): Window[] {
  const gaps: Window[] = [];
  let free = window.start;
  for (const { start, end } of [...busy].sort((a, b) => a.start - b.start)) {
    if (end <= free || start >= window.end) continue;
    if (start > free) gaps.push({ start: free, end: start });
    free = end;
    if (free >= window.end) return gaps;
  }
  gaps.push({ start: free, end: window.end });
  return gaps;
}

/** A slot at the start of a gap, on a quarter hour where the gap leaves room for that; null when it is too short. */
export function slotIn(gap: Window, minutes: number): Window | null {
  const length = minutes * MINUTE_MS;
  const start = [roundUp(gap.start, QUARTER_MS), gap.start].find((at) => at + length <= gap.end);
  return start === undefined ? null : { start: start as UnixMs, end: (start + length) as UnixMs };
}

export function overlaps(a: { start: number; end: number }, b: { start: number; end: number }): boolean {
  return a.start < b.end && b.start < a.end;
}

function isWished(weekday: number, wishes: SlotWishes): boolean {
  if (wishes.excludeWeekdays.includes(weekday)) return false;
  return wishes.onlyWeekdays.length === 0 || wishes.onlyWeekdays.includes(weekday);
}

function allowedHours(base: { from: number; to: number }, hours: SlotWishes['hours']): { from: number; to: number } {
  if (hours === null) return base;
  const [openBefore, openAfter] = [hours.from <= 0, hours.to >= 1440];
  if (openBefore === openAfter) return hours;
  if (openBefore) return { from: base.from < hours.to ? base.from : 0, to: hours.to };
  return { from: hours.from, to: base.to > hours.from ? base.to : 1440 };
}

function hoursOf(weekday: number, owner: OwnerSettings): { from: number; to: number } | null {
  const hours = owner.workingHours[String(weekday) as '1'];
  return hours && hours.from < hours.to ? hours : null;
}

function usualHours(owner: OwnerSettings): { from: number; to: number } {
  return [1, 2, 3, 4, 5, 6, 7].map((day) => hoursOf(day, owner)).find((hours) => hours !== null) ?? USUAL_HOURS;
}

function datesOf(range: DateRange): { date: string; weekday: number }[] {
  const [from, to] = [parseIsoDate(range.from), parseIsoDate(range.to)];
  if (from === null || to === null) return [];
  const length = Math.min(Math.max(0, to - from + 1), DAYS_MAX);
  return Array.from({ length }, (_, index) => ({ date: isoDate(from + index), weekday: weekdayOf(from + index) }));
}

function roundUp(value: number, step: number): number {
  return Math.ceil(value / step) * step;
}
