import type { Hierarchy } from './model.ts';

/** By task or action, how many actions and methods it takes at least, whatever the state; what can never end has no entry. */
export function leastSteps({ domain, methods }: Hierarchy): ReadonlyMap<string, number> {
  const least = new Map([...domain.actions.keys()].map((name) => [name, 1]));
  for (let changed = true; changed;) {
    changed = false;
    for (const { task, subtasks } of methods.values()) {
      const sum = subtasks.reduce((total, { name }) => total + (least.get(name) ?? Infinity), 1);
      if (sum >= (least.get(task.name) ?? Infinity)) continue;
      least.set(task.name, sum);
      changed = true;
    }
  }
  return least;
}
