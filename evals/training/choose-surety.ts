import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadDateFinder } from '#adapters/chrono/date-finder.ts';
import { loadEntityFinder } from '#adapters/compromise/entity-finder.ts';
import { encoderOf, softmax } from '#adapters/goal-reader/encoder.ts';
import { piecesOf } from '#adapters/goal-reader/pieces.ts';
import { weightsOf } from '#adapters/goal-reader/weights.ts';
import { languageDetector } from '#adapters/language/language-detector.ts';
import type { UnixMs } from '#core/base/ids.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import { FORMS } from '#core/planner/forms.ts';
import { kindOf } from '#core/planner/goal-forms.ts';
import type { GoalContext, GoalLanguage, Inventory } from '#core/planner/goal.ts';
import { knownWordsOf, markedWords } from '#core/planner/marked-words.ts';
import { openTo } from '#core/planner/surer.ts';
import { understandGoal } from '#core/planner/understand.ts';
import { dice } from '../write/dice.ts';
import { CALIBRATION, CALIBRATION_ABROAD } from './calibration-phrases.ts';
import { throwGoal } from './throw-goal.ts';
import { trainingWorld } from './worlds.ts';

/**
 * `npx tsx evals/training/choose-surety.ts FILE [--count 3000] [--write]`: on goals in the words of calibration-phrases.ts,
 * says at which temperature a model is as sure as it is right, and how sure it must be to be followed rather than the
 * rules (SURETY in src/core/planner/surer.ts). `--write` puts the temperature into the model's file. What judges the model,
 * evals/goal-parsing, has no part in it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '3000' },
    seed: { type: 'string', default: '3' },
    write: { type: 'boolean', default: false },
  },
});
/** A right reading of the rules that is lost weighs as much as so many that are won. */
const LOST_WEIGHT = 2;

interface Case {
  readonly scores: readonly number[];
  readonly right: boolean;
  readonly rulesRight: boolean;
  readonly open: ReturnType<typeof openTo>;
}

const path = positionals[0] ?? 'goal-reader.bin';
const file = readFileSync(path);
const encode = encoderOf(weightsOf(file));
const [dates, entities] = await Promise.all([loadDateFinder({ dayFirst: true }), loadEntityFinder()]);
const cases = calibrationCases(Number(values.count));
const temperature = bestTemperature(cases);
const kinds = cases.filter(({ right }) => right).length;
console.log(
  `${String(cases.length)} goals; kinds right: rules ${String(cases.filter(({ rulesRight }) => rulesRight).length)}, model ${String(kinds)}; temperature ${String(temperature)}`,
);
for (const open of ['question', 'unsure', 'nothing'] as const) tell(open);
if (values.write) writeTemperature();

function calibrationCases(count: number): Case[] {
  const d = dice(`calibration ${values.seed}`);
  const all: Case[] = [];
  while (all.length < count) {
    const world = trainingWorld(d);
    const known = knownWordsOf(world.inventory);
    for (let i = 0; i < 40 && all.length < count; i++) {
      const goal = throwGoal(d, world, known, { english: CALIBRATION, abroad: CALIBRATION_ABROAD });
      const words = goal === null ? [] : markedWords(goal.text, known);
      if (goal === null || words.length === 0) continue;
      const scores = Array.from(encode(words.map(({ lower, marks }) => ({ ...piecesOf(lower), marks }))).form);
      const read = kindOf(FORMS[scores.indexOf(Math.max(...scores))] ?? 'none');
      const ruled = understandGoal(goal.text, contextOf(goal.text, world.inventory));
      const wanted = kindOf(goal.form);
      const open = read === ruled.kind ? null : openTo(read, ruled);
      all.push({ scores, right: read === wanted, rulesRight: ruled.kind === wanted, open });
    }
  }
  return all;
}

/** Wednesday 18 November 2026, in Berlin. */
function contextOf(text: string, inventory: Inventory): GoalContext {
  const now = Date.parse('2026-11-18T08:30:00Z') as UnixMs;
  const owner: OwnerSettings = {
    ...{ names: ['Robin Vale'], addresses: ['robin@example.com'], zone: 'Europe/Berlin', locale: 'en-GB' },
    ...{ weekStart: 'monday', units: 'metric', workingHours: { '1': { from: 540, to: 1020 } }, theme: 'system' },
  };
  const language: GoalLanguage = {
    ...{ code: languageDetector.detect(text), dates: dates.find(text, now, owner.zone) },
    ...entities.find(text),
  };
  return { now, owner, today: { iso: '2026-11-18', weekday: 3 }, inventory, language };
}

function sure({ scores }: Case, at: number): number {
  return Math.max(...softmax(scores, at));
}

/** Where the surety tells best whether the kind is right: least log loss. */
function bestTemperature(all: readonly Case[]): number {
  const losses = Array.from({ length: 81 }, (_, i) => 1 + i / 20).map((at) => {
    const loss = all.reduce((sum, one) => {
      const confidence = Math.min(0.999, sure(one, at));
      return sum - Math.log(one.right ? confidence : 1 - confidence);
    }, 0);
    return { at, loss };
  });
  return losses.reduce((best, one) => (one.loss < best.loss ? one : best)).at;
}

/** What is won and lost by following the model from each surety on, and the highest surety at which that is best. */
function tell(open: NonNullable<Case['open']>): void {
  const here = cases.filter((one) => one.open === open);
  const rows = Array.from({ length: 10 }, (_, i) => 0.5 + i / 20).map((least) => {
    const followed = here.filter((one) => sure(one, temperature) > least);
    const won = followed.filter(({ right, rulesRight }) => right && !rulesRight).length;
    const lost = followed.filter(({ right, rulesRight }) => !right && rulesRight).length;
    return { least, followed: followed.length, won, lost, worth: won - LOST_WEIGHT * lost };
  });
  const chosen = rows.reduce((best, row) => (row.worth >= best.worth ? row : best));
  console.log(`\n${open}: ${String(here.length)} goals; follow it above ${chosen.least.toFixed(2)}`);
  for (const { least, followed, won, lost } of rows)
    console.log(`  above ${least.toFixed(2)}  followed ${String(followed)}, won ${String(won)}, lost ${String(lost)}`);
}

/** Into the header, whose length stays. */
function writeTemperature(): void {
  const length = file.readUInt32LE(0);
  const header = file.subarray(4, 4 + length).toString();
  const changed = header.replace(/"temperature":[\d.]+/, `"temperature":${String(temperature)}`).trimEnd();
  file.write(changed.padEnd(length), 4);
  writeFileSync(path, file);
}
