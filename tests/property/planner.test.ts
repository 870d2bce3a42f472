import { sha256 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import { addDays, dayNumber, isoOfDay, weekdayOf } from '#core/planner/local-dates.ts';
import { planGoal } from '#core/planner/plan-goal.ts';
import { understandGoal } from '#core/planner/understand.ts';
import { validatePlan } from '#core/planner/validate.ts';
import { contextFor, EMPTY_INVENTORY, INVENTORY } from '#tests/unit/planner/vault.ts';

const GOALS = readFileSync(new URL('../unit/planner/phrasings.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const WORDS = [...new Set(GOALS.flatMap((goal) => goal.split(' ')))];

const sentences = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 14 }).map((words) => words.join(' '));
const texts = fc.oneof(
  fc.string({ maxLength: 80, unit: 'grapheme' }),
  fc.string({ maxLength: 80, unit: 'binary' }),
  sentences,
  fc.constantFrom(...GOALS),
);
const inventories = fc
  .record({ mail: fc.boolean(), calendars: fc.boolean(), documents: fc.boolean(), tables: fc.boolean() })
  .map(({ mail, calendars, documents, tables }) => ({
    ...EMPTY_INVENTORY,
    sources: INVENTORY.sources,
    people: INVENTORY.people,
    messages: mail ? 212 : 0,
    events: calendars ? 84 : 0,
    calendars: calendars ? INVENTORY.calendars : [],
    documents: documents ? INVENTORY.documents : [],
    tables: tables ? INVENTORY.tables : [],
  }));

test('any text over any files has a valid plan with the same digest each time', () => {
  fc.assert(
    fc.property(texts, inventories, (text, inventory) => {
      const context = contextFor(text, { inventory });
      const plan = planGoal(text, context, {}, sha256);
      expect(validatePlan(plan)).toEqual({ ok: true, value: null });
      expect(planGoal(text, context, {}, sha256).digest).toBe(plan.digest);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('handing every parameter back as an edit changes nothing but where it came from', () => {
  fc.assert(
    fc.property(fc.oneof(fc.constantFrom(...GOALS), sentences), (text) => {
      const context = contextFor(text);
      const first = understandGoal(text, context);
      const edits: Record<string, Json> = Object.fromEntries(first.parameters.map(({ name, value }) => [name, value]));
      const second = understandGoal(text, context, edits);
      expect(second.restated).toBe(first.restated);
      expect(second.parameters.map(({ value }) => value)).toEqual(first.parameters.map(({ value }) => value));
      expect(understandGoal(text, context, edits)).toEqual(second);
    }),
    { numRuns: 150 },
  );
}, 60_000);

test('what a goal is said to be is understood as the same again', () => {
  for (const goal of GOALS) {
    const first = understandGoal(goal, contextFor(goal));
    if (first.kind === 'not-understood') continue;
    const again = understandGoal(first.restated, contextFor(first.restated));
    expect(`${goal}: ${again.kind}`).toBe(`${goal}: ${first.kind}`);
    if (first.kind === 'find-free-time' || first.kind === 'summarise-mail') {
      expect(again.parameters.map(({ name, value }) => [name, value])).toEqual(
        first.parameters.map(({ name, value }) => [name, value]),
      );
    }
  }
}, 60_000);

test('a date is the same day by its number, and weekdays follow each other', () => {
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 400_000 }), fc.integer({ min: -5_000, max: 5_000 }), (day, step) => {
      const iso = isoOfDay(day);
      expect(dayNumber(iso)).toBe(day);
      expect(addDays(addDays(iso, step), -step)).toBe(iso);
      expect(weekdayOf(addDays(iso, 1))).toBe((weekdayOf(iso) % 7) + 1);
      const [year = '', month = '', date = ''] = iso.split('-');
      expect(new Date(day * 86_400_000).getUTCDate()).toBe(Number(date));
      expect(new Date(day * 86_400_000).toISOString().startsWith(`${year}-${month}`)).toBe(true);
    }),
    { numRuns: 200 },
  );
});
