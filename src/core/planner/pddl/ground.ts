import { IntList, RowsBuilder } from './int-list.ts';
import { type Atom, type Domain, EQUALITY, type Literal, type PlanStep, type Problem, type Term } from './model.ts';
import { type Instances, reach, type Stop, type World } from './reach.ts';
import { type RawTask, slim } from './slim.ts';
import type { Task } from './task.ts';

export type Grounding =
  | { readonly kind: 'task'; readonly task: Task; readonly stepOf: (operator: number) => PlanStep }
  | { readonly kind: 'unsolvable' | 'stopped' | 'too-large' };

export function ground(domain: Domain, problem: Problem, stop: Stop): Grounding {
  const found = reach(domain, problem, stop);
  if (found.kind !== 'reached') return found;
  const { world, instances } = found;
  const goal = goalOf(problem, world);
  if (goal === null) return { kind: 'unsolvable' };
  const operators = operatorsOf(world, instances, stop);
  if (operators === null) return { kind: 'stopped' };
  const task = slim({ ...operators, ...goal });
  if (task === null) return { kind: 'unsolvable' };
  const stepOf = (operator: number): PlanStep => {
    const instance = task.instanceOf[operator] as number;
    const action = instances.actions[instances.actionOf.at(instance)];
    const objects = bindingOf(instances, instance).map((object) => world.objects[object] as string);
    return { action: action?.name ?? '', objects };
  };
  return { kind: 'task', task, stepOf };
}

/** @returns null where the goal needs what is never reached */
function goalOf({ goal }: Problem, world: World): { goal: number[]; goalForbids: number[] } | null {
  const found = { goal: [] as number[], goalForbids: [] as number[] };
  for (const literal of goal) {
    const { predicate, terms, negated } = literal;
    if (predicate === EQUALITY) {
      if ((terms[0] === terms[1]) === negated) return null;
    } else if (!world.changing.has(predicate)) {
      if (isReached(world, literal) === negated) return null;
    } else {
      const fact = factOf(world, literal, []);
      if (fact === -1 && !negated) return null;
      if (fact !== -1) (negated ? found.goalForbids : found.goal).push(fact);
    }
  }
  return found;
}

function isReached(world: World, atom: Atom): boolean {
  return world.relations.get(atom.predicate)?.find(tupleOf(world, atom.terms, [])) !== -1;
}

/** @returns the number of the fact, or -1 where it is not reached */
function factOf(world: World, { predicate, terms }: Atom, binding: readonly number[]): number {
  const relation = world.relations.get(predicate);
  const row = relation?.find(tupleOf(world, terms, binding)) ?? -1;
  return relation === undefined || row === -1 ? -1 : relation.facts.at(row);
}

function tupleOf({ numbers }: World, terms: readonly Term[], binding: readonly number[]): number[] {
  return terms.map((term) => (typeof term === 'number' ? binding[term] : numbers.get(term)) as number);
}

/** @returns null when it is to stop */
function operatorsOf(world: World, instances: Instances, stop: Stop): Omit<RawTask, 'goal' | 'goalForbids'> | null {
  const [needs, forbids, adds, deletes] = [1, 2, 3, 4].map(() => new RowsBuilder()) as [
    RowsBuilder,
    RowsBuilder,
    RowsBuilder,
    RowsBuilder,
  ];
  const parts = instances.actions.map(({ precondition, ...effects }) => {
    const changing = (literals: readonly Literal[], negated: boolean): readonly Literal[] =>
      literals.filter((literal) => literal.negated === negated && world.changing.has(literal.predicate));
    return { needs: changing(precondition, false), forbids: changing(precondition, true), ...effects };
  });
  const facts = new IntList();
  for (let instance = 0; instance < instances.actionOf.length; instance++) {
    const part = parts[instances.actionOf.at(instance)];
    if (instance % 1_024 === 1_023 && stop()) return null;
    if (!part) continue;
    const binding = bindingOf(instances, instance);
    const add = (rows: RowsBuilder, atoms: readonly Atom[]): void => {
      facts.clear();
      for (const atom of atoms) {
        const fact = factOf(world, atom, binding);
        // What is not reached never holds: it need not be deleted, and is as well absent.
        if (fact !== -1) facts.push(fact);
      }
      rows.add(new Set(facts.toArray()));
    };
    add(needs, part.needs);
    add(forbids, part.forbids);
    add(adds, part.adds);
    add(deletes, part.deletes);
  }
  return {
    facts: world.facts,
    initFacts: world.initFacts,
    needs: needs.build(),
    forbids: forbids.build(),
    adds: adds.build(),
    deletes: deletes.build(),
    costs: instances.costs,
  };
}

function bindingOf({ startOf, objects, actionOf, actions }: Instances, instance: number): number[] {
  const start = startOf.at(instance);
  const count = actions[actionOf.at(instance)]?.parameters.length ?? 0;
  return Array.from({ length: count }, (_, index) => objects.at(start + index));
}
