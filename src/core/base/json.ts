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
  return textOf(value, null);
}

/** The steps that lead to a value, the last first: put together only for whoever must be told what cannot be written. */
interface Path {
  readonly to: Path | null;
  readonly step: string | number;
}

function textOf(value: unknown, path: Path | null): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw notJson(path, 'a lone surrogate is not text');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw notJson(path, `${String(value)} is not a JSON number`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value, path) : objectText(value as Record<string, unknown>, path);
    default:
      throw notJson(path, `${typeof value} is not JSON`);
  }
}

function arrayText(values: readonly unknown[], to: Path | null): string {
  let text = '[';
  for (let step = 0; step < values.length; step++) text += (step > 0 ? ',' : '') + textOf(values[step], { to, step });
  return `${text}]`;
}

function objectText(record: Readonly<Record<string, unknown>>, to: Path | null): string {
  const prototype: unknown = Object.getPrototypeOf(record);
  if (prototype !== Object.prototype && prototype !== null) throw notJson(to, 'only plain objects are JSON');
  let text = '{';
  for (const step of Object.keys(record).sort()) {
    if (!step.isWellFormed()) throw notJson(to, 'a lone surrogate is not text');
    text += `${text === '{' ? '' : ','}${JSON.stringify(step)}:${textOf(record[step], { to, step })}`;
  }
  return `${text}}`;
}

function notJson(path: Path | null, why: string): NotJsonError {
  let place = '';
  for (let at: Path | null = path; at !== null; at = at.to)
    place = (typeof at.step === 'number' ? `[${String(at.step)}]` : `.${at.step}`) + place;
  return new NotJsonError(`$${place}: ${why}`);
}

/** As people read it, and as files hold it: two spaces a level, ended by a line break. */
export function prettyJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** SHA-256 of the canonical JSON of a value. */
export function digestOf(sha256: Sha256, value: unknown): Digest {
  return hex(sha256(utf8(canonicalJson(value)))) as Digest;
}
