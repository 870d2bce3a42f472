import { DAY_MS, validDay } from '#core/base/civil-date.ts';
import type { LocalMs } from './occur.ts';

/** Reads "2026-11-24" or "2026-11-24T10:00:00" (Z ignored) as a wall-clock time; null when it is none. */
export function readLocal(text: string): LocalMs | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2}):(\d{2}|)Z?)?$/.exec(text);
  if (!match) return null;
  const day = validDay(Number(match[1]), Number(match[2]), Number(match[3]));
  const [hour, minute, second] = [Number(match[4] ?? 0), Number(match[5] ?? 0), Number(match[6] ?? 0)];
  if (day === null || hour > 24 || minute > 59 || second > 60) return null;
  return day * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

/** A duration (RFC 5545, 3.3.6): days run by the calendar, the rest by the clock. */
export interface Duration {
  readonly days: number;
  readonly ms: number;
}

/** Reads "P1DT2H" or "-PT15M"; null when it is none. */
export function readDuration(text: string): Duration | null {
  const match = /^([+-])?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!match || !/\d/.test(text)) return null;
  const [weeks, days, hours, minutes, seconds] = match
    .slice(2)
    .map((part) => Number((part as string | undefined) ?? 0));
  const sign = match[1] === '-' ? -1 : 1;
  return {
    days: sign * ((weeks ?? 0) * 7 + (days ?? 0)),
    ms: sign * (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1000,
  };
}
