import { DAY_MS, isoDate, MINUTE_MS } from '../base/civil-date.ts';
import { prettyJson } from '../base/json.ts';
import { claimsOf, type Answer } from './answer.ts';

/** A stretch of time as a calendar shares it: its two ends in UTC, and nothing of what it is about. */
export interface FreeTime {
  /** `2026-03-02T09:00:00Z`. */
  readonly start: string;
  readonly end: string;
  readonly status: 'free';
}

/** The free times that a verified answer offers, each computed from the calendars; none for any other answer. */
export function freeTimesOf(answer: Pick<Answer, 'sections'>): readonly FreeTime[] {
  return claimsOf(answer).flatMap(({ computation }) =>
    computation?.kind === 'free-slot'
      ? [{ start: utc(computation.start), end: utc(computation.end), status: 'free' } as const]
      : [],
  );
}

/** As the text that is shown and sent. */
export function freeTimesJson(times: readonly FreeTime[]): string {
  return prettyJson(times.map(({ start, end, status }) => ({ start, end, status })));
}

function utc(instant: number): string {
  const minutes = Math.floor((instant - Math.floor(instant / DAY_MS) * DAY_MS) / MINUTE_MS);
  return `${isoDate(Math.floor(instant / DAY_MS))}T${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:00Z`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
