import { expect, test } from 'vitest';
import { checkTree } from '#core/planner/hddl/check-tree.ts';
import type { Decomposition, HierarchicalProblem, Hierarchy } from '#core/planner/hddl/model.ts';
import { planHierarchy } from '#core/planner/hddl/plan-hierarchy.ts';
import { isHierarchical, readHierarchicalProblem, readHierarchy } from '#core/planner/hddl/read-hierarchy.ts';
import { keyOf } from '#core/planner/pddl/model.ts';

const never = (): boolean => false;

/** Parcels by lorry: to get to a place, be there, drive there, or get to a place next to it first. */
const DOMAIN = `(define (domain delivery) (:requirements :typing :hierarchy :negative-preconditions)
  (:types place parcel lorry)
  (:predicates (at ?l - lorry ?p - place) (lies ?x - parcel ?p - place) (in ?x - parcel ?l - lorry) (road ?a ?b - place))
  (:task deliver :parameters (?x - parcel ?to - place))
  (:task get-to :parameters (?l - lorry ?to - place))
  (:method bring :parameters (?x - parcel ?from ?to - place ?l - lorry) :task (deliver ?x ?to)
    :precondition (lies ?x ?from)
    :ordered-subtasks (and (get-to ?l ?from) (load ?x ?l ?from) (get-to ?l ?to) (unload ?x ?l ?to)))
  (:method via :parameters (?l - lorry ?between ?to - place) :task (get-to ?l ?to)
    :precondition (and (road ?between ?to) (not (at ?l ?to)))
    :subtasks (and (first (get-to ?l ?between)) (then (drive ?l ?between ?to)))
    :ordering (and (< first then)))
  (:method there :parameters (?l - lorry ?to - place) :task (get-to ?l ?to) :precondition (at ?l ?to) :subtasks ())
  (:action drive :parameters (?l - lorry ?a ?b - place) :precondition (and (at ?l ?a) (road ?a ?b))
    :effect (and (at ?l ?b) (not (at ?l ?a))))
  (:action load :parameters (?x - parcel ?l - lorry ?p - place) :precondition (and (at ?l ?p) (lies ?x ?p))
    :effect (and (in ?x ?l) (not (lies ?x ?p))))
  (:action unload :parameters (?x - parcel ?l - lorry ?p - place) :precondition (and (at ?l ?p) (in ?x ?l))
    :effect (and (lies ?x ?p) (not (in ?x ?l)))))`;

/** Places in a line. */
function problemText(places: number, todo: string, goal = ''): string {
  const names = Array.from({ length: places }, (_, index) => `p${String(index)}`);
  const roads = names
    .slice(1)
    .flatMap((name, index) => [`(road ${name} p${String(index)})`, `(road p${String(index)} ${name})`]);
  return `(define (problem one) (:domain delivery) (:objects ${names.join(' ')} - place x y - parcel l - lorry)
    (:htn :parameters () ${todo}) (:init (at l p0) (lies x p1) (lies y p2) ${roads.join(' ')}) ${goal})`;
}

function read(problem: string, domain = DOMAIN): { hierarchy: Hierarchy; problem: HierarchicalProblem } {
  const hierarchy = readHierarchy(domain);
  if (!hierarchy.ok) throw new Error(`${hierarchy.error.line}:${hierarchy.error.column} ${hierarchy.error.message}`);
  const given = readHierarchicalProblem(problem, hierarchy.value);
  if (!given.ok) throw new Error(`${given.error.line}:${given.error.column} ${given.error.message}`);
  return { hierarchy: hierarchy.value, problem: given.value };
}

function solved(problem: string): {
  plan: string[];
  tree: Decomposition;
  hierarchy: Hierarchy;
  problem: HierarchicalProblem;
} {
  const given = read(problem);
  const planned = planHierarchy(given.hierarchy, given.problem, never);
  if (planned.kind !== 'solved') throw new Error(planned.kind);
  return { ...given, plan: planned.plan.map(({ action, objects }) => keyOf(action, objects)), tree: planned.tree };
}

test('a task becomes a plan by its methods, and recursion ends where it can', () => {
  expect(solved(problemText(4, ':subtasks (deliver x p3)')).plan).toEqual([
    '(drive l p0 p1)',
    '(load x l p1)',
    '(drive l p1 p2)',
    '(drive l p2 p3)',
    '(unload x l p3)',
  ]);
});

test('tasks without an order are done in any that works, also between each other', () => {
  const any = ':subtasks (and (a (deliver x p0)) (b (deliver y p0)))';
  const { plan } = solved(problemText(3, any));
  expect(plan.filter((step) => step.startsWith('(unload'))).toHaveLength(2);
  const second = solved(problemText(3, `${any} :ordering (and (< b a))`)).plan;
  expect(second.indexOf('(unload y l p0)')).toBeLessThan(second.indexOf('(load x l p1)'));
});

test('a goal beside the tasks is reached too, and nothing is done that no task is for', () => {
  const goal = '(:goal (at l p0))';
  const { plan } = solved(problemText(3, ':ordered-subtasks (and (deliver x p2) (get-to l p0))', goal));
  expect(plan.at(-1)).toBe('(drive l p1 p0)');
  const given = read(problemText(3, ':subtasks (deliver x p0)', '(:goal (at l p1))'));
  expect(planHierarchy(given.hierarchy, given.problem, stopAfter(500)).kind).not.toBe('solved');
});

test('what no method fits is found unsolvable, and a time limit ends what is endless', () => {
  const alone = DOMAIN.replace('(:method via', '(:method-removed').replace(
    /\(:method-removed[\s\S]*?first then\)\)\)/,
    '',
  );
  const given = read(problemText(3, ':subtasks (deliver x p0)'), alone);
  expect(planHierarchy(given.hierarchy, given.problem, never)).toMatchObject({ kind: 'unsolvable' });
  const cut = read(problemText(3, ':subtasks (deliver x p2)').replaceAll(/\(road \w+ p2\)/g, ''));
  expect(planHierarchy(cut.hierarchy, cut.problem, stopAfter(200))).toMatchObject({
    kind: expect.stringMatching(/stopped|unsolvable/) as string,
  });
});

test('a tree that is changed anywhere is found wrong', () => {
  const todo = ':ordered-subtasks (and (deliver x p3) (deliver y p0))';
  const given = read(problemText(4, todo));
  const planned = planHierarchy(given.hierarchy, given.problem, never);
  if (planned.kind !== 'solved') throw new Error(planned.kind);
  const judge = (tree: Decomposition, plan = planned.plan): ReturnType<typeof checkTree> =>
    checkTree(given.hierarchy, given.problem, plan, tree);
  expect(judge(planned.tree)).toEqual({ valid: true, cost: planned.plan.length });
  const changed = changesOf(planned.tree);
  expect(changed.length).toBeGreaterThan(30);
  for (const tree of changed) expect(judge(tree), JSON.stringify(tree)).toMatchObject({ valid: false });
  for (const index of planned.plan.keys()) {
    expect(
      judge(
        planned.tree,
        planned.plan.filter((_, place) => place !== index),
      ),
    ).toMatchObject({ valid: false });
  }
});

/** Every tree with one method renamed, one argument replaced, one subtask left out or two swapped. */
function changesOf(tree: Decomposition): Decomposition[] {
  const { children, objects } = tree;
  return [
    { ...tree, method: `${tree.method}-not` },
    { ...tree, at: -1 },
    ...objects
      .map((_, index) => ({ ...tree, objects: objects.with(index, 'y') }))
      .filter((_, index) => objects[index] !== 'y'),
    ...children.map((_, index) => ({ ...tree, children: children.toSpliced(index, 1) })),
    ...children.slice(1).map((child, index) => ({
      ...tree,
      children: children.with(index, child).with(index + 1, children[index]!),
    })),
    ...children.flatMap((child, index) =>
      typeof child === 'number'
        ? []
        : changesOf(child).map((each) => ({ ...tree, children: children.with(index, each) })),
    ),
  ];
}

test.each([
  ['(:method m :parameters ())', 'is a method for nothing'],
  ['(:method m :task (fly))', 'there is no task or action "fly"'],
  ['(:method m :task (t ?x))', '(t ...) has 1 argument, not 0'],
  ['(:method m :task (go))', 'is an action, which needs no method'],
  ['(:method m :task (t) :subtasks (and (a (go)) (a (go))))', 'two subtasks are called "a"'],
  ['(:method m :task (t) :subtasks (and (a (go))) :ordering (< a b))', 'no subtask is called "b"'],
  ['(:method m :task (t) :subtasks (and (a (go)) (b (go))) :ordering (and (< a b) (< b a)))', 'before themselves'],
  ['(:method m :task (t) :subtasks (go) :ordered-subtasks (go))', 'subtasks are given twice'],
  ['(:method m :task (t) :ordered-subtasks (and (a (go))) :ordering (< a a))', 'ordered already'],
  ['(:method m :task (t) :precondition (forall (?x) (p)))', '"forall" is not read'],
  ['(:method m :task (t) :constraints (p))', 'constraints are about objects being the same'],
  ['(:method m :task (t)) (:method m :task (t))', 'two methods called "m"'],
  ['(:task t :parameters ())', 'two tasks or actions called "t"'],
])('the domain with %j is refused with a place', (section, words) => {
  const text = `(define (domain d) (:predicates (p)) (:task t :parameters ()) (:action go :parameters ())\n${section})`;
  const given = readHierarchy(text);
  if (given.ok) throw new Error('it was read');
  expect(given.error.line).toBe(2);
  expect(given.error.message).toContain(words);
});

test('a domain in HDDL is told from one in PDDL', () => {
  expect(isHierarchical(DOMAIN)).toBe(true);
  expect(isHierarchical('(define (domain d) (:action go))')).toBe(false);
  expect(isHierarchical('(((')).toBe(false);
});

function stopAfter(times: number): () => boolean {
  let asked = 0;
  return () => ++asked > times;
}
