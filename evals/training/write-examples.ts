import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FORMS, SLOTS, type GoalForm, type GoalSlot } from '#core/planner/forms.ts';
import { knownWordsOf, MARKS, markedWords, type KnownWords } from '#core/planner/marked-words.ts';
import { piecesOf, RUN_ROWS, WORD_ROWS } from '#adapters/goal-reader/pieces.ts';
import { dice } from '../write/dice.ts';
import { throwGoal, type ThrownGoal } from './throw-goal.ts';
import { trainingWorld } from './worlds.ts';

/**
 * Writes examples for train.py: `npx tsx evals/training/write-examples.ts --count 300000 --seed 1 --out FILE`.
 * Each line is JSON. The first names the forms and slots and says how large the tables are. After it there are two sorts:
 * - `["w", word, runs]`: a word that was not met before, with its row and those of its runs of letters. Words are numbered
 *   from 0 in the order of these lines.
 * - `[form, words, marks, tags]`: one goal: which form it is, and for each of its words its number, its marks and its tag.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const GOALS_PER_WORLD = 120;
const seen = new Map<string, number>();

const file = values.out ?? 'examples.jsonl';
writeFileSync(
  file,
  `${JSON.stringify({ forms: FORMS, slots: SLOTS, marks: MARKS.length, words: WORD_ROWS, runs: RUN_ROWS })}\n`,
);
const d = dice(`training ${values.seed}`);
let written = 0;
while (written < Number(values.count)) {
  const world = trainingWorld(d);
  const known = knownWordsOf(world.inventory);
  let lines = '';
  for (let i = 0; i < GOALS_PER_WORLD && written < Number(values.count); i++) {
    const goal = throwGoal(d, world, known);
    if (goal === null) continue;
    lines += exampleOf(goal, known);
    written++;
  }
  writeFileSync(file, lines, { flag: 'a' });
}

function exampleOf({ form, text, slots }: ThrownGoal, known: KnownWords): string {
  const words = markedWords(text, known);
  let news = '';
  const indices = words.map(({ lower }) => {
    const at = seen.get(lower);
    if (at !== undefined) return at;
    const { word, runs } = piecesOf(lower);
    seen.set(lower, seen.size);
    news += `${JSON.stringify(['w', word, runs])}\n`;
    return seen.size - 1;
  });
  const tags = words.map(({ start, end }) => {
    const slot = slots.find((each) => each.start < end && start < each.end);
    if (slot === undefined) return 0;
    const first = !words.some((other) => other.start < start && slot.start < other.end && other.end > slot.start);
    return tagOf(slot.slot, first);
  });
  return `${news}${JSON.stringify([formIndex(form), indices, words.map(({ marks }) => marks), tags])}\n`;
}

function formIndex(form: GoalForm): number {
  return FORMS.indexOf(form);
}

/** 0 outside, then for each slot its first word and its further words. */
function tagOf(slot: GoalSlot, first: boolean): number {
  return 1 + 2 * SLOTS.indexOf(slot) + (first ? 0 : 1);
}
