import { fromBase64 } from '../base/bytes.ts';

/** Says what is wrong with a value at a place, or null when nothing is. Outside data passes one of these once. */
export type Shape = (value: unknown, at: string) => string | null;

/** Exactly these keys, each of its shape. */
export function object(shapes: { readonly [key: string]: Shape }): Shape {
  const keys = Object.keys(shapes).sort();
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return `${at} is not an object`;
    const own = Object.keys(value).sort();
    if (own.length !== keys.length || own.some((key, i) => key !== keys[i]))
      return `${at} has not exactly the keys ${keys.join(', ')}`;
    const record = value as { readonly [key: string]: unknown };
    return first(Object.entries(shapes), ([key, shape]) => shape(record[key], `${at}.${key}`));
  };
}

export function list(shape: Shape, most: number, least = 0): Shape {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is not a list`;
    if (value.length < least || value.length > most)
      return `${at} has ${value.length} parts; it may have ${least} to ${most}`;
    return first([...value.entries()], ([i, part]) => shape(part, `${at}[${i}]`));
  };
}

/** Well-formed text of 1 to `most` UTF-16 units without control characters. */
export function text(most: number): Shape {
  return (value, at) => {
    if (typeof value !== 'string' || value.length === 0 || value.length > most)
      return `${at} is not a text of 1 to ${most} characters`;
    return value.isWellFormed() && !/\p{Cc}/u.test(value) ? null : `${at} holds control characters`;
  };
}

/** A text that fits the whole of a pattern. */
export function match(pattern: RegExp, what: string): Shape {
  return (value, at) => (typeof value === 'string' && pattern.test(value) ? null : `${at} is not ${what}`);
}

export function base64Of(bytes: number): Shape {
  return (value, at) =>
    typeof value === 'string' && value.length <= 4 * Math.ceil(bytes / 3) && fromBase64(value)?.length === bytes
      ? null
      : `${at} is not the base64 of ${bytes} bytes`;
}

/** An integer from 0 to `most`. */
export function count(most = Number.MAX_SAFE_INTEGER): Shape {
  return (value, at) =>
    Number.isSafeInteger(value) && !Object.is(value, -0) && (value as number) >= 0 && (value as number) <= most
      ? null
      : `${at} is not an integer from 0 to ${most}`;
}

export function oneOf(...values: readonly (string | number | null)[]): Shape {
  return (value, at) =>
    values.some((allowed) => allowed === value) ? null : `${at} is none of ${values.map(String).join(', ')}`;
}

export function either(...shapes: readonly Shape[]): Shape {
  return (value, at) => {
    const faults = shapes.map((shape) => shape(value, at));
    return faults.includes(null) ? null : faults.join(', and ');
  };
}

function first<T>(parts: readonly T[], fault: (part: T) => string | null): string | null {
  for (const part of parts) {
    const found = fault(part);
    if (found !== null) return found;
  }
  return null;
}
