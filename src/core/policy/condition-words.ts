import { civilDate, DAY_MS } from '../base/civil-date.ts';
import type { Json } from '../base/json.ts';

/** Where a condition stands: by itself, or among others. */
export type Place = 'alone' | 'and' | 'or';

/** What a rule's condition says, in words; null where it cannot be said in words that mean the same. */
export function conditionInWords(expression: Json, place: Place): string | null {
  return words(expression, true, place);
}

/** `a && b && c` as its parts. Whoever says that an amount is large need not say that there is one. */
export function conjunctsOf(expression: Json): readonly Json[] {
  const parts = flat(expression);
  return parts.some(isLargeAmount) ? parts.filter((part) => !isGuard(part)) : parts;
}

function flat(expression: Json): readonly Json[] {
  const both = operands(expression, '&&');
  return both === null ? [expression] : [...flat(both.left), ...flat(both.right)];
}

function isLargeAmount(expression: Json): boolean {
  return ofNumber(expression, true)?.startsWith(AN_AMOUNT) === true;
}

/** The values that an attribute of the context is compared with: `context.host == "x"`, `["x"].contains(context.host)`. */
export function namesFor(attribute: string, expression: Json): readonly string[] | null {
  const equal = operands(expression, '==');
  if (equal !== null) {
    const [left, right] = [attributeOf(equal.left), attributeOf(equal.right)];
    const value = left === attribute ? textOf(equal.right) : right === attribute ? textOf(equal.left) : null;
    return value === null ? null : [value];
  }
  const contained = operands(expression, 'contains');
  return contained !== null && attributeOf(contained.right) === attribute ? textsOf(contained.left) : null;
}

/** What a set of the context has to hold one of: `context.carries.containsAny(["mail"])`. */
export function anyOf(attribute: string, expression: Json): readonly string[] | null {
  const one = operands(expression, 'contains');
  if (one !== null && attributeOf(one.left) === attribute) {
    const value = textOf(one.right);
    return value === null ? null : [value];
  }
  const any = operands(expression, 'containsAny');
  return any !== null && attributeOf(any.left) === attribute ? textsOf(any.right) : null;
}

/** `x != y` is `!(x == y)`, and `!(!x)` is `x`: an expression without its negations, and whether it holds or not. */
export function bare(expression: Json, holds: boolean): { readonly expression: Json; readonly holds: boolean } {
  const negated = operator(expression, '!');
  if (negated !== null) return bare(negated['arg'] ?? null, !holds);
  const unequal = operands(expression, '!=');
  return unequal === null ? { expression, holds } : { expression: { '==': { ...unequal } }, holds: !holds };
}

/** `a`, `a or b`, `a, b or c`. */
export function listed(names: readonly string[], last = 'or'): string {
  const [end = '', ...rest] = [...names].reverse();
  return rest.length === 0 ? end : `${rest.reverse().join(', ')} ${last} ${end}`;
}

/** Kinds of data and folders as what holds them. */
export function contentsOf(attribute: 'carries' | 'folders', names: readonly string[]): readonly string[] {
  return names.map((name) => {
    if (name === 'unknown') return 'what came from files that are gone';
    return attribute === 'folders' ? `what came from the folder “${name}”` : (KINDS[name] ?? `“${name}”`);
  });
}

const KINDS: { readonly [kind: string]: string | undefined } = {
  calendar: 'calendar entries',
  'free-busy': 'free/busy times',
  mail: 'mail',
  table: 'tables',
  document: 'documents',
  data: 'data files',
};

const DAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const PER_UNIT = 100;
const HOURS = 24;

const AN_AMOUNT = 'an amount in it or its cost is';

function words(given: Json, wanted: boolean, place: Place): string | null {
  const { expression, holds } = bare(given, wanted);
  for (const [join, other] of [
    ['&&', '||'],
    ['||', '&&'],
  ] as const) {
    const both = operands(expression, join);
    if (both === null) continue;
    // Not (a and b) is not a, or not b.
    const as = (holds ? join : other) === '&&' ? 'and' : 'or';
    const parts = (join === '&&' ? conjunctsOf(expression) : [both.left, both.right]).map((part) =>
      words(part, holds, as),
    );
    if (parts.some((part) => part === null)) return null;
    const said = parts.join(` ${as} `);
    if (place === 'alone' || place === as || parts.length === 1) return said;
    return as === 'or' ? `either ${said}` : `both ${said}`;
  }
  return ofAttribute(expression, holds);
}

function ofAttribute(expression: Json, holds: boolean): string | null {
  const not = holds ? '' : ' not';
  const flag = attributeOf(expression);
  if (flag !== null) return FLAGS[flag]?.[holds ? 0 : 1] ?? null;
  if (isGuard(expression))
    return holds ? 'it names an amount or costs something' : 'it names no amount and costs nothing';
  for (const attribute of ['host', 'tool', 'purpose'] as const) {
    const names = namesFor(attribute, expression);
    if (names !== null && names.length > 0)
      return `the ${attribute} is${not} ${listed(names.map(quotedUnless(attribute)))}`;
  }
  for (const attribute of ['confidentiality', 'integrity'] as const) {
    const names = namesFor(attribute, expression);
    if (names !== null && names.length > 0) return `what it carries is${not} ${listed(names)}`;
  }
  for (const attribute of ['carries', 'folders'] as const) {
    const any = anyOf(attribute, expression);
    if (any !== null && any.length > 0)
      return `it ${holds ? 'carries' : 'does not carry'} ${listed(contentsOf(attribute, any))}`;
  }
  return ofPattern(expression, not) ?? ofNumber(expression, holds);
}

const FLAGS: { readonly [attribute: string]: readonly [yes: string, no: string] | undefined } = {
  planned: ['it is in the plan', 'it is not in the plan'],
  destructive: ['it takes away what cannot be had back', 'it takes nothing away for good'],
  onDevice: ['it goes to this device itself', 'it goes to another machine'],
};

function quotedUnless(attribute: string): (name: string) => string {
  return (name) => (attribute === 'host' ? name : `“${name}”`);
}

/** `context.host like "*.example.com"`; in Cedar's JSON a pattern is a list of "Wildcard" and literals. */
function ofPattern(expression: Json, not: string): string | null {
  const like = operator(expression, 'like');
  if (like === null || attributeOf(like['left'] ?? null) !== 'host' || !Array.isArray(like['pattern'])) return null;
  const parts = (like['pattern'] as readonly Json[]).map((part) =>
    part === 'Wildcard' ? '*' : textIn(part, 'Literal'),
  );
  return parts.includes(null) ? null : `the host is${not} like ${parts.join('')}`;
}

const FLIPPED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==' } as const;
const OPPOSITE = { '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const;
type Comparison = keyof typeof FLIPPED;

/** A comparison with a number, brought to the form `attribute >= n` or `attribute < n`: all of them are whole. */
function ofNumber(expression: Json, holds: boolean): string | null {
  for (const given of Object.keys(FLIPPED) as Comparison[]) {
    const sides = operands(expression, given);
    if (sides === null) continue;
    const turned = attributeOf(sides.left) === null;
    const attribute = attributeOf(turned ? sides.right : sides.left);
    const value = numberOf(turned ? sides.left : sides.right);
    const compared = turned ? FLIPPED[given] : given;
    if (attribute === null || value === null) return null;
    if (attribute === 'weekday') return ofWeekday(compared, value, holds);
    if (compared === '==') return null;
    const as = holds ? compared : OPPOSITE[compared];
    const from = as === '>' || as === '<=' ? value + 1 : value;
    return ofBound(attribute, as === '>' || as === '>=', from);
  }
  return null;
}

/** @param least it is this or more; else it is less */
function ofBound(attribute: string, least: boolean, bound: number): string | null {
  switch (attribute) {
    case 'bytes':
      return least ? `it has ${grouped(bound)} bytes or more` : `it has fewer than ${grouped(bound)} bytes`;
    case 'amount': {
      const sum = (bound / PER_UNIT).toFixed(2);
      return least ? `${AN_AMOUNT} ${sum} or more` : `every amount in it and its cost is below ${sum}`;
    }
    case 'hour':
      if (bound < 0 || bound > HOURS) return null;
      return least ? `it is ${String(bound)}:00 or later` : `it is before ${String(bound)}:00`;
    case 'time':
      return least ? `it is ${instant(bound)} or later` : `it is before ${instant(bound)}`;
    default:
      return null;
  }
}

function ofWeekday(compared: Comparison, value: number, holds: boolean): string | null {
  const days = DAYS.filter((_, index) => is(index + 1, compared, value) === holds);
  return days.length === 0 || days.length === DAYS.length ? null : `it is ${listed(days)}`;
}

function is(day: number, compared: Comparison, value: number): boolean {
  switch (compared) {
    case '<':
      return day < value;
    case '<=':
      return day <= value;
    case '>':
      return day > value;
    case '>=':
      return day >= value;
    case '==':
      return day === value;
  }
}

function grouped(whole: number): string {
  return String(whole).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

function instant(at: number): string {
  const { year, month, day } = civilDate(Math.floor(at / DAY_MS));
  const minutes = Math.floor((at % DAY_MS) / 60_000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${String(year)}-${two(month)}-${two(day)} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)} UTC`;
}

type Fields = { readonly [key: string]: Json };

function fields(value: Json | undefined): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function operator(expression: Json, name: string): Fields | null {
  return fields(fields(expression)?.[name]);
}

function operands(expression: Json, name: string): { readonly left: Json; readonly right: Json } | null {
  const { left, right } = operator(expression, name) ?? {};
  return left === undefined || right === undefined ? null : { left, right };
}

function attributeOf(expression: Json): string | null {
  const { left, attr } = operator(expression, '.') ?? {};
  return fields(left)?.['Var'] === 'context' && typeof attr === 'string' ? attr : null;
}

function isGuard(expression: Json): boolean {
  const { left, attr } = operator(expression, 'has') ?? {};
  return fields(left)?.['Var'] === 'context' && attr === 'amount';
}

function textIn(value: Json, key: string): string | null {
  const found = fields(value)?.[key];
  return typeof found === 'string' ? found : null;
}

function textOf(expression: Json): string | null {
  return textIn(expression, 'Value');
}

function textsOf(expression: Json): readonly string[] | null {
  const members = fields(expression)?.['Set'];
  if (!Array.isArray(members)) return null;
  const texts = (members as readonly Json[]).map(textOf);
  return texts.every((text) => text !== null) ? texts : null;
}

function numberOf(expression: Json): number | null {
  const value = fields(expression)?.['Value'];
  return typeof value === 'number' ? value : null;
}
