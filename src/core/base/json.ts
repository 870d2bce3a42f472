import type { Sha256, Digest } from './ids.ts';
import { hex, utf8 } from './bytes.ts';

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Thrown for values that JSON cannot carry: undefined, functions, NaN, infinities, lone surrogates. */
export class NotJsonError extends Error {
  override readonly name = 'NotJsonError';
}

/**
 * Canonical JSON: RFC 8785 (JCS). Keys are sorted by UTF-16 code units, numbers written as ECMAScript does.
 * @throws NotJsonError naming the path of what cannot be written
 */
export function canonicalJson(value: unknown): string {
  return textOf(value, ['$']);
}

/** @param path to the value, for whoever must be told what cannot be written */
function textOf(value: unknown, path: string[]): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notJson(path, `${String(value)} is not a JSON number`);
    return JSON.stringify(value);
  }
  if (typeof value === 'string') return canonicalString(value, path);
  if (Array.isArray(value)) {
    const parts: string[] = [];
    for (let i = 0; i < value.length; i++) parts.push(textAt(path, `[${String(i)}]`, value[i]));
    return `[${parts.join(',')}]`;
  }
  if (typeof value === 'object') {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) throw notJson(path, 'only plain objects are JSON');
    const record = value as Record<string, unknown>;
    const parts = Object.keys(record)
      .sort()
      .map((key) => `${canonicalString(key, path)}:${textAt(path, key, record[key])}`);
    return `{${parts.join(',')}}`;
  }
  throw notJson(path, `${typeof value} is not JSON`);
}

function textAt(path: string[], step: string, value: unknown): string {
  path.push(step);
  const text = textOf(value, path);
  path.pop();
  return text;
}

function notJson(path: readonly string[], why: string): NotJsonError {
  const [root = '', ...steps] = path;
  return new NotJsonError(`${root}${steps.map((step) => (step.startsWith('[') ? step : `.${step}`)).join('')}: ${why}`);
}

function canonicalString(text: string, path: readonly string[]): string {
  if (!text.isWellFormed()) throw notJson(path, 'a lone surrogate is not text');
  return JSON.stringify(text);
}

/** SHA-256 of the canonical JSON of a value. */
export function digestOf(sha256: Sha256, value: unknown): Digest {
  return hex(sha256(utf8(canonicalJson(value)))) as Digest;
}
