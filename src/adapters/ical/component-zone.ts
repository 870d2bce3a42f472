import type { UnixMs } from '#core/base/ids.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import { civilDate, DAY_MS, dayNumber } from '#core/base/civil-date.ts';
import type { JcalComponent } from './jcal.ts';
import { propertiesOf, textOf } from './jcal.ts';
import { readLocal } from './local-time.ts';
import type { LocalMs } from './occur.ts';
import { occur } from './occur.ts';
import type { Rule } from './rule.ts';
import { readRule } from './rule.ts';

/** Reads wall-clock times by a VTIMEZONE (RFC 5545, 3.6.5). */
export interface ComponentZone {
  readonly toInstant: (local: LocalMs) => UnixMs;
  readonly toLocal: (instant: UnixMs) => LocalMs;
}

/** STANDARD or DAYLIGHT: from each of its onsets on, local time is UTC + offsetTo. */
interface Observance {
  readonly onset: LocalMs;
  readonly offsetFrom: number;
  readonly offsetTo: number;
  readonly rule: Rule | null;
  readonly until: LocalMs | null;
  readonly dates: readonly LocalMs[];
}

interface Transition {
  readonly at: UnixMs;
  readonly before: number;
  readonly after: number;
}

/** How far back the last onset of a yearly rule can lie. */
const ONSET_DAYS_BACK = 800;

export function readComponentZone(zone: JcalComponent): Result<ComponentZone, string> {
  const observances: Observance[] = [];
  for (const part of zone[2]) {
    const read = readObservance(part);
    if (!read.ok) return read;
    observances.push(read.value);
  }
  if (observances.length === 0) return err('the time zone has no rules');
  const byYear = new Map<number, readonly Transition[]>();
  const around = (local: LocalMs): readonly Transition[] => {
    const { year } = civilDate(Math.floor(local / DAY_MS));
    const cached = byYear.get(year) ?? transitionsUpTo(observances, year);
    byYear.set(year, cached);
    return cached;
  };
  const first = [...observances].sort((a, b) => a.onset - b.onset)[0] as Observance;
  return ok({
    // A time in a gap is read with the offset before it, a time that comes twice is the earlier: both by taking the
    // larger offset as the moment from which a transition holds.
    toInstant: (local) => {
      const past = around(local).findLast((t) => t.at + Math.max(t.before, t.after) <= local);
      return (local - (past?.after ?? first.offsetFrom)) as UnixMs;
    },
    toLocal: (instant) => {
      const past = around(instant).findLast((t) => t.at <= instant);
      return instant + (past?.after ?? first.offsetFrom);
    },
  });
}

/** A zone of one lasting offset, as exporters write when they drop the rules of summer time. */
export function isTruncatedZone(zone: JcalComponent): boolean {
  return zone[2].length === 1 && propertiesOf(zone[2][0] as JcalComponent, 'rrule').length === 0;
}

function readObservance(part: JcalComponent): Result<Observance, string> {
  const onset = readLocal(textOf(part, 'dtstart'));
  const offsetFrom = readOffset(textOf(part, 'tzoffsetfrom'));
  const offsetTo = readOffset(textOf(part, 'tzoffsetto'));
  if (onset === null || offsetFrom === null || offsetTo === null)
    return err('the rules of the time zone cannot be read');
  const ruleProperty = propertiesOf(part, 'rrule')[0];
  const rule = ruleProperty ? readRule(ruleProperty[3]) : ok(null);
  if (!rule.ok) return rule;
  const until = rule.value?.until ? readLocal(rule.value.until) : null;
  return ok({
    onset,
    offsetFrom,
    offsetTo,
    rule: rule.value,
    until: until === null ? null : rule.value?.until?.endsWith('Z') ? until + offsetFrom : until,
    dates: propertiesOf(part, 'rdate')
      .flatMap((property) => property.slice(3))
      .map((value) => readLocal(String(value)))
      .filter((value) => value !== null),
  });
}

function transitionsUpTo(observances: readonly Observance[], year: number): readonly Transition[] {
  const end = dayNumber(year + 1, 1, 3) * DAY_MS;
  return observances
    .flatMap((observance) => {
      const { onset, rule, until, dates, offsetFrom, offsetTo } = observance;
      const last = Math.min(end, until ?? end);
      const byRule = rule ? occur(rule, onset, last - ONSET_DAYS_BACK * DAY_MS, last) : ok([onset]);
      const onsets = [onset, ...(byRule.ok ? byRule.value : []), ...dates].filter((at) => at <= end);
      return onsets.map((at) => ({ at: (at - offsetFrom) as UnixMs, before: offsetFrom, after: offsetTo }));
    })
    .sort((a, b) => a.at - b.at);
}

/** "+01:00" or "-03:30:15" to milliseconds. */
function readOffset(text: string): number | null {
  const match = /^([+-])(\d{2}):?(\d{2})(?::?(\d{2}))?$/.exec(text);
  if (!match) return null;
  const ms = ((Number(match[2]) * 60 + Number(match[3])) * 60 + Number(match[4] ?? 0)) * 1000;
  return match[1] === '-' ? -ms : ms;
}
