import type { Json } from '#core/base/json.ts';

/** A parameter's value as a field can show it; what does not fit the type shows as empty rather than breaking the form. */
export function textOf(value: Json): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function textsOf(value: Json): string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

/** Dates as ISO text or times as minutes. */
export function rangeOf(value: Json): { readonly from: string | number; readonly to: string | number } {
  const end = (name: 'from' | 'to'): string | number => {
    const found = fieldOf(value, name);
    return typeof found === 'string' || typeof found === 'number' ? found : '';
  };
  return { from: end('from'), to: end('to') };
}

export interface Person {
  readonly [key: string]: Json;
  readonly name: string;
  readonly address: string;
}

export function peopleOf(value: Json): Person[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: Json) => ({
    name: textOf(fieldOf(entry, 'name')),
    address: textOf(fieldOf(entry, 'address')),
  }));
}

/** "Alice Moreau <alice@example.org>", "alice@example.org" or "Alice". @returns null for nothing */
export function readPerson(text: string): Person | null {
  const match = /^(.*?)\s*<([^<>\s]+@[^<>\s]+)>$/.exec(text.trim());
  if (match) return { name: (match[1] ?? '').replace(/^"|"$/g, ''), address: (match[2] ?? '').toLowerCase() };
  if (text.trim() === '') return null;
  return text.includes('@') ? { name: '', address: text.trim().toLowerCase() } : { name: text.trim(), address: '' };
}

export const FILTER_OPERATIONS = ['=', '!=', '<', '<=', '>', '>=', 'contains', 'between'] as const;

export interface Filter {
  readonly [key: string]: Json;
  readonly column: string;
  readonly op: (typeof FILTER_OPERATIONS)[number];
  readonly value: string;
}

export function filtersOf(value: Json): Filter[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry: Json) => {
    const op = FILTER_OPERATIONS.find((known) => known === fieldOf(entry, 'op')) ?? '=';
    const filter = { column: textOf(fieldOf(entry, 'column')), op, value: textOf(fieldOf(entry, 'value')) };
    return op === 'between' ? { ...filter, value2: textOf(fieldOf(entry, 'value2')) } : filter;
  });
}

/** Whether a parameter says nothing yet, so that its field can wait until it is asked for. */
export function isEmptyValue(value: Json): boolean {
  return value === null || value === '' || value === false || (Array.isArray(value) && value.length === 0);
}

/** A range of dates with one end changed: the other comes along rather than standing before or after it. */
export function changeDates(value: Json, end: 'from' | 'to', date: string): Json {
  if (date === '') return null;
  const range = rangeOf(value);
  const other = end === 'from' ? textOf(range.to) : textOf(range.from);
  if (end === 'from') return { from: date, to: other === '' || other < date ? date : other };
  return { from: other === '' || other > date ? date : other, to: date };
}

const DAY_MINUTES = 24 * 60;

/** A range of times with one end changed: never empty and never turned round. */
export function changeTimes(value: Json, end: 'from' | 'to', minutes: number): Json {
  const range = rangeOf(value);
  const from = typeof range.from === 'number' ? range.from : 0;
  const to = typeof range.to === 'number' ? range.to : DAY_MINUTES;
  if (end === 'from') return { from: minutes, to: to > minutes ? to : Math.min(DAY_MINUTES, minutes + 60) };
  return { from: from < minutes ? from : Math.max(0, minutes - 60), to: Math.max(1, minutes) };
}

function fieldOf(value: Json, name: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return (value as { readonly [key: string]: Json })[name] ?? null;
}
