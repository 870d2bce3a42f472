import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom, type Random } from '#core/base/random.ts';
import { checkTree } from '#core/planner/hddl/check-tree.ts';
import { planHierarchy } from '#core/planner/hddl/plan-hierarchy.ts';
import { readHierarchicalProblem, readHierarchy } from '#core/planner/hddl/read-hierarchy.ts';

/** Facts without arguments, actions, and two levels of tasks, by chance; tried out without any cleverness. */
interface SmallNetwork {
  readonly subtasks: readonly string[];
  /** Pairs of places: the first before the second. */
  readonly orders: readonly (readonly [number, number])[];
}

interface SmallMethod extends SmallNetwork {
  readonly task: string;
  readonly needs: readonly string[];
}

interface SmallHierarchy {
  readonly actions: Readonly<Record<string, { needs: string[]; adds: string[]; deletes: string[] }>>;
  readonly methods: readonly SmallMethod[];
  readonly root: SmallNetwork;
  readonly init: readonly string[];
  readonly goal: readonly string[];
}

const FACTS = ['f0', 'f1', 'f2', 'f3'];
const ACTIONS = ['a0', 'a1', 'a2', 'a3'];
const LOW = ['low0', 'low1'];
const HIGH = ['high0'];

function smallHierarchy(seed: number): SmallHierarchy {
  const random = seededRandom(seed);
  const facts = (most: number): string[] => [
    ...new Set(Array.from({ length: random.below(most + 1) }, () => random.pick(FACTS))),
  ];
  const methodsFor = (tasks: readonly string[], parts: readonly string[]): SmallMethod[] =>
    tasks.flatMap((task) =>
      Array.from({ length: 1 + random.below(2) }, () => ({ task, needs: facts(1), ...someNetwork(random, parts) })),
    );
  return {
    actions: Object.fromEntries(ACTIONS.map((name) => [name, { needs: facts(1), adds: facts(2), deletes: facts(2) }])),
    methods: [...methodsFor(LOW, ACTIONS), ...methodsFor(HIGH, [...ACTIONS, ...LOW])],
    root: someNetwork(random, [...ACTIONS, ...LOW, ...HIGH], 2),
    init: facts(3),
    goal: facts(2),
  };
}

function someNetwork(random: Random, parts: readonly string[], most = 3): SmallNetwork {
  const subtasks = Array.from({ length: random.below(most + 1) }, () => random.pick(parts));
  const orders = subtasks.flatMap((_, later) =>
    [...subtasks.keys()].slice(0, later).flatMap((early) => (random.chance(0.4) ? [[early, later] as const] : [])),
  );
  return { subtasks, orders };
}

function textsOf({ actions, methods, root, init, goal }: SmallHierarchy): { domain: string; problem: string } {
  const atoms = (facts: readonly string[]): string => facts.map((fact) => `(${fact})`).join(' ');
  const network = ({ subtasks, orders }: SmallNetwork): string =>
    `:subtasks (and ${subtasks.map((name, place) => `(t${String(place)} (${name}))`).join(' ')})
    :ordering (and ${orders.map(([early, later]) => `(< t${String(early)} t${String(later)})`).join(' ')})`;
  const actionTexts = Object.entries(actions).map(([name, { needs, adds, deletes }]) => {
    const gone = deletes.map((fact) => `(not (${fact}))`).join(' ');
    return `(:action ${name} :parameters () :precondition (and ${atoms(needs)}) :effect (and ${gone} ${atoms(adds)}))`;
  });
  const methodTexts = methods.map(
    (method, number) => `(:method m${String(number)} :parameters () :task (${method.task})
    :precondition (and ${atoms(method.needs)}) ${network(method)})`,
  );
  return {
    domain: `(define (domain small) (:requirements :hierarchy) (:predicates ${atoms(FACTS)})
  ${[...LOW, ...HIGH].map((name) => `(:task ${name} :parameters ())`).join(' ')}
  ${[...methodTexts, ...actionTexts].join('\n  ')})`,
    problem: `(define (problem p) (:domain small) (:htn ${network(root)}) (:init ${atoms(init)}) (:goal (and ${atoms(goal)})))`,
  };
}

interface Waiting {
  readonly name: string;
  readonly after: readonly Waiting[];
}

/** Whether any order and any methods reach the goal. */
function canBeDone(small: SmallHierarchy, facts: readonly string[], waiting: readonly Waiting[]): boolean {
  if (waiting.length === 0) return small.goal.every((fact) => facts.includes(fact));
  return waiting
    .filter(({ after }) => after.every((each) => !waiting.includes(each)))
    .some((task) => {
      const others = waiting.filter((each) => each !== task);
      const action = small.actions[task.name];
      if (action) {
        if (!action.needs.every((fact) => facts.includes(fact))) return false;
        const left = facts.filter((fact) => !action.deletes.includes(fact) && !action.adds.includes(fact));
        return canBeDone(small, [...left, ...action.adds], others);
      }
      return small.methods.some((method) => {
        if (method.task !== task.name || !method.needs.every((fact) => facts.includes(fact))) return false;
        return canBeDone(small, facts, replaced(others, task, method));
      });
    });
}

/** The others wait for all of what the task is made of. */
function replaced(others: readonly Waiting[], task: Waiting | null, network: SmallNetwork): Waiting[] {
  const parts: Waiting[] = [];
  for (const [later, name] of network.subtasks.entries()) {
    parts.push({ name, after: network.orders.filter(([, place]) => place === later).map(([early]) => parts[early]!) });
  }
  const renewed = new Map<Waiting, Waiting>();
  const renew = (each: Waiting): Waiting => {
    const known = renewed.get(each);
    if (known) return known;
    const after = each.after.flatMap((before) =>
      before === task ? parts : others.includes(before) ? [renew(before)] : [],
    );
    const made = { name: each.name, after };
    renewed.set(each, made);
    return made;
  };
  return [...parts, ...others.map(renew)];
}

test('a plan is found exactly where trying every order and every method finds one, and its tree is right', () => {
  const counts = { solvable: 0, unsolvable: 0 };
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const small = smallHierarchy(seed);
      const { domain, problem } = textsOf(small);
      const hierarchy = readHierarchy(domain);
      if (!hierarchy.ok) throw new Error(hierarchy.error.message);
      const read = readHierarchicalProblem(problem, hierarchy.value);
      if (!read.ok) throw new Error(read.error.message);
      const expected = canBeDone(small, small.init, replaced([], null, small.root));
      counts[expected ? 'solvable' : 'unsolvable']++;
      const planned = planHierarchy(hierarchy.value, read.value, () => false);
      expect(planned.kind).toBe(expected ? 'solved' : 'unsolvable');
      if (planned.kind !== 'solved') return;
      expect(checkTree(hierarchy.value, read.value, planned.plan, planned.tree).valid).toBe(true);
    }),
    { numRuns: 600 },
  );
  expect(Math.min(...Object.values(counts))).toBeGreaterThan(60);
});
