import { inverse, IntList, type Rows, rowOf, RowsBuilder } from './int-list.ts';
import { makeTask, type Task } from './task.ts';

/** Operators as they come from the actions: conditions may be negated. */
export interface RawTask {
  readonly facts: number;
  readonly initFacts: number;
  readonly needs: Rows;
  readonly forbids: Rows;
  readonly adds: Rows;
  readonly deletes: Rows;
  readonly costs: readonly number[];
  readonly goal: readonly number[];
  readonly goalForbids: readonly number[];
}

/**
 * Negated conditions become facts of their own; then what cannot be reached, never changes, or has no bearing on the goal
 * is left out. Plans stay plans, and the cheapest stay the cheapest.
 * @returns null where the goal cannot be reached even if nothing were deleted
 */
export function slim(raw: RawTask): Task | null {
  const whole = withComplements(raw);
  const reached = reachedFrom(whole);
  if (whole.goal.some((fact) => reached.facts[fact] === 0)) return null;
  const constant = constantFacts(whole, reached.operators);
  const matters = whatMatters(whole, reached.operators, constant);
  return renumbered(whole, matters, constant);
}

interface Positive {
  readonly facts: number;
  readonly init: Uint8Array;
  readonly goal: readonly number[];
  readonly needs: Rows;
  readonly adds: Rows;
  readonly deletes: Rows;
  readonly costs: readonly number[];
}

/** A fact that is asked to be absent gets another that holds exactly when it does not. */
function withComplements(raw: RawTask): Positive {
  const complement = new Map<number, number>();
  for (const fact of [...raw.goalForbids, ...raw.forbids.items]) {
    if (!complement.has(fact)) complement.set(fact, raw.facts + complement.size);
  }
  const of = (facts: Iterable<number>): number[] => [...facts].flatMap((fact) => complement.get(fact) ?? []);
  const [needs, adds, deletes] = [new RowsBuilder(), new RowsBuilder(), new RowsBuilder()];
  for (let operator = 0; operator < raw.costs.length; operator++) {
    const added = new Set(rowOf(raw.adds, operator));
    const deleted = [...rowOf(raw.deletes, operator)].filter((fact) => !added.has(fact));
    needs.add([...rowOf(raw.needs, operator), ...of(rowOf(raw.forbids, operator))]);
    adds.add([...added, ...of(deleted)]);
    deletes.add([...deleted, ...of(added)]);
  }
  const facts = raw.facts + complement.size;
  const init = new Uint8Array(facts);
  init.fill(1, 0, raw.initFacts);
  for (const [fact, absent] of complement) init[absent] = fact < raw.initFacts ? 0 : 1;
  const goal = [...new Set([...raw.goal, ...of(raw.goalForbids)])];
  const { costs } = raw;
  return { facts, init, goal, needs: needs.build(), adds: adds.build(), deletes: deletes.build(), costs };
}

/** What is reached if nothing is ever deleted; a 1 for each. */
function reachedFrom({ facts, init, needs, adds, costs }: Positive): { facts: Uint8Array; operators: Uint8Array } {
  const reached = init.slice();
  const operators = new Uint8Array(costs.length);
  const neededBy = inverse(needs, facts);
  const lacking = Int32Array.from(costs, (_, operator) => rowOf(needs, operator).length);
  const queue = new IntList();
  const fire = (operator: number): void => {
    operators[operator] = 1;
    for (const fact of rowOf(adds, operator)) {
      if (reached[fact] === 0) queue.push(fact);
      reached[fact] = 1;
    }
  };
  for (const [fact, holds] of init.entries()) if (holds === 1) queue.push(fact);
  for (const [operator, count] of lacking.entries()) if (count === 0) fire(operator);
  for (let next = 0; next < queue.length; next++) {
    for (const operator of rowOf(neededBy, queue.at(next))) {
      const left = (lacking[operator] as number) - 1;
      lacking[operator] = left;
      if (left === 0) fire(operator);
    }
  }
  return { facts: reached, operators };
}

/** Those that hold at the start and are never deleted; a 1 for each. */
function constantFacts({ init, deletes }: Positive, operators: Uint8Array): Uint8Array {
  const constant = init.slice();
  for (const [operator, isReached] of operators.entries()) {
    if (isReached === 1) for (const fact of rowOf(deletes, operator)) constant[fact] = 0;
  }
  return constant;
}

/** From the goal backwards: the facts that are asked for, and the operators that add one of them; a 1 for each. */
function whatMatters(
  { facts, goal, needs, adds }: Positive,
  reached: Uint8Array,
  constant: Uint8Array,
): { facts: Uint8Array; operators: Uint8Array } {
  const asked = new Uint8Array(facts);
  const operators = new Uint8Array(reached.length);
  const addedBy = inverse(adds, facts);
  const queue = new IntList();
  const ask = (fact: number): void => {
    if (asked[fact] === 1 || constant[fact] === 1) return;
    asked[fact] = 1;
    queue.push(fact);
  };
  for (const fact of goal) ask(fact);
  for (let next = 0; next < queue.length; next++) {
    for (const operator of rowOf(addedBy, queue.at(next))) {
      if (operators[operator] === 1 || reached[operator] === 0) continue;
      operators[operator] = 1;
      for (const fact of rowOf(needs, operator)) ask(fact);
    }
  }
  return { facts: asked, operators };
}

function renumbered(
  whole: Positive,
  matters: { facts: Uint8Array; operators: Uint8Array },
  constant: Uint8Array,
): Task {
  const number = new Int32Array(whole.facts).fill(-1);
  let facts = 0;
  for (const [fact, asked] of matters.facts.entries()) if (asked === 1 && constant[fact] === 0) number[fact] = facts++;
  const kept = (items: Iterable<number>): number[] =>
    [...items].map((fact) => number[fact] as number).filter((fact) => fact >= 0);
  const [needs, adds, deletes] = [new RowsBuilder(), new RowsBuilder(), new RowsBuilder()];
  const instances: number[] = [];
  for (const [operator, isKept] of matters.operators.entries()) {
    if (isKept === 0) continue;
    needs.add(kept(rowOf(whole.needs, operator)));
    adds.add(kept(rowOf(whole.adds, operator)));
    deletes.add(kept(rowOf(whole.deletes, operator)));
    instances.push(operator);
  }
  const init = [...whole.init.entries()].flatMap(([fact, holds]) => (holds === 1 ? [fact] : []));
  return makeTask({
    facts,
    init: Int32Array.from(kept(init)),
    goal: Int32Array.from(kept(whole.goal)),
    needs: needs.build(),
    adds: adds.build(),
    deletes: deletes.build(),
    costs: Float64Array.from(instances, (instance) => whole.costs[instance] as number),
    instanceOf: Int32Array.from(instances),
  });
}
