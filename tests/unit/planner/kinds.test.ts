import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { GoalKind } from '#core/planner/goal.ts';
import { understand } from './vault.ts';

/** One goal a line under the heading of its kind. */
const phrasings = readFileSync(new URL('./phrasings.txt', import.meta.url), 'utf8')
  .split(/^# /m)
  .slice(1)
  .map((part) => part.trim().split('\n'))
  .map(([kind = '', ...goals]) => ({ kind: kind as GoalKind, goals: goals.filter((goal) => goal !== '') }));

for (const { kind, goals } of phrasings) {
  describe(`a goal of the kind ${kind}`, () => {
    test('is given in at least thirty phrasings', () => {
      expect(goals.length).toBeGreaterThanOrEqual(30);
    });

    test.each(goals)('is seen in "%s"', (goal) => {
      expect(understand(goal).kind).toBe(kind);
    });

    test.each(goals)('is seen in "%s" without capitals and full stop', (goal) => {
      const plain = goal.toLowerCase().replace(/[.?!]+$/, '');
      expect(understand(plain).kind).toBe(kind);
    });

    test.each(goals)('is seen in "%s" asked politely', (goal) => {
      if (kind === 'not-understood') return;
      const asked = /^(?:who|what|when|where|which|how|is|are|do|did|does|has|can|could)/i.test(goal)
        ? `${goal} Thank you`
        : `Could you please ${goal}`;
      expect(understand(asked).kind).toBe(kind);
    });
  });
}
