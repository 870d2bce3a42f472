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

function fieldOf(value: Json, name: string): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  return (value as { readonly [key: string]: Json })[name] ?? null;
}
