import { Temporal } from 'temporal-polyfill';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { Dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';

const GIVEN =
  'Amara Bastien Camille Dario Eluned Farid Gitte Hannes Ilse Jovan Keiko Leandro Maren Nadia Oskar Petra Quentin Rosalind Stellan Tamsin Ulrike Viktor Wanda Xenia Yusuf Zoltan Brigid Caspar Delphine Emeka'.split(
    ' ',
  );
const FAMILY =
  'Achterberg Bialek Castellane Dunmore Eriksdal Fontenay Grauwinkel Hollister Ivarsson Jelinek Karimov Lachlan Montrose Nakagawa Oberholt Pellegrin Quist Rademaker Santangelo Thorvald Umarov Valtonen Wexford Yilmazer Zabriskie Brannigan Cervenka Dufresnoy'.split(
    ' ',
  );

export const ZONES = [
  'Europe/Berlin',
  'Europe/London',
  'Europe/Helsinki',
  'America/New_York',
  'America/Chicago',
  'Asia/Tokyo',
];

/** Different people, no two with the same given or family name. */
export function people(d: Dice, count: number): Person[] {
  const given = d.some(GIVEN, count);
  const family = d.some(FAMILY, count);
  return given.map((name, i) => ({
    name: `${name} ${family[i] ?? ''}`,
    address: `${name}.${family[i] ?? ''}@example.org`.toLowerCase(),
  }));
}

export function firstName(person: Person): string {
  return person.name.split(' ')[0] ?? person.name;
}

export function ownerSettings(
  person: Person,
  zone: string,
  hours: { readonly from: number; readonly to: number } = { from: 9 * 60, to: 17 * 60 },
): OwnerSettings {
  return {
    names: [person.name],
    addresses: [person.address],
    zone,
    locale: 'en-GB',
    weekStart: 'monday',
    units: 'metric',
    workingHours: { '1': hours, '2': hours, '3': hours, '4': hours, '5': hours },
    theme: 'system',
  };
}

export function instant(date: string, minute: number, zone: string): UnixMs {
  const time = Temporal.PlainTime.from({ hour: Math.floor(minute / 60), minute: minute % 60 });
  return Temporal.PlainDate.from(date).toZonedDateTime({ timeZone: zone, plainTime: time }).epochMilliseconds as UnixMs;
}

export function addDays(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString();
}

/** 1 Monday to 7 Sunday. */
export function weekdayOf(date: string): number {
  return Temporal.PlainDate.from(date).dayOfWeek;
}

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
export const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

export function weekdayName(date: string): string {
  return WEEKDAYS[weekdayOf(date) - 1] ?? '';
}

export function monthName(date: string): string {
  return MONTHS[Number(date.slice(5, 7)) - 1] ?? '';
}

/** "3 December" */
export function dayMonth(date: string): string {
  return `${Number(date.slice(8))} ${monthName(date)}`;
}

/** "3 December 2026" */
export function longDate(date: string): string {
  return `${dayMonth(date)} ${date.slice(0, 4)}`;
}

/** "24th" */
export function ordinal(day: number): string {
  const tail =
    day % 10 === 1 && day !== 11
      ? 'st'
      : day % 10 === 2 && day !== 12
        ? 'nd'
        : day % 10 === 3 && day !== 13
          ? 'rd'
          : 'th';
  return `${day}${tail}`;
}

export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 12345.5 -> "12,345.50" (or "12,345" when whole). */
export function english(value: number): string {
  const [whole = '', cents] = (Number.isInteger(value) ? String(value) : value.toFixed(2)).split('.');
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, ',')}${cents === undefined ? '' : `.${cents}`}`;
}

/** 12345.5 -> "12.345,50" */
export function continental(value: number): string {
  const [whole = '', cents = ''] = value.toFixed(2).split('.');
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, '.')},${cents}`;
}
