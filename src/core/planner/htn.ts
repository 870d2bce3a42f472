import { PLAN_STEPS_MAX } from '../base/limits.ts';

/**
 * A hierarchical task network planner: compound tasks are replaced by the subtasks of the first of their methods that
 * leads to a whole plan, primitive tasks become actions. Depth first with backtracking, total within its two bounds.
 * After Nau et al., "SHOP2: An HTN Planning System", JAIR 20 (2003), with plans kept partially ordered.
 */
export interface Domain<State, Action> {
  /** By compound task, in order of preference. */
  readonly methods: Readonly<Record<string, readonly Method<State>[]>>;
  /** By primitive task. */
  readonly operators: Readonly<Record<string, Operator<State, Action>>>;
}

export interface Method<State> {
  readonly name: string;
  readonly applies: (state: State, task: Task) => boolean;
  readonly subtasks: (state: State, task: Task) => Network;
}

export interface Operator<State, Action> {
  /** Null when its preconditions do not hold. */
  readonly apply: (state: State, task: Task) => { readonly state: State; readonly action: Action } | null;
}

/** What is to be done, with what it is to be done to; the domain knows the shape of `input`. */
export interface Task {
  readonly task: string;
  readonly input?: unknown;
}

/** Tasks one after the other, or in any order. */
export type Network = Task | { readonly sequence: readonly Network[] } | { readonly together: readonly Network[] };

export interface Solution<Action> {
  /** In an order that respects `after`. */
  readonly actions: readonly { readonly action: Action; readonly after: readonly number[] }[];
  /** The methods taken, from the root down. */
  readonly methods: readonly string[];
}

export const TASKS_VISITED_MAX = 10_000;
/** Decompositions on the way to one plan; a task that only leads to itself meets this. */
export const DECOMPOSITIONS_MAX = 4 * PLAN_STEPS_MAX;

/** @returns null when no methods lead to a plan of at most PLAN_STEPS_MAX actions */
export function solve<State, Action>(
  domain: Domain<State, Action>,
  root: Network,
  state: State,
): Solution<Action> | null {
  const search = new Search(domain);
  for (const found of search.expand(root, { state, actions: [], methods: [] })) {
    return { actions: found.partial.actions, methods: found.partial.methods };
  }
  return null;
}

interface Partial<State, Action> {
  readonly state: State;
  readonly actions: readonly { readonly action: Action; readonly after: readonly number[] }[];
  readonly methods: readonly string[];
}

/** A part of the network, planned: its last actions are what a following part waits for. */
interface Found<State, Action> {
  readonly partial: Partial<State, Action>;
  readonly last: readonly number[];
}

class Search<State, Action> {
  readonly #domain: Domain<State, Action>;
  #visited = 0;

  constructor(domain: Domain<State, Action>) {
    this.#domain = domain;
  }

  /** Every way to plan the network from here, best first. @param after actions that must come before it */
  *expand(
    network: Network,
    partial: Partial<State, Action>,
    after: readonly number[] = [],
  ): Generator<Found<State, Action>> {
    if (++this.#visited > TASKS_VISITED_MAX) return;
    if ('sequence' in network) yield* this.#sequence(network.sequence, partial, after);
    else if ('together' in network) yield* this.#together(network.together, partial, after, []);
    else if (this.#domain.operators[network.task]) yield* this.#act(network, partial, after);
    else yield* this.#decompose(network, partial, after);
  }

  *#sequence(
    parts: readonly Network[],
    partial: Partial<State, Action>,
    after: readonly number[],
  ): Generator<Found<State, Action>> {
    const [first, ...rest] = parts;
    if (first === undefined) yield { partial, last: after };
    else for (const found of this.expand(first, partial, after)) yield* this.#sequence(rest, found.partial, found.last);
  }

  *#together(
    parts: readonly Network[],
    partial: Partial<State, Action>,
    after: readonly number[],
    last: readonly number[],
  ): Generator<Found<State, Action>> {
    const [first, ...rest] = parts;
    if (first === undefined) yield { partial, last: last.length > 0 ? [...new Set(last)] : after };
    else
      for (const found of this.expand(first, partial, after))
        yield* this.#together(rest, found.partial, after, found.last === after ? last : [...last, ...found.last]);
  }

  *#act(task: Task, partial: Partial<State, Action>, after: readonly number[]): Generator<Found<State, Action>> {
    const outcome = this.#domain.operators[task.task]?.apply(partial.state, task) ?? null;
    if (outcome === null || partial.actions.length >= PLAN_STEPS_MAX) return;
    const actions = [...partial.actions, { action: outcome.action, after }];
    yield { partial: { ...partial, state: outcome.state, actions }, last: [actions.length - 1] };
  }

  *#decompose(task: Task, partial: Partial<State, Action>, after: readonly number[]): Generator<Found<State, Action>> {
    if (partial.methods.length >= DECOMPOSITIONS_MAX) return;
    for (const method of this.#domain.methods[task.task] ?? []) {
      if (!method.applies(partial.state, task)) continue;
      const methods = [...partial.methods, method.name];
      yield* this.expand(method.subtasks(partial.state, task), { ...partial, methods }, after);
    }
  }
}
