import type { Random } from '#core/base/random.ts';
import { seededRandom } from '#core/base/random.ts';
import type { Instance } from '#evals/planning/instance.ts';

/**
 * Small problems by chance, and what is true of them by the plainest of means: every action with every object, states as
 * lists of words. Nothing here is shared with what it judges.
 */
export interface SmallProblem {
  readonly objects: readonly { readonly name: string; readonly type: string }[];
  readonly actions: readonly SmallAction[];
  readonly init: readonly string[];
  readonly goal: readonly SmallLiteral[];
}

interface SmallLiteral {
  readonly words: readonly string[];
  readonly negated: boolean;
}

interface SmallAction {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly needs: readonly SmallLiteral[];
  readonly adds: readonly (readonly string[])[];
  readonly deletes: readonly (readonly string[])[];
  readonly cost: number;
}

export interface SmallStep {
  readonly name: string;
  readonly objects: readonly string[];
}

const PREDICATES = { p: 1, q: 2, r: 1, s: 0 };
/** A cat is a pet; a rock is neither. */
const TYPES = ['object', 'object', 'pet', 'cat', 'rock'];
const ABOVE: Readonly<Record<string, readonly string[]>> = {
  pet: ['pet', 'object'],
  cat: ['cat', 'pet', 'object'],
  rock: ['rock', 'object'],
};

export function smallProblem(seed: number): SmallProblem {
  const random = seededRandom(seed);
  const objects = ['a', 'b', 'c', 'd']
    .slice(0, 2 + random.below(3))
    .map((name) => ({ name, type: random.pick(['pet', 'cat', 'rock']) }));
  const names = objects.map(({ name }) => name);
  const actions = Array.from({ length: 3 + random.below(4) }, (_, index): SmallAction => {
    const parameters = Array.from({ length: random.pick([0, 1, 1, 2, 2]) }, () => random.pick(TYPES));
    const terms = [...parameters.keys()].map((number) => `?v${String(number)}`);
    const inside = random.chance(0.2) ? [...terms, 'a'] : terms;
    return {
      name: `act${String(index)}`,
      parameters,
      needs: several(random, 3, () => someLiteral(random, inside, true)),
      adds: [someAtom(random, inside), ...several(random, 1, () => someAtom(random, inside))],
      deletes: several(random, 2, () => someAtom(random, inside)),
      cost: random.below(4),
    };
  });
  const init = [...new Set(several(random, 5, () => someAtom(random, names).join(' ')))];
  const goal = [someLiteral(random, names, false), ...several(random, 2, () => someLiteral(random, names, false))];
  const problem = { objects, actions, init, goal };
  return random.chance(0.4) ? problem : { ...problem, goal: [...goal.slice(0, 1), ...farGoal(problem, random)] };
}

/** What has changed after many steps by chance, so that not all plans are short. */
function farGoal(problem: SmallProblem, random: Random): SmallLiteral[] {
  const steps = allSteps(problem);
  let state: readonly string[] = problem.init;
  for (let i = 0; i < 12; i++) {
    const possible = steps.flatMap((step) => {
      const next = doStep(problem, state, step);
      return next && next.join() !== [...state].sort().join() ? [next] : [];
    });
    if (possible.length > 0) state = random.pick(possible);
  }
  const literal = (fact: string, negated: boolean): SmallLiteral => ({ words: fact.split(' '), negated });
  return random
    .shuffle([
      ...state.filter((fact) => !problem.init.includes(fact)).map((fact) => literal(fact, false)),
      ...problem.init.filter((fact) => !state.includes(fact)).map((fact) => literal(fact, true)),
    ])
    .slice(0, 4);
}

function several<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: random.below(most + 1) }, make);
}

function someAtom(random: Random, terms: readonly string[]): string[] {
  const fitting = Object.entries(PREDICATES).filter(([, arity]) => arity === 0 || terms.length > 0);
  const [name, arity] = random.pick(fitting);
  return [name, ...Array.from({ length: arity }, () => random.pick(terms))];
}

function someLiteral(random: Random, terms: readonly string[], mayCompare: boolean): SmallLiteral {
  const negated = random.chance(0.3);
  if (mayCompare && terms.length > 0 && random.chance(0.15)) {
    return { words: ['=', random.pick(terms), random.pick(terms)], negated };
  }
  return { words: someAtom(random, terms), negated };
}

export function textsOf({ objects, actions, init, goal }: SmallProblem): Instance {
  const atom = (words: readonly string[]): string => `(${words.join(' ')})`;
  const literal = ({ words, negated }: SmallLiteral): string => (negated ? `(not ${atom(words)})` : atom(words));
  const texts = actions.map(({ name, parameters, needs, adds, deletes, cost }) => {
    const effects = [...adds.map(atom), ...deletes.map((words) => `(not ${atom(words)})`)];
    return `(:action ${name}
    :parameters (${parameters.map((type, number) => `?v${String(number)} - ${type}`).join(' ')})
    :precondition (and ${needs.map(literal).join(' ')})
    :effect (and ${effects.join(' ')} (increase (total-cost) ${String(cost)})))`;
  });
  return {
    domain: `(define (domain small) (:requirements :strips :typing :negative-preconditions :equality :action-costs)
  (:types cat - pet pet rock - object) (:constants a - ${objects[0]?.type ?? ''})
  (:predicates (p ?x) (q ?x ?y) (r ?x) (s)) (:functions (total-cost) - number)
  ${texts.join('\n  ')})`,
    problem: `(define (problem one) (:domain small)
  (:objects ${objects.map(({ name, type }) => `${name} - ${type}`).join(' ')})
  (:init ${init.map((words) => `(${words})`).join(' ')} (= (total-cost) 0))
  (:goal (and ${goal.map(literal).join(' ')})) (:metric minimize (total-cost)))`,
  };
}

/** Does one step. @returns null where it cannot be done */
export function doStep(problem: SmallProblem, state: readonly string[], step: SmallStep): string[] | null {
  const action = problem.actions.find(({ name }) => name === step.name);
  if (action?.parameters.length !== step.objects.length) return null;
  const fits = action.parameters.every((type, index) => {
    const object = problem.objects.find(({ name }) => name === step.objects[index]);
    return object && ABOVE[object.type]?.includes(type);
  });
  const put = (words: readonly string[]): string[] =>
    words.map((word) => (word.startsWith('?v') ? step.objects[Number(word.slice(2))]! : word));
  if (!fits || !action.needs.every((need) => holds(state, { ...need, words: put(need.words) }))) return null;
  const deleted = action.deletes.map((words) => put(words).join(' '));
  const added = action.adds.map((words) => put(words).join(' '));
  return [...new Set([...state.filter((fact) => !deleted.includes(fact)), ...added])].sort();
}

export function reachedGoal({ goal }: SmallProblem, state: readonly string[]): boolean {
  return goal.every((literal) => holds(state, literal));
}

function holds(state: readonly string[], { words, negated }: SmallLiteral): boolean {
  const isSo = words[0] === '=' ? words[1] === words[2] : state.includes(words.join(' '));
  return isSo !== negated;
}

export function allSteps({ actions, objects }: SmallProblem): SmallStep[] {
  return actions.flatMap(({ name, parameters }) =>
    parameters
      .reduce<string[][]>((tuples) => tuples.flatMap((tuple) => objects.map((each) => [...tuple, each.name])), [[]])
      .map((tuple) => ({ name, objects: tuple })),
  );
}

/** Executes a plan. @returns the first step that fails, from 1, or 'goal' where only that is missed, or what it costs */
export function judgePlan(
  problem: SmallProblem,
  plan: readonly SmallStep[],
): { step: number } | 'goal' | { cost: number } {
  let state: readonly string[] = problem.init;
  let cost = 0;
  for (const [index, step] of plan.entries()) {
    const next = doStep(problem, state, step);
    if (next === null) return { step: index + 1 };
    cost += problem.actions.find(({ name }) => name === step.name)!.cost;
    state = next;
  }
  return reachedGoal(problem, state) ? { cost } : 'goal';
}

/** What the cheapest plan costs, by trying everything; Infinity where there is none, null where it is too much. */
export function cheapest(problem: SmallProblem, statesMax: number): number | null {
  const steps = allSteps(problem);
  const costs = new Map<string, number>([[[...problem.init].sort().join(','), 0]]);
  const open: { state: readonly string[]; cost: number }[] = [{ state: [...problem.init].sort(), cost: 0 }];
  let best = Infinity;
  for (let node = open.pop(); node; node = open.pop()) {
    if ((costs.get(node.state.join(',')) ?? Infinity) < node.cost) continue;
    if (costs.size > statesMax) return null;
    if (reachedGoal(problem, node.state)) best = Math.min(best, node.cost);
    for (const step of steps) {
      const state = doStep(problem, node.state, step);
      if (state === null) continue;
      const cost = node.cost + problem.actions.find(({ name }) => name === step.name)!.cost;
      if (cost >= (costs.get(state.join(',')) ?? Infinity)) continue;
      costs.set(state.join(','), cost);
      open.push({ state, cost });
    }
  }
  return best;
}
