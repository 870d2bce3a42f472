import { expect, test } from 'vitest';
import type { StepId } from '#core/base/ids.ts';
import type { Step } from '#core/planner/plan.ts';
import { validatePlan } from '#core/planner/validate.ts';
import type { ToolName } from '#core/tools/definition.ts';

const id = (name: string): StepId => name as StepId;

function step(name: string, changes: Partial<Omit<Step, 'id'>> = {}): Step {
  return {
    id: id(name),
    tool: 'read-threads',
    title: name,
    args: {},
    dependsOn: [],
    produces: [name],
    consumes: [],
    parallelizable: true,
    approval: false,
    undo: 'nothing-to-undo',
    ...changes,
  };
}

const read = step('read');
const answer = step('answer', { dependsOn: [id('read')], consumes: ['read'] });
const problemOf = (steps: readonly Step[], answerStep = 'answer'): string | null => {
  const result = validatePlan({ steps, answerStep: id(answerStep) });
  return result.ok ? null : `${result.error.code}: ${result.error.message}`;
};

test('a plan whose steps get what they consume is valid', () => {
  expect(problemOf([read, answer])).toBeNull();
});

test('what is consumed may come from further back', () => {
  const middle = step('middle', { dependsOn: [id('read')] });
  expect(problemOf([read, middle, step('answer', { dependsOn: [id('middle')], consumes: ['read'] })])).toBeNull();
});

test('a cycle is refused with the edge that closes it', () => {
  const first = step('first', { dependsOn: [id('answer')] });
  expect(problemOf([first, step('answer', { dependsOn: [id('first')] })])).toBe(
    'cycle: "answer" depends on "first", which depends on it in turn',
  );
});

test('a step that consumes what nothing before it produces is refused with the artifact', () => {
  expect(problemOf([read, step('answer', { consumes: ['read'] })])).toBe(
    'missing-producer: "answer" consumes "read", which no step before it produces',
  );
});

test('a dependency outside the plan is refused', () => {
  expect(problemOf([step('answer', { dependsOn: [id('lost')] })])).toBe(
    'unknown-dependency: "answer" depends on "lost", which is not in the plan',
  );
});

test('an unknown tool is refused', () => {
  expect(problemOf([step('answer', { tool: 'toString' as ToolName })])).toBe(
    'unknown-tool: "answer" uses the tool "toString", which does not exist',
  );
});

test('two steps of one name are refused', () => {
  expect(problemOf([read, step('read'), answer])).toBe('duplicate-step: two steps are called "read"');
});

test('a step that writes without asking is refused', () => {
  expect(problemOf([read, answer, step('save', { tool: 'save-file' })])).toMatch(/^unapproved-effect: "save"/);
});

test('a plan without an answer, without steps or with too many is refused', () => {
  expect(problemOf([read])).toMatch(/^no-answer/);
  expect(problemOf([])).toMatch(/^too-many-steps/);
  expect(problemOf(Array.from({ length: 65 }, (_, index) => step(String(index))))).toMatch(/^too-many-steps/);
});
