import { expect, test } from 'vitest';
import { knownWordsOf } from '#core/planner/marked-words.ts';
import { heldOutWorld } from '#evals/goal-parsing/held-out.ts';
import { CALIBRATION, CALIBRATION_ABROAD } from '#evals/training/calibration-phrases.ts';
import { throwGoal, type Phrases } from '#evals/training/throw-goal.ts';
import { trainingWorld } from '#evals/training/worlds.ts';
import { dice } from '#evals/write/dice.ts';

const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

/** As evals/training throws them: the first of those that the shipped model learned, or chose by. */
function thrown(seed: string, perWorld: number, count: number, phrases?: Phrases): string[] {
  const d = dice(seed);
  const all: string[] = [];
  while (all.length < count) {
    const world = trainingWorld(d);
    const known = knownWordsOf(world.inventory);
    for (let i = 0; i < perWorld; i++) {
      const goal = throwGoal(d, world, known, phrases);
      if (goal !== null) all.push(bare(goal.text));
    }
  }
  return all;
}

const learned = new Set(thrown('training 1', 120, 60_000));
const calibrating = thrown('calibration 3', 40, 3_000, { english: CALIBRATION, abroad: CALIBRATION_ABROAD });
const judged = [1, 2, 3, 4, 5].flatMap((seed) => heldOutWorld(seed).goals.map(({ text }) => bare(text)));

test('the goals by which it is chosen how sure the model must be are none that it learns from', () => {
  expect(calibrating.filter((text) => learned.has(text))).toEqual([]);
});

/** What they have in common is named by number only: nobody who writes the grammar is to see what judges it. */
test('what judges the model is neither learned from nor used to choose how sure it must be', () => {
  const seen = new Set(calibrating);
  expect(judged.length).toBeGreaterThan(900);
  expect(judged.filter((text) => learned.has(text) || seen.has(text)).length).toBe(0);
});
