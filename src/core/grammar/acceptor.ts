import type { Grammar } from './grammar.ts';
import { digitsMayGoOn, numberIsWhole } from './number-text.ts';

/**
 * Follows a text byte by byte through a grammar: what was written so far can always be gone on with to something valid.
 * Bytes, because tokens of a model may end inside a character. Values in, values out: a state is never changed.
 */
export type Acceptance = readonly Stack[];

/** In a row. Writers indent; a model that loops stops here. */
const WHITESPACE_MAX = 24;

/** What was begun and not ended, the innermost on top; several where the text can still be several things. */
interface Stack {
  readonly frame: Frame;
  readonly below: Stack | null;
  /** Tells stacks apart: equal ones accept the same. */
  readonly key: string;
}

type Strung = Extract<Grammar, { kind: 'string' }>;
type Numbered = Extract<Grammar, { kind: 'number' }>;
type Objected = Extract<Grammar, { kind: 'object' }>;
type Listed = Extract<Grammar, { kind: 'array' }>;

type Frame =
  | { readonly kind: 'end' }
  | { readonly kind: 'literal'; readonly grammar: Extract<Grammar, { kind: 'literal' }>; readonly at: number }
  | { readonly kind: 'value'; readonly grammar: Grammar; readonly spaces: number }
  | { readonly kind: 'string'; readonly grammar: Strung; readonly length: number; readonly within: Within }
  | { readonly kind: 'number'; readonly grammar: Numbered; readonly text: string }
  | {
      readonly kind: 'object';
      readonly grammar: Objected;
      readonly used: readonly string[];
      readonly part: 'first' | 'key' | 'in-key' | 'colon' | 'after';
      readonly text: string;
      readonly spaces: number;
    }
  | {
      readonly kind: 'array';
      readonly grammar: Listed;
      readonly count: number;
      readonly part: 'first' | 'after';
      readonly spaces: number;
    };

/**
 * Where in a string: `plain`; behind a backslash; so many bytes of a character to come, the next of them between two;
 * so many hex digits of an escape to come; behind the first half of a pair of escapes.
 */
type Within =
  | { readonly at: 'plain' }
  | { readonly at: 'escape' }
  | { readonly at: 'character'; readonly left: number; readonly low: number; readonly high: number }
  | { readonly at: 'hex'; readonly text: string; readonly second: boolean }
  | { readonly at: 'pair'; readonly backslash: boolean };

const PLAIN: Within = { at: 'plain' };
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FREE_STRING: Strung = { kind: 'string', id: 'any string', min: 0, max: Infinity };
const FREE_NUMBER: Numbered = { kind: 'number', id: 'any number', integer: false, min: -Infinity, max: Infinity };
const ANY: Grammar = { kind: 'any', id: 'any' };
const FREE_OBJECT: Objected = {
  kind: 'object',
  id: 'any object',
  properties: new Map(),
  required: [],
  additional: ANY,
};
const FREE_LIST: Listed = { kind: 'array', id: 'any list', first: [], rest: ANY, min: 0, max: Infinity };
const WORDS = ['true', 'false', 'null'].map((word): Extract<Grammar, { kind: 'literal' }> => ({
  kind: 'literal',
  id: `'${word}'`,
  bytes: Uint8Array.from(word, (letter) => letter.charCodeAt(0)),
}));

const END: Stack = { frame: { kind: 'end' }, below: null, key: 'end' };

/** Nothing is written yet. */
export function begin(grammar: Grammar): Acceptance {
  return distinct(expect(grammar, 0, END));
}

/** After one byte more; empty where nothing valid begins like that. */
export function accept(state: Acceptance, byte: number): Acceptance {
  const [only] = state;
  if (state.length === 1 && only !== undefined) return distinct(advance(only, byte));
  return distinct(state.flatMap((stack) => advance(stack, byte)));
}

/** It may end here. */
export function isComplete(state: Acceptance): boolean {
  return state.some(({ frame, below }) => {
    if (frame.kind === 'end') return true;
    return frame.kind === 'number' && below?.frame.kind === 'end' && numberIsWhole(frame.grammar, frame.text);
  });
}

/** Equal for states that accept the same. */
export function keyOf(state: Acceptance): string {
  return state.map(({ key }) => key).join('\n');
}

function distinct(stacks: readonly Stack[]): Acceptance {
  if (stacks.length < 2) return stacks;
  return [...new Map(stacks.map((stack) => [stack.key, stack])).values()];
}

function push(frame: Frame, below: Stack): Stack {
  return { frame, below, key: `${nameOf(frame)}|${below.key}` };
}

function nameOf(frame: Frame): string {
  switch (frame.kind) {
    case 'end':
      return 'end';
    case 'literal':
      return `l${frame.grammar.id}.${frame.at}`;
    case 'value':
      return `v${frame.grammar.id}.${frame.spaces}`;
    case 'string':
      return `s${frame.grammar.id}.${frame.length}.${Object.values(frame.within).join('.')}`;
    case 'number':
      return `n${frame.grammar.id}.${frame.text}`;
    case 'object':
      return `o${frame.grammar.id}.${frame.part}.${frame.spaces}.${JSON.stringify([frame.text, ...frame.used])}`;
    case 'array':
      return `a${frame.grammar.id}.${frame.part}.${frame.spaces}.${frame.count}`;
  }
}

/** What stands on a stack when a grammar is to come next. */
function expect(grammar: Grammar, spaces: number, below: Stack): Stack[] {
  switch (grammar.kind) {
    case 'choice':
      return grammar.of.flatMap((part) => expect(part, spaces, below));
    case 'reference':
      return expect(grammar.to(), spaces, below);
    case 'sequence':
      return [grammar.of.reduceRight((stack, part) => push({ kind: 'value', grammar: part, spaces: 0 }, stack), below)];
    case 'literal':
    case 'string':
    case 'number':
    case 'object':
    case 'array':
    case 'any':
      return [push({ kind: 'value', grammar, spaces }, below)];
  }
}

function advance({ frame, below }: Stack, byte: number): readonly Stack[] {
  // Only the end has nothing below it, and it accepts nothing.
  if (below === null) return [];
  switch (frame.kind) {
    case 'end':
      return [];
    case 'literal':
      return advanceLiteral(frame, byte, below);
    case 'value':
      if (isSpace(byte) && frame.spaces > 0) return [push({ ...frame, spaces: frame.spaces - 1 }, below)];
      return start(frame.grammar, byte, below);
    case 'string':
      return advanceString(frame, byte, below);
    case 'number':
      return advanceNumber(frame, byte, below);
    case 'object':
      return advanceObject(frame, byte, below);
    case 'array':
      return advanceArray(frame, byte, below);
  }
}

function start(grammar: Grammar, byte: number, below: Stack): readonly Stack[] {
  switch (grammar.kind) {
    case 'literal':
      return advanceLiteral({ kind: 'literal', grammar, at: 0 }, byte, below);
    case 'string':
      return byte === QUOTE ? [push({ kind: 'string', grammar, length: 0, within: PLAIN }, below)] : [];
    case 'number':
      return advanceNumber({ kind: 'number', grammar, text: '' }, byte, below);
    case 'object':
      return byte === 0x7b
        ? [push({ kind: 'object', grammar, used: [], part: 'first', text: '', spaces: WHITESPACE_MAX }, below)]
        : [];
    case 'array':
      return byte === 0x5b
        ? [push({ kind: 'array', grammar, count: 0, part: 'first', spaces: WHITESPACE_MAX }, below)]
        : [];
    case 'any':
      return [FREE_STRING, FREE_NUMBER, FREE_OBJECT, FREE_LIST, ...WORDS].flatMap((part) => start(part, byte, below));
    case 'choice':
    case 'sequence':
    case 'reference':
      return expect(grammar, 0, below).flatMap((stack) => advance(stack, byte));
  }
}

function advanceLiteral(frame: Extract<Frame, { kind: 'literal' }>, byte: number, below: Stack): readonly Stack[] {
  const { bytes } = frame.grammar;
  if (bytes[frame.at] !== byte) return [];
  const at = frame.at + 1;
  return [at === bytes.length ? below : push({ ...frame, at }, below)];
}

/** What ends a number is the byte after it. */
function advanceNumber(frame: Extract<Frame, { kind: 'number' }>, byte: number, below: Stack): readonly Stack[] {
  const text = frame.text + String.fromCharCode(byte);
  if (digitsMayGoOn(frame.grammar, text)) return [push({ ...frame, text }, below)];
  return frame.text !== '' && numberIsWhole(frame.grammar, frame.text) ? advance(below, byte) : [];
}

function advanceArray(frame: Extract<Frame, { kind: 'array' }>, byte: number, below: Stack): readonly Stack[] {
  const { grammar, count, part, spaces } = frame;
  if (isSpace(byte)) return spaces > 0 ? [push({ ...frame, spaces: spaces - 1 }, below)] : [];
  if (byte === 0x5d) return count >= grammar.min ? [below] : [];
  const item = count < grammar.max ? (grammar.first[count] ?? grammar.rest) : null;
  if (item === null) return [];
  // Beyond what is bounded and listed, all counts are alike.
  const next = Math.min(count + 1, Math.max(grammar.first.length, grammar.min, finite(grammar.max)));
  const after = push({ kind: 'array', grammar, count: next, part: 'after', spaces: WHITESPACE_MAX }, below);
  if (part === 'first') return expect(item, 0, after).flatMap((stack) => advance(stack, byte));
  return byte === 0x2c ? expect(item, WHITESPACE_MAX, after) : [];
}

function advanceObject(frame: Extract<Frame, { kind: 'object' }>, byte: number, below: Stack): readonly Stack[] {
  const { grammar, used, part, text, spaces } = frame;
  if (part === 'in-key') return advanceKey(frame, byte, below);
  if (isSpace(byte)) return spaces > 0 ? [push({ ...frame, spaces: spaces - 1 }, below)] : [];
  if (part === 'colon') {
    const value = grammar.properties.get(text) ?? grammar.additional;
    if (byte !== 0x3a || value === null) return [];
    const after = { ...frame, used: [...used, text].sort(), part: 'after', text: '', spaces: WHITESPACE_MAX } as const;
    return expect(value, WHITESPACE_MAX, push(after, below));
  }
  const moreKeys = grammar.additional !== null || [...grammar.properties.keys()].some((key) => !used.includes(key));
  if (byte === 0x7d) return part !== 'key' && grammar.required.every((key) => used.includes(key)) ? [below] : [];
  if (part === 'after')
    return byte === 0x2c && moreKeys ? [push({ ...frame, part: 'key', spaces: WHITESPACE_MAX }, below)] : [];
  return byte === QUOTE && moreKeys ? [push({ ...frame, part: 'in-key', text: '' }, below)] : [];
}

/** Keys that are named are written as JSON writes them; of others, no escapes. */
function advanceKey(frame: Extract<Frame, { kind: 'object' }>, byte: number, below: Stack): readonly Stack[] {
  const { grammar, used, text } = frame;
  const named = [...grammar.properties.keys()].filter((key) => !used.includes(key));
  if (byte === QUOTE && (named.includes(text) || isOtherKey(frame)))
    return [push({ ...frame, part: 'colon', spaces: WHITESPACE_MAX }, below)];
  const longer = text + String.fromCharCode(byte);
  const goesOn = named.some((key) => key.startsWith(longer)) || (grammar.additional !== null && plainBegin(longer));
  return goesOn ? [push({ ...frame, text: longer }, below)] : [];
}

function isOtherKey({ grammar, used, text }: Extract<Frame, { kind: 'object' }>): boolean {
  return (
    grammar.additional !== null &&
    !grammar.properties.has(text) &&
    !used.includes(text) &&
    plainBegin(text) &&
    charactersOf(text)?.at === 'plain'
  );
}

function plainBegin(text: string): boolean {
  return !/["\\]/.test(text) && charactersOf(text) !== null;
}

/** Where a text of bytes is after its last one; null where they are no UTF-8. */
function charactersOf(text: string): Within | null {
  let within: Within = PLAIN;
  for (const byte of text) {
    const next = characterByte(within, byte.charCodeAt(0));
    if (next === null) return null;
    within = next;
  }
  return within;
}

/** One byte of a text in UTF-8 (RFC 3629, section 4), without control characters. */
function characterByte(within: Within, byte: number): Within | null {
  if (within.at === 'character') {
    if (byte < within.low || byte > within.high) return null;
    return within.left === 1 ? PLAIN : { at: 'character', left: within.left - 1, low: 0x80, high: 0xbf };
  }
  if (byte < 0x80) return byte >= 0x20 ? PLAIN : null;
  const later = (left: number, low = 0x80, high = 0xbf): Within => ({ at: 'character', left, low, high });
  if (byte >= 0xc2 && byte <= 0xdf) return later(1);
  if (byte === 0xe0) return later(2, 0xa0);
  if (byte === 0xed) return later(2, 0x80, 0x9f);
  if (byte >= 0xe1 && byte <= 0xef) return later(2);
  if (byte === 0xf0) return later(3, 0x90);
  if (byte >= 0xf1 && byte <= 0xf3) return later(3);
  return byte === 0xf4 ? later(3, 0x80, 0x8f) : null;
}

function advanceString(frame: Extract<Frame, { kind: 'string' }>, byte: number, below: Stack): readonly Stack[] {
  const { grammar, length, within } = frame;
  const to = (next: Within): readonly Stack[] => [push({ ...frame, within: next }, below)];
  const counted = (next: Within): readonly Stack[] =>
    length < grammar.max ? [push({ ...frame, within: next, length: countOf(grammar, length) }, below)] : [];
  switch (within.at) {
    case 'plain': {
      if (byte === QUOTE) return length >= grammar.min ? [below] : [];
      if (byte === BACKSLASH) return length < grammar.max ? to({ at: 'escape' }) : [];
      const next = characterByte(within, byte);
      return next === null ? [] : counted(next);
    }
    case 'character': {
      const next = characterByte(within, byte);
      return next === null ? [] : to(next);
    }
    case 'escape': {
      const letter = String.fromCharCode(byte);
      if (letter === 'u') return to({ at: 'hex', text: '', second: false });
      return '"\\/bfnrt'.includes(letter) ? counted(PLAIN) : [];
    }
    case 'hex': {
      const text = within.text + String.fromCharCode(byte).toLowerCase();
      const allowed = within.second ? /^(d([c-f][0-9a-f]{0,2})?)$/ : /^(?!d[c-f])[0-9a-f]{1,4}$/;
      if (!allowed.test(text)) return [];
      if (text.length < 4) return to({ ...within, text });
      if (within.second) return counted(PLAIN);
      return /^d[89ab]/.test(text) ? to({ at: 'pair', backslash: false }) : counted(PLAIN);
    }
    case 'pair':
      if (!within.backslash) return byte === BACKSLASH ? to({ at: 'pair', backslash: true }) : [];
      return byte === 0x75 ? to({ at: 'hex', text: '', second: true }) : [];
  }
}

/** Lengths are told apart only as far as a bound asks for. */
function countOf({ min, max }: Strung, length: number): number {
  return Math.min(length + 1, Math.max(min, finite(max)));
}

function finite(bound: number): number {
  return bound === Infinity ? 0 : bound;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
