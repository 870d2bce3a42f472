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
  readonly costs: readonly number[];
}

export type Reach =
  | { readonly kind: 'reached'; readonly world: World; readonly instances: Instances }
  | { readonly kind: 'stopped' | 'too-large' };

/** All facts and actions that are reached where nothing is ever deleted, each joined from what was reached before it. */
export function reach(domain: Domain, problem: Problem, stop: Stop): Reach {
  return new Reaching(domain, problem, stop).run();
}

/** A pattern of an action, which facts of its predicate may match. */
interface Trigger {
  readonly join: Join;
  readonly pattern: number;
}

class Reaching {
  readonly #problem: Problem;
  readonly #stop: Stop;
  readonly #objects: readonly string[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #relations: ReadonlyMap<string, Relation>;
  readonly #changing: ReadonlySet<string>;
  readonly #triggers = new Map<Relation, Trigger[]>();
  /** The facts in the order in which they were reached. */
  readonly #queue: { readonly relation: Relation; readonly row: number }[] = [];
  readonly #costs: number[] = [];
  readonly #instances: Instances;
  readonly #domain: Domain;
  #work = 0;
  #isStopped = false;

  constructor(domain: Domain, problem: Problem, stop: Stop) {
    [this.#domain, this.#problem, this.#stop] = [domain, problem, stop];
    this.#objects = [...problem.objects.keys()];
    this.#numbers = new Map(this.#objects.map((name, number) => [name, number]));
    this.#relations = new Map(
      [...domain.predicates].map(([name, arity]) => [name, new Relation(arity, this.#objects.length)]),
    );
    const actions = [...domain.actions.values()];
    const changed = actions.flatMap(({ adds, deletes }) => [...adds, ...deletes]);
    this.#changing = new Set(changed.map(({ predicate }) => predicate));
    const [actionOf, startOf, objects] = [new IntList(), new IntList(), new IntList()];
    this.#instances = { actions, actionOf, startOf, objects, costs: this.#costs };
  }

  run(): Reach {
    for (const atom of this.#problem.init) this.#reached(atom, []);
    const initFacts = this.#queue.length;
    for (const [number, action] of this.#instances.actions.entries()) this.#prepare(action, number);
    for (let next = 0; next < this.#queue.length && this.#goesOn(); next++) {
      const { relation, row } = this.#queue[next] as { relation: Relation; row: number };
      for (const { join, pattern } of this.#triggers.get(relation) ?? []) if (!join.from(pattern, row)) break;
    }
    if (this.#isStopped) return { kind: 'stopped' };
    if (this.#isTooLarge) return { kind: 'too-large' };
    const [objects, numbers, relations, changing] = [this.#objects, this.#numbers, this.#relations, this.#changing];
    const world = { objects, numbers, relations, changing, facts: this.#queue.length, initFacts };
    return { kind: 'reached', world, instances: this.#instances };
  }

  get #isTooLarge(): boolean {
    return this.#instances.actionOf.length >= INSTANCES_MAX;
  }

  #goesOn(): boolean {
    this.#isStopped ||= ++this.#work % 1_024 === 0 && this.#stop();
    return !this.#isStopped && !this.#isTooLarge;
  }

  #reached({ predicate, terms }: Atom, binding: readonly number[]): void {
    const relation = this.#relations.get(predicate) as Relation;
    const changes = this.#changing.has(predicate);
    if (!relation.add(this.#tupleOf(terms, binding), changes ? this.#queue.length : -1) || !changes) return;
    this.#queue.push({ relation, row: relation.rows - 1 });
  }

  /** Sets up what joins the preconditions of an action; those that no fact can start are joined at once. */
  #prepare(action: Action, number: number): void {
    const ofPredicates = action.precondition.filter(({ predicate }) => predicate !== EQUALITY);
    const patterns = ofPredicates.filter(({ negated }) => !negated).map((atom) => this.#patternOf(atom));
    const forbidden = ofPredicates.filter(({ negated, predicate }) => negated && !this.#changing.has(predicate));
    const equalities = action.precondition
      .filter(({ predicate }) => predicate === EQUALITY)
      .map(({ terms: [left = 0, right = 0], negated }) => {
        return { left: this.#codeOf(left), right: this.#codeOf(right), same: !negated };
      });
    const allowed = action.parameters.map(({ types }) => objectsOf(types, this.#domain, this.#problem));
    const join: Join = new Join(
      { parameters: action.parameters.length, patterns, allowed, equalities },
      {
        found: () => this.#found(action, number, forbidden, join.binding),
        goesOn: () => this.#goesOn(),
      },
    );
    for (const [pattern, { relation, changes }] of patterns.entries()) {
      if (!changes) continue;
      const triggers = this.#triggers.get(relation) ?? [];
      triggers.push({ join, pattern });
      this.#triggers.set(relation, triggers);
    }
    if (!patterns.some(({ changes }) => changes)) join.all();
  }

  #found(action: Action, number: number, forbidden: readonly Atom[], binding: readonly number[]): void {
    const isForbidden = forbidden.some(({ predicate, terms }) => {
      return this.#relations.get(predicate)?.find(this.#tupleOf(terms, binding)) !== -1;
    });
    const cost = costOf(this.#problem, action, binding, this.#objects);
    if (isForbidden || cost === null) return;
    this.#instances.actionOf.push(number);
    this.#instances.startOf.push(this.#instances.objects.length);
    for (const object of binding) this.#instances.objects.push(object);
    this.#costs.push(cost);
    for (const atom of action.adds) this.#reached(atom, binding);
  }

  #patternOf({ predicate, terms }: Atom): Pattern {
    const relation = this.#relations.get(predicate) as Relation;
    return { relation, terms: terms.map((term) => this.#codeOf(term)), changes: this.#changing.has(predicate) };
  }

  #codeOf(term: Term): number {
    return typeof term === 'number' ? term : -1 - (this.#numbers.get(term) as number);
  }

  #tupleOf(terms: readonly Term[], binding: readonly number[]): number[] {
    return terms.map((term) => (typeof term === 'number' ? binding[term] : this.#numbers.get(term)) as number);
  }
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
