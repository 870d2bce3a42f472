import type { Temporal } from 'temporal-polyfill';
import type { UnixMs } from '#core/base/ids.ts';
import type { Zones } from '#ports/calendar.ts';

type TemporalApi = typeof Temporal;

/** Windows zone names (CLDR windowsZones) and IANA names with case and vendor prefix forgiven. */
export async function createZones(): Promise<Zones> {
  const [temporal, windows] = await Promise.all([loadTemporal(), import('windows-iana')]);
  const known = new Map<string, string | null>();

  const normalise = (zone: string): string | null => {
    const cached = known.get(zone);
    if (cached !== undefined) return cached;
    const found = findZone(zone, temporal, (name) => windows.findIana(name)[0] ?? null);
    known.set(zone, found);
    return found;
  };

  return {
    normalise,
    toLocal: (instant, zone) => {
      const local = temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone);
      return {
        date: local.toPlainDate().toString(),
        weekday: local.dayOfWeek,
        minute: local.hour * 60 + local.minute,
      };
    },
    toInstant: (date, minute, zone) => {
      const local = temporal.PlainDate.from(date).toPlainDateTime().add({ minutes: minute });
      return local.toZonedDateTime(zone, { disambiguation: 'compatible' }).epochMilliseconds as UnixMs;
    },
    addDays: (date, days) => temporal.PlainDate.from(date).add({ days }).toString(),
    daysBetween: (a, b) => temporal.PlainDate.from(a).until(temporal.PlainDate.from(b), { largestUnit: 'days' }).days,
    weekday: (date) => temporal.PlainDate.from(date).dayOfWeek,
  };
}

async function loadTemporal(): Promise<TemporalApi> {
  const native = (globalThis as { readonly Temporal?: TemporalApi }).Temporal;
  return native ?? (await import('temporal-polyfill/implementation')).Temporal;
}

function findZone(zone: string, temporal: TemporalApi, fromWindows: (name: string) => string | null): string | null {
  const name = zone.trim().replace(/^"|"$/g, '');
  if (name === '') return null;
  if (/^(z|utc|gmt|etc\/utc)$/i.test(name)) return 'UTC';
  return (
    accepted(name, temporal) ??
    accepted(fromWindows(name), temporal) ??
    bySuffix(name, temporal) ??
    accepted(offsetIn(name), temporal) ??
    byCity(name, temporal)
  );
}

function accepted(name: string | null, temporal: TemporalApi): string | null {
  if (name === null) return null;
  try {
    return temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name).timeZoneId;
  } catch {
    return null;
  }
}

/** libical and Mozilla put a vendor before the name: "/freeassociation.sourceforge.net/Europe/Berlin". */
function bySuffix(name: string, temporal: TemporalApi): string | null {
  const segments = name.split('/');
  if (segments.length < 3) return null;
  return accepted(segments.slice(-3).join('/'), temporal) ?? accepted(segments.slice(-2).join('/'), temporal);
}

function offsetIn(name: string): string | null {
  const match = /^(?:UTC|GMT)?([+-])(\d{1,2}):?(\d{2})?$/i.exec(name);
  return match ? `${match[1] ?? ''}${(match[2] ?? '').padStart(2, '0')}:${match[3] ?? '00'}` : null;
}

/** Outlook's display names list cities: "(UTC+01:00) Amsterdam, Berlin, Bern". */
function byCity(name: string, temporal: TemporalApi): string | null {
  const cities = name
    .replace(/^\([^)]*\)\s*/, '')
    .split(',')
    .map((city) => city.trim().replace(/\s+/g, '_').toLowerCase());
  const zones = Intl.supportedValuesOf('timeZone');
  for (const city of cities) {
    const zone = zones.find((candidate) => candidate.toLowerCase().endsWith(`/${city}`));
    if (zone !== undefined) return accepted(zone, temporal);
  }
  return null;
}
