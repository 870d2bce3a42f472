import {
  type Atom,
  type Domain,
  EQUALITY,
  type Literal,
  type Parameter,
  type Problem,
  type Term,
} from '../pddl/model.ts';
import { type Binding, type Facts, holds } from './facts.ts';

/** By parameter, the objects that its types allow. */
export type Allowed = readonly ReadonlySet<string>[];

export function allowedFor(parameters: readonly Parameter[], { types }: Domain, { objects }: Problem): Allowed {
  return parameters.map((parameter) => {
    const fitting = [...objects].filter(([, type]) => parameter.types.some((above) => types.get(type)?.has(above)));
    return new Set(fitting.map(([name]) => name));
  });
}

/** Binds what the terms name. @returns null where they cannot be these objects */
export function unify(
  terms: readonly Term[],
  objects: readonly string[],
  allowed: Allowed,
  before: Binding,
): Binding | null {
  const binding = [...before];
  for (const [index, term] of terms.entries()) {
    const object = objects[index] as string;
    const known = typeof term === 'string' ? term : binding[term];
    if (known !== undefined && known !== object) return null;
    if (typeof term === 'string') continue;
    if (allowed[term]?.has(object) !== true) return null;
    binding[term] = object;
  }
  return binding;
}

/** All bindings that make the condition true, found from its rarest atoms on. */
export function* bindings(
  condition: readonly Literal[],
  facts: Facts,
  allowed: Allowed,
  before: Binding,
): Generator<readonly string[]> {
  const isPositive = ({ negated, predicate }: Literal): boolean => !negated && predicate !== EQUALITY;
  const checks = condition.filter((literal) => !isPositive(literal));
  for (const matched of matches(condition.filter(isPositive), checks, facts, allowed, before)) {
    yield* filled(matched, 0, checks, facts, allowed);
  }
}

function* matches(
  atoms: readonly Atom[],
  checks: readonly Literal[],
  facts: Facts,
  allowed: Allowed,
  binding: Binding,
): Generator<Binding> {
  if (!hold(checks, binding, facts)) return;
  const open = ({ terms }: Atom): number => new Set(terms.filter((term) => !isBound(term, binding))).size;
  const [first, ...rest] = [...atoms].sort(
    (a, b) => open(a) - open(b) || facts.count(a.predicate) - facts.count(b.predicate),
  );
  if (!first) {
    yield binding;
    return;
  }
  if (open(first) === 0) {
    if (holds({ ...first, negated: false }, binding, facts)) yield* matches(rest, checks, facts, allowed, binding);
    return;
  }
  for (const objects of facts.with(first.predicate)) {
    const next = unify(first.terms, objects, allowed, binding);
    if (next) yield* matches(rest, checks, facts, allowed, next);
  }
}

/** Parameters that nothing binds take every object of their types. */
function* filled(
  binding: Binding,
  parameter: number,
  checks: readonly Literal[],
  facts: Facts,
  allowed: Allowed,
): Generator<readonly string[]> {
  let open = parameter;
  while (open < binding.length && binding[open] !== undefined) open++;
  if (open === binding.length) {
    yield binding as readonly string[];
    return;
  }
  for (const object of allowed[open] ?? []) {
    const next = [...binding];
    next[open] = object;
    if (hold(checks, next, facts)) yield* filled(next, open + 1, checks, facts, allowed);
  }
}

/** Whether all of them hold that have their arguments. */
function hold(checks: readonly Literal[], binding: Binding, facts: Facts): boolean {
  return checks.every(
    (literal) => !literal.terms.every((term) => isBound(term, binding)) || holds(literal, binding, facts),
  );
}

const isBound = (term: Term, binding: Binding): boolean => typeof term === 'string' || binding[term] !== undefined;
