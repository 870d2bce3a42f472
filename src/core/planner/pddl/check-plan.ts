import {
  type Action,
  type Atom,
  type Domain,
  EQUALITY,
  keyOf,
  type Literal,
  type PlanStep,
  type Problem,
  type Term,
} from './model.ts';

/**
 * What a plan comes to when it is executed literally. It shares nothing with grounding and search, so that a mistake there
 * cannot excuse itself here.
 */
export type Verdict =
  | { readonly valid: true; readonly cost: number }
  | {
      readonly valid: false;
      /** The first step that cannot be done, from 1; null where all can, and the goal is not reached. */
      readonly step: number | null;
      /** The literals that do not hold, as they are written in PDDL; none where the step itself makes no sense. */
      readonly failed: readonly string[];
      readonly message: string;
    };

export function checkPlan(domain: Domain, problem: Problem, steps: readonly PlanStep[]): Verdict {
  const state = new Set(problem.init.map((atom) => grounded(atom, [])));
  let total = 0;
  for (const [index, step] of steps.entries()) {
    const title = `step ${index + 1} ${keyOf(step.action, step.objects)}`;
    const fails = (why: string, failed: readonly string[] = []): Verdict => {
      return { valid: false, step: index + 1, failed, message: `${title} cannot be done: ${why}` };
    };
    const action = domain.actions.get(step.action);
    if (!action) return fails(`there is no action "${step.action}"`);
    const misfit = misfitOf(domain, problem, action, step);
    if (misfit !== null) return fails(misfit);
    const failed = unmet(action.precondition, step.objects, state).slice(0, 1);
    if (failed.length > 0) return fails(`its precondition ${failed.join()} does not hold`, failed);
    const cost = costOf(problem, action, step);
    if (typeof cost === 'string') return fails(`its cost ${cost} has no value in :init`);
    total += cost;
    for (const atom of action.deletes) state.delete(grounded(atom, step.objects));
    for (const atom of action.adds) state.add(grounded(atom, step.objects));
  }
  const failed = unmet(problem.goal, [], state);
  if (failed.length === 0) return { valid: true, cost: total };
  const message = `the goal is not reached: after the last step ${failed.join(', ')} does not hold`;
  return { valid: false, step: null, failed, message };
}

/** Why the objects cannot be the arguments, or null. */
function misfitOf({ types }: Domain, { objects }: Problem, { parameters }: Action, step: PlanStep): string | null {
  if (step.objects.length !== parameters.length) {
    return `it has ${step.objects.length} arguments, and the action takes ${parameters.length}`;
  }
  for (const [index, parameter] of parameters.entries()) {
    const name = step.objects[index] ?? '';
    const type = objects.get(name);
    if (type === undefined) return `there is no object "${name}"`;
    if (!parameter.types.some((allowed) => types.get(type)?.has(allowed))) {
      return `"${name}" is a ${type}, and ${parameter.name} takes a ${parameter.types.join(' or a ')}`;
    }
  }
  return null;
}

function unmet(literals: readonly Literal[], objects: readonly string[], state: ReadonlySet<string>): string[] {
  return literals
    .filter((literal) => holds(literal, objects, state) === literal.negated)
    .map((literal) => {
      const text = grounded(literal, objects);
      return literal.negated ? `(not ${text})` : text;
    });
}

function holds({ predicate, terms }: Atom, objects: readonly string[], state: ReadonlySet<string>): boolean {
  if (predicate !== EQUALITY) return state.has(grounded({ predicate, terms }, objects));
  const [left, right] = terms.map((term) => objectOf(term, objects));
  return left === right;
}

/** @returns what an action costs, or the function that has no value */
function costOf({ hasCosts, values }: Problem, { costs }: Action, { objects }: PlanStep): number | string {
  if (!hasCosts) return 1;
  let sum = 0;
  for (const cost of costs) {
    const key =
      typeof cost === 'number'
        ? ''
        : keyOf(
            cost.function,
            cost.terms.map((term) => objectOf(term, objects)),
          );
    const value = typeof cost === 'number' ? cost : values.get(key);
    if (value === undefined) return key;
    sum += value;
  }
  return sum;
}

const grounded = ({ predicate, terms }: Atom, objects: readonly string[]): string =>
  keyOf(
    predicate,
    terms.map((term) => objectOf(term, objects)),
  );

const objectOf = (term: Term, objects: readonly string[]): string =>
  typeof term === 'string' ? term : (objects[term] ?? '');
