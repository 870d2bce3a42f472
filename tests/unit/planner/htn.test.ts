import { expect, test } from 'vitest';
import { PLAN_STEPS_MAX } from '#core/base/limits.ts';
import { solve, type Domain, type Network } from '#core/planner/htn.ts';

/** A tiny world: actions by name, each needing and giving things. */
interface World {
  readonly has: ReadonlySet<string>;
}

function domain(
  methods: Domain<World, string>['methods'],
  needs: Readonly<Record<string, readonly string[]>> = {},
): Domain<World, string> {
  const operator = (name: string): Domain<World, string>['operators'][string] => ({
    apply: ({ has }) =>
      (needs[name] ?? []).every((thing) => has.has(thing))
        ? { state: { has: new Set([...has, name]) }, action: name }
        : null,
  });
  return {
    methods,
    operators: Object.fromEntries(['boil', 'pour', 'grind', 'open', 'serve'].map((name) => [name, operator(name)])),
  };
}

const START: World = { has: new Set() };
const task = (name: string): Network => ({ task: name });
const always = (name: string, network: Network): Domain<World, string>['methods'][string][number] => ({
  name,
  applies: () => true,
  subtasks: () => network,
});

test('a sequence waits for what stands before it, parts together wait for nothing of each other', () => {
  const network: Network = { sequence: [task('open'), { together: [task('boil'), task('grind')] }, task('pour')] };
  const solution = solve(domain({}), network, START);
  expect(solution?.actions).toEqual([
    { action: 'open', after: [] },
    { action: 'boil', after: [0] },
    { action: 'grind', after: [0] },
    { action: 'pour', after: [1, 2] },
  ]);
});

test('when the first method leads nowhere, the next is tried, also deep inside', () => {
  const methods = {
    drink: [always('with-milk', { sequence: [task('make'), task('serve')] })],
    make: [
      always('instant', { sequence: [task('boil'), task('pour')] }),
      always('ground', { sequence: [task('grind'), task('boil'), task('pour')] }),
    ],
  };
  const solution = solve(domain(methods, { pour: ['grind'] }), task('drink'), START);
  expect(solution?.actions.map(({ action }) => action)).toEqual(['grind', 'boil', 'pour', 'serve']);
  expect(solution?.methods).toEqual(['with-milk', 'ground']);
});

test('a later failure reaches back into an earlier choice', () => {
  const methods = {
    prepare: [always('open-it', task('open')), always('grind-it', task('grind'))],
  };
  const solution = solve(domain(methods, { serve: ['grind'] }), { sequence: [task('prepare'), task('serve')] }, START);
  expect(solution?.actions.map(({ action }) => action)).toEqual(['grind', 'serve']);
});

test('a method whose precondition does not hold is passed over', () => {
  const methods = {
    drink: [{ name: 'never', applies: () => false, subtasks: () => task('boil') }, always('other', task('open'))],
  };
  expect(solve(domain(methods), task('drink'), START)?.methods).toEqual(['other']);
});

test('an empty sequence lets the next part wait for the one before it', () => {
  const solution = solve(
    domain({}),
    { sequence: [task('open'), { sequence: [] }, { together: [] }, task('pour')] },
    START,
  );
  expect(solution?.actions).toEqual([
    { action: 'open', after: [] },
    { action: 'pour', after: [0] },
  ]);
});

test('a task that only leads to itself ends without a plan', () => {
  const methods = { loop: [always('again', { sequence: [task('loop')] })] };
  expect(solve(domain(methods), task('loop'), START)).toBeNull();
});

test('a plan of too many steps is no plan', () => {
  const many: Network = { together: Array.from({ length: PLAN_STEPS_MAX + 1 }, () => task('boil')) };
  expect(solve(domain({}), many, START)).toBeNull();
});
