import { DAY_MS, isoDate, MINUTE_MS, modulo } from '../base/civil-date.ts';
import { prettyJson } from '../base/json.ts';
import { claimsOf, type Answer } from './answer.ts';
import { formatMinute } from './format.ts';

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
  return prettyJson(times);
}

function utc(instant: number): string {
  const minute = Math.floor(modulo(instant, DAY_MS) / MINUTE_MS);
  return `${isoDate(Math.floor(instant / DAY_MS))}T${formatMinute(minute)}:00Z`;
}
