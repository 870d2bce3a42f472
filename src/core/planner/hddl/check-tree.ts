import { checkPlan } from '../pddl/check-plan.ts';
import {
  type Atom,
  type Domain,
  EQUALITY,
  keyOf,
  type Literal,
  type PlanStep,
  type Problem,
  type Term,
} from '../pddl/model.ts';
import type { Decomposition, HierarchicalProblem, Hierarchy, Method } from './model.ts';

export type TreeVerdict =
  | { readonly valid: true; readonly cost: number }
  /** Names the first thing that is wrong. */
  | { readonly valid: false; readonly message: string };

/** A part of the tree, with what it has to be. */
interface Part {
  readonly child: number | Decomposition;
  readonly name: string;
  readonly objects: readonly string[];
}

/** From before which action to after which. */
interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Whether a plan can be done, and is what its tree of methods says: every method fits its task and its state, subtasks are
 * in order, and every action belongs to exactly one. Shares nothing with the search.
 */
export function checkTree(
  { domain, tasks, methods }: Hierarchy,
  { problem, root }: HierarchicalProblem,
  steps: readonly PlanStep[],
  tree: Decomposition,
): TreeVerdict {
  const executed = checkPlan(domain, problem, steps);
  if (!executed.valid) return { valid: false, message: executed.message };
  const states = statesOf(domain, problem, steps);
  const used = new Set<number>();
  const order: { readonly tree: Decomposition; readonly method: Method; readonly title: string }[] = [];
  const waiting: Part[] = [{ child: tree, name: root.name, objects: [] }];
  for (let part = waiting.pop(); part; part = waiting.pop()) {
    const { child, name, objects } = part;
    const title = keyOf(name, objects);
    if (typeof child === 'number') {
      const step = steps[child];
      if (!step || keyOf(step.action, step.objects) !== title) return wrong(`${title} is not step ${child + 1}`);
      if (used.has(child)) return wrong(`step ${child + 1} ${title} is used twice`);
      used.add(child);
      continue;
    }
    const method = child === tree ? root : methods.get(child.method);
    if (!method || child.method !== method.name) return wrong(`there is no method "${child.method}" for ${title}`);
    const said = keyOf(child.method, child.objects);
    const parameters = [...method.parameters, ...(tasks.get(name) ?? [])];
    const misfit = misfitOf(domain, problem, parameters, [...child.objects, ...objects]);
    if (misfit !== null) return wrong(`${said} for ${title}: ${misfit}`);
    if (keyOf(method.task.name, put(method.task.terms, child.objects)) !== title)
      return wrong(`${said} is not for ${title}`);
    const state = states[child.at];
    if (!state) return wrong(`${said} is taken at ${child.at}, where the plan is not`);
    const failed = method.precondition.find((literal) => !holds(literal, child.objects, state));
    if (failed) return wrong(`the precondition ${textOf(failed, child.objects)} of ${said} does not hold`);
    if (child.children.length !== method.subtasks.length) return wrong(`${said} has other subtasks`);
    order.push({ tree: child, method, title: said });
    for (const [index, subtask] of method.subtasks.entries()) {
      const next = child.children[index] as number | Decomposition;
      waiting.push({ child: next, name: subtask.name, objects: put(subtask.terms, child.objects) });
    }
  }
  const unused = steps.findIndex((_, index) => !used.has(index));
  if (unused !== -1) return wrong(`step ${unused + 1} belongs to no task`);
  const disorder = outOfOrder(order);
  return disorder === null ? { valid: true, cost: executed.cost } : wrong(disorder);
}

const wrong = (message: string): TreeVerdict => ({ valid: false, message });

/** @param parts every method before what it is made of @returns null where every order is kept */
function outOfOrder(
  parts: readonly { readonly tree: Decomposition; readonly method: Method; readonly title: string }[],
): string | null {
  const spans = new Map<Decomposition, Span>();
  const spanOf = (child: number | Decomposition): Span =>
    typeof child === 'number' ? { start: child, end: child + 1 } : (spans.get(child) as Span);
  for (const { tree, method, title } of [...parts].reverse()) {
    const children = tree.children.map(spanOf);
    if (children.some(({ start }) => start < tree.at)) return `${title} was taken after it began`;
    for (const [later, before] of method.before.entries()) {
      const early = before.find((index) => (children[index] as Span).end > (children[later] as Span).start);
      if (early !== undefined) return `subtask ${later + 1} of ${title} begins before subtask ${early + 1} ended`;
    }
    const end = children.reduce((latest, span) => Math.max(latest, span.end), tree.at);
    spans.set(tree, { start: tree.at, end });
  }
  return null;
}

/** What holds before each step, and after the last. */
function statesOf({ actions }: Domain, { init }: Problem, steps: readonly PlanStep[]): ReadonlySet<string>[] {
  const states = [new Set(init.map(({ predicate, terms }) => keyOf(predicate, terms)))];
  for (const { action, objects } of steps) {
    const state = new Set(states.at(-1));
    const { adds, deletes } = actions.get(action) ?? { adds: [], deletes: [] };
    for (const atom of deletes) state.delete(atomOf(atom, objects));
    for (const atom of adds) state.add(atomOf(atom, objects));
    states.push(state);
  }
  return states;
}

function misfitOf(
  { types }: Domain,
  problem: Problem,
  parameters: Method['parameters'],
  objects: readonly string[],
): string | null {
  if (objects.length !== parameters.length) return `${objects.length} arguments, not ${parameters.length}`;
  for (const [index, parameter] of parameters.entries()) {
    const name = objects[index] ?? '';
    const type = problem.objects.get(name);
    if (type === undefined) return `there is no object "${name}"`;
    if (!parameter.types.some((above) => types.get(type)?.has(above))) {
      return `"${name}" is a ${type}, and ${parameter.name} takes a ${parameter.types.join(' or a ')}`;
    }
  }
  return null;
}

function holds(
  { predicate, terms, negated }: Literal,
  objects: readonly string[],
  state: ReadonlySet<string>,
): boolean {
  const [left, right] = put(terms, objects);
  return (predicate === EQUALITY ? left === right : state.has(atomOf({ predicate, terms }, objects))) !== negated;
}

function textOf(literal: Literal, objects: readonly string[]): string {
  const text = atomOf(literal, objects);
  return literal.negated ? `(not ${text})` : text;
}

const atomOf = ({ predicate, terms }: Atom, objects: readonly string[]): string =>
  keyOf(predicate, put(terms, objects));

const put = (terms: readonly Term[], objects: readonly string[]): string[] =>
  terms.map((term) => (typeof term === 'string' ? term : (objects[term] ?? '')));
