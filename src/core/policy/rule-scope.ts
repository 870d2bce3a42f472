import type { Json } from '../base/json.ts';
import type { RuleRequest } from './rule-request.ts';
import { SINKS } from './request.ts';
import { leaves } from './rules.ts';

/** What of a request a rule may be told apart by without evaluating it. */
const KEYS = {
  agent: ({ agent }) => agent,
  sink: ({ sink }) => sink,
  kind: ({ resource }) => resource.type,
  channel: ({ resource }) => (resource.type === 'Channel' ? resource.id : null),
  ownTool: ({ resource }) => (resource.type === 'Tool' ? resource.id : null),
  host: ({ host }) => host,
  tool: ({ context }) => context.tool,
  purpose: ({ context }) => context.purpose,
  integrity: ({ context }) => context.integrity,
  confidentiality: ({ context }) => context.confidentiality,
  carries: ({ context }) => context.carries,
  folders: ({ context }) => context.folders,
} satisfies Record<string, (request: RuleRequest) => string | readonly string[] | null>;
type Key = keyof typeof KEYS;

/**
 * What must hold for a rule to say anything at all: for each key named, the request has one of these values, or carries
 * one of them. A rule without any may apply to everything.
 */
export type RuleScope = { readonly [key in Key]?: readonly string[] };

/** Raised whenever `scopeOf` would read a rule otherwise: what was read before is then not relied on. */
export const SCOPE_VERSION = 2;

/** Everything: the scope of a rule that nothing is known of. */
export const ANY_SCOPE: RuleScope = {};

/** The attributes of the context that are compared as they stand. */
const PLAIN: readonly string[] = ['host', 'tool', 'purpose', 'integrity', 'confidentiality'] satisfies Key[];

/** The attributes of the context that are sets of names. */
const SETS: readonly string[] = ['carries', 'folders'] satisfies Key[];

/** Whether a rule of this scope has to be evaluated. False only where Cedar would find neither a match nor an error. */
export function mayApply(scope: RuleScope, request: RuleRequest): boolean {
  for (const key in scope) {
    const value = KEYS[key as Key](request);
    const wanted = scope[key as Key] ?? [];
    if (typeof value === 'string' ? !wanted.includes(value) : !value?.some((each) => wanted.includes(each)))
      return false;
  }
  return true;
}

/** Whether a rule of this scope can ever say anything about this sink. */
export function mayConcern(scope: RuleScope, sink: string): boolean {
  return scope.sink?.includes(sink) ?? true;
}

/**
 * The scope of a rule that was checked against the schema, from Cedar's JSON form of it: its head, and what its conditions
 * compare before anything that could fail. Cedar evaluates head and conditions in order and stops at the first that does
 * not hold, so what is told apart here Cedar would find neither to match nor to fail.
 */
export function scopeOf(policy: Json): RuleScope {
  const { principal, action, resource, conditions } = record(policy);
  const found: Found[] = [
    ...ofPrincipal(record(principal)),
    ...ofAction(record(action)),
    ...ofResource(record(resource)),
  ];
  for (const clause of list(conditions)) {
    const { kind, body } = record(clause);
    const parts = kind === 'when' ? conjuncts(record(body)) : [];
    for (const part of parts) {
      if (canFail(part)) return narrowed(found);
      found.push(...ofComparison(part));
    }
    if (kind !== 'when' && canFail(body)) return narrowed(found);
  }
  return narrowed(found);
}

type Found = readonly [key: Key, values: readonly string[]];
type Fields = { readonly [key: string]: Json };

function narrowed(found: readonly Found[]): RuleScope {
  const scope: { [key in Key]?: readonly string[] } = {};
  for (const [key, values] of found) {
    // A request has one of a kind, but can carry several: of those, the first condition found is enough.
    const narrower = SETS.includes(key) ? scope[key] : scope[key]?.filter((value) => values.includes(value));
    scope[key] = narrower ?? values;
  }
  return scope;
}

/** No request is like that. */
const NEVER: Found = ['sink', []];

function ofPrincipal({ op, entity }: Fields): Found[] {
  if (op !== '==' && op !== 'in') return [];
  const { type, id } = uid(entity);
  return [type === 'Agent' ? ['agent', [id]] : NEVER];
}

function ofAction({ op, entity, entities }: Fields): Found[] {
  if (op !== '==' && op !== 'in') return [];
  const named = (entities === undefined ? [entity ?? null] : list(entities)).map((each) => uid(each).id);
  const sinks = SINKS.filter(
    (sink) => named.includes(sink) || (op === 'in' && leaves(sink) && named.includes('leaves')),
  );
  return [['sink', sinks]];
}

function ofResource({ op, entity, entity_type: kind, in: within }: Fields): Found[] {
  const found: Found[] = op === 'is' ? [['kind', [text(kind)]]] : [];
  const of = op === 'is' ? record(within)['entity'] : entity;
  if (of === undefined) return found;
  const { type, id } = uid(of);
  if (type === 'Host') return [...found, op === '==' ? NEVER : ['host', [id]]];
  if (type === 'Channel') return [...found, ['channel', [id]]];
  return [...found, type === 'Tool' ? ['ownTool', [id]] : NEVER];
}

/** `a && b && c`, in the order in which they are evaluated. */
function conjuncts(expression: Fields): Fields[] {
  if (expression['&&'] === undefined) return [expression];
  const { left, right } = record(expression['&&']);
  return [...conjuncts(record(left)), ...conjuncts(record(right))];
}

/** `context.tool == "x"`, either way round, `["x", "y"].contains(context.tool)`, and what is carried. */
function ofComparison(expression: Fields): Found[] {
  const carried = ofCarried(expression);
  if (carried !== null) return [carried];
  const equal = record(expression['==']);
  const contained = record(expression['contains']);
  for (const [attribute, value] of [
    [equal['left'], equal['right']],
    [equal['right'], equal['left']],
  ]) {
    const key = attributeOf(attribute, PLAIN);
    const literal = record(value)['Value'];
    if (key !== null && typeof literal === 'string') return [[key, [literal]]];
  }
  const key = attributeOf(contained['right'], PLAIN);
  const literals = literalsOf(contained['left']);
  return key === null || literals === null ? [] : [[key, literals]];
}

/** `context.carries.contains("x")`, `.containsAny(["x", "y"])` and `.containsAll(["x", "y"])`. */
function ofCarried(expression: Fields): Found | null {
  const [one, any, all] = ['contains', 'containsAny', 'containsAll'].map((operator) => record(expression[operator]));
  const single = record(one?.['right'])['Value'];
  if (typeof single === 'string') return ofSet(one, [single]);
  if (any?.['right'] !== undefined) return ofSet(any, literalsOf(any['right']));
  const [first] = literalsOf(all?.['right']) ?? [];
  return first === undefined ? null : ofSet(all, [first]);
}

function ofSet(operation: Fields | undefined, values: readonly string[] | null): Found | null {
  const key = attributeOf(operation?.['left'], SETS);
  return key === null || values === null ? null : [key, values];
}

function literalsOf(expression: Json | undefined): readonly string[] | null {
  const members = record(expression)['Set'];
  if (members === undefined) return null;
  const literals = list(members).map((member) => record(member)['Value']);
  return literals.every((literal) => typeof literal === 'string') ? literals : null;
}

function attributeOf(expression: Json | undefined, among: readonly string[]): Key | null {
  const { left, attr } = record(record(expression)['.']);
  return record(left)['Var'] === 'context' && among.includes(text(attr)) ? (text(attr) as Key) : null;
}

/**
 * What cannot fail once the schema was checked: reading, comparing and combining. Arithmetic can overflow, and an
 * extension's function can be given what it does not take.
 */
const SAFE = new Set(
  'Value Var Set Record . has ! == != < <= > >= && || in is like contains containsAll containsAny isEmpty if-then-else'.split(
    ' ',
  ),
);

function canFail(expression: Json | undefined): boolean {
  const [operator, ...more] = Object.keys(record(expression));
  if (operator === undefined || more.length > 0 || !SAFE.has(operator)) return true;
  if (operator === 'Value' || operator === 'Var') return false;
  const operands = record(expression)[operator];
  const inner = Array.isArray(operands) ? operands : Object.values(record(operands));
  return (inner as Json[]).some((operand) => isExpression(operand) && canFail(operand));
}

/** Beside the operands there are names, patterns and types. */
function isExpression(operand: Json): boolean {
  return typeof operand === 'object' && operand !== null && !Array.isArray(operand);
}

function uid(entity: Json | undefined): { readonly type: string; readonly id: string } {
  const given = record(entity);
  const { type, id } = given['__entity'] === undefined ? given : record(given['__entity']);
  return { type: text(type), id: text(id) };
}

function record(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
