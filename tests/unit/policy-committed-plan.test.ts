import { expect, test } from 'vitest';
import type { FiniteType } from '#core/labels/finite.ts';
import { fileLabel, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import { labelCall, NOT_BEGUN, type CommittedPlan, type Origin } from '#core/policy/committed-plan.ts';

const context = fileLabel('mail', false);
const endorsed: Label = { ...context, integrity: 'endorsed' };
const byte: FiniteType = { kind: 'number', min: 0, max: 255, per: 1 };

function written(value: string | number): Origin {
  return { from: 'plan', value };
}
const free: Origin = { from: 'reader', type: null };
const small: Origin = { from: 'reader', type: byte };

function plan(...calls: [string, Record<string, Origin>][]): CommittedPlan {
  return { planner: OWNER_TYPED, calls: calls.map(([tool, origins]) => ({ tool, arguments: origins })) };
}

test('an argument that the plan wrote has the planner’s label, one that was read has the reader’s', () => {
  const { planned, labels, after } = labelCall(
    plan(['send', { to: written('Ada'), text: free, id: small }]),
    NOT_BEGUN,
    { tool: 'send', arguments: { to: 'Ada', text: 'hello', id: 7 } },
    context,
  );
  expect(planned).toBe(true);
  expect(Object.fromEntries(labels)).toEqual({ to: OWNER_TYPED, text: context, id: endorsed });
  expect([...after.done]).toEqual([0]);
  expect(after.budget.bitsLeft).toBe(24);
});

test.each([
  ['another tool', { tool: 'delete', arguments: { to: 'Ada', id: 7 } }],
  ['another value where the plan wrote one', { tool: 'send', arguments: { to: 'Eve', id: 7 } }],
  ['the same word written otherwise', { tool: 'send', arguments: { to: 'ada', id: 7 } }],
  ['an argument more', { tool: 'send', arguments: { to: 'Ada', id: 7, copy: 'Eve' } }],
  ['an argument less', { tool: 'send', arguments: { to: 'Ada' } }],
  ['an argument of another name', { tool: 'send', arguments: { to: 'Ada', ID: 7 } }],
])('%s is not in the plan, and all of it is labelled as what proposed it', (_, call) => {
  const { planned, labels, after } = labelCall(
    plan(['send', { to: written('Ada'), id: small }]),
    NOT_BEGUN,
    call,
    context,
  );
  expect(planned).toBe(false);
  expect([...labels.keys()]).toEqual(Object.keys(call.arguments));
  expect([...labels.values()].every((label) => label === context)).toBe(true);
  expect(after).toBe(NOT_BEGUN);
});

test('a planned call is good for once', () => {
  const once = plan(['send', { to: written('Ada') }]);
  const call = { tool: 'send', arguments: { to: 'Ada' } };
  const first = labelCall(once, NOT_BEGUN, call, context);
  expect(labelCall(once, first.after, call, context).planned).toBe(false);
  const twice = plan(['send', { to: written('Ada') }], ['send', { to: written('Ada') }]);
  const again = labelCall(twice, labelCall(twice, NOT_BEGUN, call, context).after, call, context);
  expect([again.planned, ...again.after.done]).toEqual([true, 0, 1]);
});

test('of two steps that a call could be, it is the one that leaves least in doubt, wherever it stands', () => {
  const call = { tool: 'send', arguments: { to: 'Ada' } };
  const steps: [string, Record<string, Origin>][] = [
    ['send', { to: free }],
    ['send', { to: { from: 'reader', type: { kind: 'enum', members: ['Ada', 'Bo'] } } }],
    ['send', { to: written('Ada') }],
  ];
  expect([...labelCall(plan(...steps), NOT_BEGUN, call, context).after.done]).toEqual([2]);
  expect([...labelCall(plan(...steps.toReversed()), NOT_BEGUN, call, context).after.done]).toEqual([0]);
  expect([...labelCall(plan(...steps.slice(0, 2)), NOT_BEGUN, call, context).after.done]).toEqual([1]);
});

test('what readers may choose is bounded over the run, not a call', () => {
  const five = plan(...Array.from({ length: 5 }, (): [string, Record<string, Origin>] => ['send', { id: small }]));
  let progress = NOT_BEGUN;
  const labels = Array.from({ length: 5 }, (_, id) => {
    const labelled = labelCall(five, progress, { tool: 'send', arguments: { id } }, context);
    progress = labelled.after;
    return labelled.labels.get('id')?.integrity;
  });
  expect(labels).toEqual(['endorsed', 'endorsed', 'endorsed', 'endorsed', 'untrusted']);
});

test('a value outside its small type is in the plan, but nobody vouches for it', () => {
  const { planned, labels, after } = labelCall(
    plan(['send', { id: small }]),
    NOT_BEGUN,
    { tool: 'send', arguments: { id: 256 } },
    context,
  );
  expect([planned, labels.get('id')]).toEqual([true, context]);
  expect(after.budget.bitsLeft).toBe(32);
});

test('a step that the call is not says nothing of one before it that it is', () => {
  const committed = plan(['send', { to: written('Ada'), text: free }], ['delete', { id: written(1) }]);
  const labelled = labelCall(committed, NOT_BEGUN, { tool: 'send', arguments: { to: 'Ada', text: 'x' } }, context);
  expect(labelled.planned).toBe(true);
  expect([...labelled.after.done]).toEqual([0]);
});
