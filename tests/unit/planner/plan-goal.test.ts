import { sha256 } from '@noble/hashes/sha2.js';
import { describe, expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import type { Inventory } from '#core/planner/goal.ts';
import { planGoal } from '#core/planner/plan-goal.ts';
import type { Plan } from '#core/planner/plan.ts';
import { contextFor, EMPTY_INVENTORY, INVENTORY } from './vault.ts';

function plan(goal: string, inventory: Inventory = INVENTORY, overrides: { readonly [name: string]: Json } = {}): Plan {
  return planGoal(goal, contextFor(goal, { inventory }), overrides, sha256);
}

const edges = ({ steps }: Plan): string[] =>
  steps.map(({ tool, dependsOn }) => `${tool} < ${dependsOn.map((id) => id.replace(/^\d+-/, '')).join(' ')}`.trim());

describe('the steps of each kind', () => {
  test('a mail summary reads once and studies side by side', () => {
    const { steps, answerStep } = plan('Summarise my mailbox');
    expect(edges({ steps } as Plan)).toEqual([
      'read-threads <',
      'summarise-threads < read-threads',
      'find-asks < read-threads',
      'find-waiting < read-threads',
      'compose-mail-summary < summarise-threads find-asks find-waiting',
    ]);
    expect(steps[0]?.title).toBe('Read 212 messages in 2 files and put them into threads');
    expect(answerStep).toBe(steps.at(-1)?.id);
  });

  test('only the wanted parts are studied', () => {
    expect(edges(plan('Who waits for my answer?'))).toEqual([
      'read-threads <',
      'find-waiting < read-threads',
      'compose-mail-summary < find-waiting',
    ]);
  });

  test('free time reads one calendar a person, side by side', () => {
    const { steps } = plan('Find an hour with Alice and Tomas next week');
    expect(steps.map(({ tool, dependsOn }) => [tool, dependsOn.length])).toEqual([
      ['read-busy-times', 0],
      ['read-busy-times', 0],
      ['read-busy-times', 0],
      ['find-free-slots', 3],
    ]);
    expect(steps[0]?.args.person).toBeNull();
    expect(steps[1]?.args).toEqual({
      person: { name: 'Alice Moreau', address: 'alice.moreau@example.org' },
      between: { from: '2026-11-23', to: '2026-11-29' },
    });
    expect(steps[1]?.title).toBe("Read Alice Moreau's calendar from Mon 23 to Sun 29 Nov 2026");
    expect(steps[3]?.consumes).toEqual(['busy:0', 'busy:1', 'busy:2']);
  });

  test('a report is saved only when wanted, after asking', () => {
    expect(edges(plan('Write a status report about Kestrel'))).toEqual([
      'collect-report-facts <',
      'resolve-corrections < collect-report-facts',
      'compose-report < resolve-corrections',
    ]);
    const { steps, answerStep } = plan('Write a status report about Kestrel and save it as kestrel.md');
    const save = steps.at(-1);
    expect(save).toMatchObject({
      tool: 'save-file',
      args: { name: 'kestrel.md', mediaType: 'text/markdown' },
      consumes: ['answer'],
      dependsOn: [answerStep],
      approval: true,
      undo: 'cannot-undo',
    });
    expect(steps.filter(({ approval }) => approval)).toHaveLength(1);
  });

  test('a question is searched for without its asking words', () => {
    const { steps } = plan('What do my files say about the harbour permits?');
    expect(steps.map(({ tool }) => tool)).toEqual(['search-passages', 'answer-from-passages']);
    expect(steps[0]?.args.terms).toEqual(['harbour', 'permits']);
  });

  test('the filters of a table reach its tool in its own words, several values of a column as one list', () => {
    const { steps } = plan('compare revenue of Anchor and Beacon over 500');
    expect(steps[0]?.args).toEqual({
      table: 'tables/orders-2026.csv#orders-2026',
      filters: [
        { column: 'product', op: 'one-of', value: ['Anchor', 'Beacon'] },
        { column: 'revenue', op: 'gt', value: '500' },
      ],
    });
    expect(steps[1]?.args).toMatchObject({ operation: 'sum', column: 'revenue', groupBy: 'product' });
  });
});

describe('what cannot be done', () => {
  test.each([
    ['Summarise my mailbox', /no mailbox in your files/],
    ['When am I free next week?', /no calendar in your files/],
    ['Write a status report from my documents', /no documents in your files/],
    ['Sum the amount column of the table', /no table in your files/],
    ['When is the launch?', /no files yet/],
  ])('without the files, "%s" is answered honestly', (goal, reason) => {
    const { method, steps, answerStep } = plan(goal, EMPTY_INVENTORY);
    expect(method).toBe('explain-limits');
    expect(steps).toHaveLength(1);
    expect(steps[0]).toMatchObject({ id: answerStep, tool: 'explain-limits' });
    expect(steps[0]?.args.reason).toMatch(reason);
  });

  test('a language that is not understood is told apart from a goal that is not', () => {
    expect(plan('Fasse meine E-Mails zusammen').steps[0]?.args.outcome).toBe('language-not-understood');
    expect(plan('book a flight').steps[0]?.args.outcome).toBe('not-understood');
  });
});

test('the digest is of the goal, the method, the steps and the answer step, and changes with an edit', () => {
  const first = plan('Find an hour with Alice next week');
  expect(plan('Find an hour with Alice next week').digest).toBe(first.digest);
  expect(plan('Find an hour with Alice next week', INVENTORY, { minutes: 30 }).digest).not.toBe(first.digest);
});
