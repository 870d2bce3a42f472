import type { Term } from './world.ts';
import { dayMonth, monthName, ordinal } from './worlds/words.ts';

/** Whether a text holds one of the term's forms. */
export function holds(text: string, term: Term): boolean {
  if ('number' in term) return numbersIn(text).some((n) => Math.abs(n - term.number) < 0.006);
  const forms = 'date' in term ? term.date.flatMap(dateForms) : term.text;
  return forms.some((form) => contains(text, form));
}

/** Every way a number in the text can be read: 1.240 is both 1.24 and 1240. */
export function numbersIn(text: string): number[] {
  return (text.match(/\d+(?:[.,'\u00a0\u202f ]\d{3})*(?:[.,]\d+)?/g) ?? []).flatMap((written) => {
    const readings = new Set<number>();
    const bare = written.replaceAll(/['\u00a0\u202f ]/g, '');
    readings.add(Number(bare.replaceAll(',', '')));
    readings.add(Number(bare.replaceAll('.', '').replace(',', '.')));
    readings.add(Number(bare.replaceAll(/[.,]/g, '')) * (/^\d{1,3}(?:[.,]\d{3})+$/.test(bare) ? 1 : Number.NaN));
    for (const piece of written.split(/[^\d]+/)) readings.add(Number(piece) * (written.includes(' ') ? 1 : Number.NaN));
    return [...readings].filter((n) => !Number.isNaN(n));
  });
}

/** Words in order, whatever the case, white space and quotation marks; not inside a longer word. */
export function contains(text: string, words: string): boolean {
  const escaped = plain(words).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(plain(text));
}

export function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[’‘]/g, "'")
    .replaceAll(/[“”]/g, '"')
    .replaceAll(/[–—]/g, '-')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function dateForms(iso: string): string[] {
  const day = Number(iso.slice(8));
  const [year = '', month = '', twoDigits = ''] = iso.split('-');
  const name = monthName(iso);
  const short = name.slice(0, 3);
  return [
    iso,
    dayMonth(iso),
    `${day} ${short}`,
    `${name} ${day}`,
    `${short} ${day}`,
    `${ordinal(day)} ${name}`,
    `${ordinal(day)} of ${name}`,
    `${name} ${ordinal(day)}`,
    ...(name === 'September' ? [`${day} Sept`, `Sept ${day}`] : []),
    `${twoDigits}/${month}/${year}`,
    `${month}/${twoDigits}/${year}`,
    `${twoDigits}.${month}.${year}`,
  ];
}
