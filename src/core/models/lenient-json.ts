import { err, ok, type Result } from '../base/result.ts';
import type { Json } from '../base/json.ts';

/** A model that thinks aloud first. */
const THOUGHT = /^\s*<think>[\s\S]*?<\/think>/;
const OPENING = /[{[]/g;
/** Places to begin at that are tried; a text of brackets alone would take for ever. */
const PLACES_MAX = 32;

/**
 * The JSON value in what a model wrote: as it is, in a fence, with prose around it, or with commas before a closing
 * bracket. Nothing that is missing is made up.
 */
export function lenientJson(text: string): Result<Json, 'no-json'> {
  const said = text.replace(THOUGHT, '').trim();
  const whole = parsed(said);
  if (whole !== undefined) return ok(whole);
  let tried = 0;
  for (const { index } of said.matchAll(OPENING)) {
    if (tried++ === PLACES_MAX) break;
    const end = endOf(said, index);
    const value = end === null ? undefined : parsed(withoutStrayCommas(said.slice(index, end)));
    if (value !== undefined) return ok(value);
  }
  return err('no-json');
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** Where the bracket that opens there closes, brackets in strings apart. */
function endOf(text: string, start: number): number | null {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') {
      at = endOfString(text, at);
    } else if (sign === '{' || sign === '[') {
      depth++;
    } else if (sign === '}' || sign === ']') {
      depth--;
      if (depth === 0) return at + 1;
    }
  }
  return null;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

function withoutStrayCommas(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g, (found) => (found === ',' ? '' : found));
}
