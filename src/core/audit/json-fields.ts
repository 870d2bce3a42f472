/** Reading JSON from outside, of which nothing is known: what is not there is undefined, and nothing is thrown. */

export function field(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as { readonly [key: string]: unknown })[key]
    : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** @returns null when it is no text */
export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
