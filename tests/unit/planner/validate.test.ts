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

const read = step('read', { tool: 'search-passages', produces: ['passages'] });
const ANSWERS = { tool: 'answer-from-passages', consumes: ['passages'], produces: ['answer'] } as const;
const answer = step('answer', { ...ANSWERS, dependsOn: [id('read')] });
const problemOf = (steps: readonly Step[], answerStep = 'answer'): string | null => {
  const result = validatePlan({ steps, answerStep: id(answerStep) });
  return result.ok ? null : `${result.error.code}: ${result.error.message}`;
};

test('a plan whose steps get what they consume is valid', () => {
  expect(problemOf([read, answer])).toBeNull();
});

test('what is consumed may come from further back', () => {
  const middle = step('middle', { dependsOn: [id('read')], produces: ['threads'] });
  expect(problemOf([read, middle, step('answer', { ...ANSWERS, dependsOn: [id('middle')] })])).toBeNull();
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

test('a step that is given what its tool does not take is refused with the edge', () => {
  const rows = step('rows', { tool: 'read-table', produces: ['rows'] });
  const other = { ...answer, dependsOn: [id('read'), id('rows')], consumes: ['passages', 'rows'] };
  expect(problemOf([read, rows, other])).toBe(
    'type-clash: "answer" consumes "rows" of "rows", but answer-from-passages takes "passages"',
  );
  const none = step('none', { ...ANSWERS, tool: 'explain-limits', dependsOn: [id('read')] });
  expect(problemOf([read, none], 'none')).toBe(
    'type-clash: "none" consumes "passages" of "read", but explain-limits takes nothing',
  );
});

test('a step that lacks what its tool needs, or is to give what its tool does not, is refused', () => {
  expect(problemOf([read, { ...answer, consumes: [] }])).toBe(
    'missing-input: "answer" is given no "passages", which answer-from-passages needs',
  );
  expect(problemOf([{ ...read, produces: ['facts', 'passages'] }, answer])).toBe(
    'type-clash: "read" is to produce "facts", but search-passages gives "passages"',
  );
});

test('which of several it is, and of which part, is no part of a type', () => {
  const busy = (at: number): Step =>
    step(`busy ${String(at)}`, { tool: 'read-busy-times', produces: [`busy:${String(at)}@2`] });
  const slots = step('answer', {
    ...{ tool: 'find-free-slots', dependsOn: [id('busy 0'), id('busy 1')], consumes: ['busy:0@2', 'busy:1@2'] },
    produces: ['answer'],
  });
  expect(problemOf([busy(0), busy(1), slots])).toBeNull();
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
