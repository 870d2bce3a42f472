import { IntList } from './int-list.ts';
import { Join, type Pattern } from './join.ts';
import { type Action, type Atom, type Domain, EQUALITY, keyOf, type Problem, type Term } from './model.ts';
import { Relation } from './relation.ts';

/** Actions with their objects that one problem may come to; more would not fit into memory. */
export const INSTANCES_MAX = 4_000_000;

/** Says "stop now": the core has no clock. */
export type Stop = () => boolean;

/** The objects, predicates and facts of a problem as integers. */
export interface World {
  readonly objects: readonly string[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly relations: ReadonlyMap<string, Relation>;
  /** Predicates that some action changes; only their facts are numbered. */
  readonly changing: ReadonlySet<string>;
  readonly facts: number;
  /** The first ones hold at the start. */
  readonly initFacts: number;
}

export interface Instances {
  readonly actions: readonly Action[];
  readonly actionOf: IntList;
  /** By instance, where its objects begin in `objects`. */
  readonly startOf: IntList;
  readonly objects: IntList;
  readonly costs: number[];
}

export type Reach =
  | { readonly kind: 'reached'; readonly world: World; readonly instances: Instances }
  | { readonly kind: 'stopped' | 'too-large' };

/** All facts and actions that are reached where nothing is ever deleted, each joined from what was reached before it. */
export function reach(domain: Domain, problem: Problem, stop: Stop): Reach {
  const objects = [...problem.objects.keys()];
  const numbers = new Map(objects.map((name, number) => [name, number]));
  const relations = new Map(
    [...domain.predicates].map(([name, arity]) => [name, new Relation(arity, objects.length)] as const),
  );
  const actions = [...domain.actions.values()];
  const changing = new Set(actions.flatMap(({ adds, deletes }) => [...adds, ...deletes].map((atom) => atom.predicate)));
  const queue: { readonly relation: Relation; readonly row: number }[] = [];
  const reached = (predicate: string, tuple: readonly number[]): void => {
    const relation = relations.get(predicate) as Relation;
    const changes = changing.has(predicate);
    if (relation.add(tuple, changes ? queue.length : -1) && changes) queue.push({ relation, row: relation.rows - 1 });
  };
  const instances: Instances = {
    actions,
    actionOf: new IntList(),
    startOf: new IntList(),
    objects: new IntList(),
    costs: [],
  };
  const codeOf = (term: Term): number => (typeof term === 'number' ? term : -1 - (numbers.get(term) as number));
  for (const { predicate, terms } of problem.init)
    reached(
      predicate,
      terms.map((term) => -1 - codeOf(term)),
    );
  const initFacts = queue.length;

  let [work, isStopped, isTooLarge] = [0, false, false];
  const goesOn = (): boolean => {
    isStopped ||= ++work % 1_024 === 0 && stop();
    return !isStopped && !isTooLarge;
  };
  const triggers = new Map<
    Relation,
    { readonly join: Join; readonly pattern: number; readonly terms: readonly number[] }[]
  >();
  for (const [number, action] of actions.entries()) {
    const found = (): boolean => {
      const { binding } = join;
      const valueOf = (term: Term): number =>
        typeof term === 'number' ? (binding[term] as number) : -1 - codeOf(term);
      const cost = costOf(problem, action, binding, objects);
      if (cost === null || !forbids.every(({ atom, relation }) => relation.find(atom.terms.map(valueOf)) === -1)) {
        return goesOn();
      }
      instances.actionOf.push(number);
      instances.startOf.push(instances.objects.length);
      for (const object of binding) instances.objects.push(object);
      instances.costs.push(cost);
      isTooLarge ||= instances.actionOf.length >= INSTANCES_MAX;
      for (const { predicate, terms } of action.adds) reached(predicate, terms.map(valueOf));
      return goesOn();
    };
    const positive = action.precondition.filter(({ negated, predicate }) => !negated && predicate !== EQUALITY);
    const forbids = action.precondition
      .filter(({ negated, predicate }) => negated && predicate !== EQUALITY && !changing.has(predicate))
      .map((atom) => ({ atom, relation: relations.get(atom.predicate) as Relation }));
    const patterns = positive.map(({ predicate, terms }): Pattern => {
      const changes = changing.has(predicate);
      return { relation: relations.get(predicate) as Relation, terms: terms.map(codeOf), changes };
    });
    const equalities = action.precondition
      .filter(({ predicate }) => predicate === EQUALITY)
      .map(({ terms: [left = 0, right = 0], negated }) => {
        return { left: codeOf(left), right: codeOf(right), same: !negated };
      });
    const allowed = action.parameters.map(({ types }) => objectsOf(types, domain, problem));
    const join = new Join({ parameters: action.parameters.length, patterns, allowed, equalities }, found);
    for (const [index, { relation, changes, terms }] of patterns.entries()) {
      if (!changes) continue;
      const waiting = triggers.get(relation) ?? [];
      triggers.set(relation, [...waiting, { join, pattern: index, terms }]);
    }
    if (!patterns.some(({ changes }) => changes)) join.all();
  }
  for (let next = 0; next < queue.length && goesOn(); next++) {
    const { relation, row } = queue[next] as { relation: Relation; row: number };
    for (const { join, pattern } of triggers.get(relation) ?? []) if (!join.from(pattern, row)) break;
  }
  if (isStopped || isTooLarge) return { kind: isStopped ? 'stopped' : 'too-large' };
  const world = { objects, numbers, relations, changing, facts: queue.length, initFacts };
  return { kind: 'reached', world, instances };
}

function objectsOf(
  allowed: readonly string[],
  { types }: Domain,
  problem: Problem,
): { objects: readonly number[]; has: Uint8Array } {
  const has = new Uint8Array(problem.objects.size);
  const objects: number[] = [];
  for (const [number, type] of [...problem.objects.values()].entries()) {
    if (!allowed.some((above) => types.get(type)?.has(above))) continue;
    has[number] = 1;
    objects.push(number);
  }
  return { objects, has };
}

/** @returns null where a function that it takes has no value: such an action cannot be done */
function costOf(
  { hasCosts, values }: Problem,
  { costs }: Action,
  binding: readonly number[],
  objects: readonly string[],
): number | null {
  if (!hasCosts) return 1;
  let sum = 0;
  for (const cost of costs) {
    const nameOf = (term: Term): Term =>
      typeof term === 'number' ? (objects[binding[term] as number] as string) : term;
    const value = typeof cost === 'number' ? cost : values.get(keyOf(cost.function, cost.terms.map(nameOf)));
    if (value === undefined) return null;
    sum += value;
  }
  return sum;
}

/** @returns the number of the fact, or -1 where it is not reached or cannot change */
export function factOf({ relations, numbers }: World, { predicate, terms }: Atom, binding: readonly number[]): number {
  const relation = relations.get(predicate) as Relation;
  const tuple = terms.map((term) =>
    typeof term === 'number' ? (binding[term] as number) : (numbers.get(term) as number),
  );
  const row = relation.find(tuple);
  return row === -1 ? -1 : relation.facts.at(row);
}
