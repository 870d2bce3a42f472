import type { Result } from '#core/base/result.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { t } from '#lib/messages/t.ts';
import { clockOf, minutesOf } from './clock-minutes.ts';
import type { Format } from './format.ts';

type Weekday = keyof OwnerSettings['workingHours'];
const WEEKDAYS: readonly Weekday[] = ['1', '2', '3', '4', '5', '6', '7'];

/** The settings as the form holds them: text that may not be right yet. */
export interface SettingsDraft extends Pick<OwnerSettings, 'zone' | 'locale' | 'weekStart' | 'units' | 'theme'> {
  names: string;
  addresses: string;
  hours: HoursDraft[];
}

export interface HoursDraft {
  works: boolean;
  from: string;
  to: string;
}

export function draftOf(settings: OwnerSettings): SettingsDraft {
  const { zone, locale, weekStart, units, theme } = settings;
  return {
    zone,
    locale,
    weekStart,
    units,
    theme,
    names: settings.names.join('\n'),
    addresses: settings.addresses.join('\n'),
    hours: WEEKDAYS.map((day) => {
      const time = settings.workingHours[day];
      return { works: time !== undefined, from: clockOf(time?.from ?? 9 * 60), to: clockOf(time?.to ?? 17 * 60) };
    }),
  };
}

/** The draft over settings that were changed elsewhere meanwhile: what its owner did not touch is as it is there. */
export function rebased(draft: SettingsDraft, from: SettingsDraft, to: SettingsDraft): SettingsDraft {
  const changed = Object.entries(draft).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(from[name as keyof SettingsDraft]),
  );
  return { ...to, ...(Object.fromEntries(changed) as Partial<SettingsDraft>) };
}

/**
 * @param settings in force, for what the form does not ask about
 * @returns the settings, or every problem in words for the owner
 */
export function readDraft(
  draft: SettingsDraft,
  settings: OwnerSettings,
  format: Format,
): Result<OwnerSettings, string[]> {
  const problems: string[] = [];
  const addresses = linesOf(draft.addresses).map((line) => line.toLowerCase());
  for (const address of addresses) {
    if (!/^[^\s@<>,;]+@[^\s@<>,;]+$/.test(address)) problems.push(t('settings.address-bad', { address }));
  }
  if (!isZone(draft.zone)) problems.push(t('settings.zone-bad', { zone: draft.zone }));
  if (!isLocale(draft.locale)) problems.push(t('settings.locale-bad', { locale: draft.locale }));
  const workingHours: Partial<Record<Weekday, { from: number; to: number }>> = {};
  WEEKDAYS.forEach((day, index) => {
    const hours = draft.hours[index];
    if (!hours?.works) return;
    const from = minutesOf(hours.from);
    const to = minutesOf(hours.to);
    if (from === null || to === null || to <= from)
      problems.push(t('settings.hours-bad', { day: format.weekday(index + 1) }));
    else workingHours[day] = { from, to };
  });
  if (problems.length > 0) return { ok: false, error: problems };
  const { zone, locale, weekStart, units, theme } = draft;
  return {
    ok: true,
    value: { ...settings, names: linesOf(draft.names), addresses, zone, locale, weekStart, units, theme, workingHours },
  };
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

function isLocale(locale: string): boolean {
  try {
    return Intl.getCanonicalLocales(locale).length === 1;
  } catch {
    return false;
  }
}
