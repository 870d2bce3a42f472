import type { UnixMs } from '#core/base/ids.ts';

/**
 * The first date written in a short text. A day without a time is noon UTC, so that it is the same day in nearly every
 * zone; a time without a zone is taken as UTC. Null when there is none or when it can be read in two ways (03/04/2026).
 */
export function statedDate(text: string): UnixMs | null {
  for (const read of READERS) {
    const at = read(text);
    if (at !== null) return at;
  }
  return null;
}

const MONTHS: readonly (readonly string[])[] = [
  ['january', 'jan', 'januar', 'janvier', 'enero', 'gennaio', 'januari'],
  ['february', 'feb', 'februar', 'février', 'febrero', 'febbraio', 'februari'],
  ['march', 'mar', 'märz', 'mars', 'marzo', 'maart', 'mrz'],
  ['april', 'apr', 'avril', 'abril', 'aprile'],
  ['may', 'mai', 'mayo', 'maggio', 'mei'],
  ['june', 'jun', 'juni', 'juin', 'junio', 'giugno'],
  ['july', 'jul', 'juli', 'juillet', 'julio', 'luglio'],
  ['august', 'aug', 'août', 'agosto', 'augustus'],
  ['september', 'sep', 'sept', 'septembre', 'septiembre', 'settembre'],
  ['october', 'oct', 'oktober', 'octobre', 'octubre', 'ottobre', 'okt'],
  ['november', 'nov', 'novembre', 'noviembre'],
  ['december', 'dec', 'dezember', 'décembre', 'diciembre', 'dicembre', 'dez'],
];
const NAME = MONTHS.flat()
  .sort((a, b) => b.length - a.length)
  .join('|');
const TIME = String.raw`(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?`;
const ISO =
  /(?<!\d)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?(?!\d)/;
const DAY_MONTH = new RegExp(
  String.raw`(?<![\d\p{L}])(\d{1,2})(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?(${NAME})\.?,?\s+(?:de\s+)?(\d{4})${TIME}`,
  'iu',
);
const MONTH_DAY = new RegExp(String.raw`(?<!\p{L})(${NAME})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})${TIME}`, 'iu');
const MONTH_ONLY = new RegExp(String.raw`(?<!\p{L}|\d[.\s]{1,2})(${NAME})\.?\s+(\d{4})(?!\d)`, 'iu');
const DOTTED = /(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/;
const SLASHED = /(?<!\d)(\d{1,2})\/(\d{1,2})\/(\d{4})(?!\d)/;

const READERS: readonly ((text: string) => UnixMs | null)[] = [
  (text) => {
    const [found, year, month, day, ...time] = ISO.exec(text) ?? [];
    return found ? instant(Number(year), Number(month), Number(day), time) : null;
  },
  (text) => {
    const [found, day, month, year, ...time] = DAY_MONTH.exec(text) ?? [];
    return found ? instant(Number(year), monthNumber(month), Number(day), time) : null;
  },
  (text) => {
    const [found, month, day, year, ...time] = MONTH_DAY.exec(text) ?? [];
    return found ? instant(Number(year), monthNumber(month), Number(day), time) : null;
  },
  (text) => {
    const [found, day, month, year] = DOTTED.exec(text) ?? [];
    return found ? instant(Number(year), Number(month), Number(day), []) : null;
  },
  (text) => {
    const [found, first, second, year] = SLASHED.exec(text) ?? [];
    if (!found) return null;
    const [a, b] = [Number(first), Number(second)];
    if (a === b || a > 12) return instant(Number(year), b, a, []);
    return b > 12 ? instant(Number(year), a, b, []) : null;
  },
  (text) => {
    const [found, month, year] = MONTH_ONLY.exec(text) ?? [];
    return found ? instant(Number(year), monthNumber(month), 1, []) : null;
  },
];

function monthNumber(name: string | undefined): number {
  const lower = (name ?? '').toLowerCase();
  return MONTHS.findIndex((names) => names.includes(lower)) + 1;
}

function instant(year: number, month: number, day: number, time: readonly (string | undefined)[]): UnixMs | null {
  const [hour, minute, second, zone] = time;
  const clock = hour === undefined ? [12, 0, 0] : [Number(hour), Number(minute), Number(second ?? 0)];
  const at = Date.UTC(year, month - 1, day, ...clock);
  const back = new Date(Date.UTC(year, month - 1, day));
  if (year < 1900 || back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return null;
  return (at - offsetMs(zone)) as UnixMs;
}

function offsetMs(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone ?? '') ?? [];
  if (!sign) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
