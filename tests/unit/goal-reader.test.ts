import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { goalReader } from '#adapters/goal-reader/goal-reader.ts';
import { encoderOf, type EncodedWord } from '#adapters/goal-reader/encoder.ts';
import { loadGoalReader } from '#adapters/goal-reader/load-goal-reader.ts';
import { MODEL_PATH, MODEL_SHA256 } from '#adapters/goal-reader/shipped-model.ts';
import { weightsOf } from '#adapters/goal-reader/weights.ts';
import { sha256 } from '#adapters/noble/sha256.ts';
import { err, ok } from '#core/base/result.ts';
import { knownWordsOf, markedWords } from '#core/planner/marked-words.ts';
import { readByModel } from '#core/planner/model-reading.ts';
import { understandGoal } from '#core/planner/understand.ts';
import type { Baseline } from '#evals/baseline.ts';
import { scoreGoals } from '#evals/goal-parsing/score-goals.ts';
import { openVault } from '#evals/pursue.ts';
import { generate } from '#evals/worlds/generate.ts';
import { contextFor, INVENTORY } from './planner/vault.ts';

const file = readFileSync(new URL(`../../static${MODEL_PATH}`, import.meta.url));
const reader = goalReader(file, sha256);

/** What PyTorch computed with the same weights, written when they were exported. */
interface Check {
  readonly words: readonly EncodedWord[];
  readonly form: readonly number[];
  readonly tags: readonly number[];
}
const checks = JSON.parse(
  readFileSync(new URL('../fixtures/goal-reader.json', import.meta.url), 'utf8'),
) as readonly Check[];

const highest = (values: ArrayLike<number>): number => Array.from(values).indexOf(Math.max(...Array.from(values)));

describe('the encoder', () => {
  test('computes what PyTorch does, for every goal it was checked with', () => {
    const encode = encoderOf(weightsOf(file));
    expect(checks.length).toBeGreaterThanOrEqual(40);
    for (const { words, form, tags } of checks) {
      const encoded = encode(words);
      form.forEach((score, at) => expect(Math.abs((encoded.form[at] ?? NaN) - score)).toBeLessThan(2e-3));
      expect(encoded.tags.map(highest)).toEqual(tags);
    }
  });

  test('reads the same words the same, every time', () => {
    const words = markedWords('find an hour with alcie next weak', knownWordsOf(INVENTORY));
    expect(reader.read(words)).toEqual(goalReader(file, sha256).read(words));
    expect(reader.read(words)).toMatchObject({ form: 'free-time' });
  });
});

describe('the model that the app ships', () => {
  test('is the one whose hash is written down', async () => {
    expect(reader.digest).toBe(MODEL_SHA256);
    const loaded = await loadGoalReader(() => Promise.resolve(ok(new Blob([file]))), sha256);
    expect(loaded?.digest).toBe(MODEL_SHA256);
  });

  test('is not used when a byte of it is another, or when it does not come', async () => {
    const changed = Uint8Array.from(file);
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
    expect(await loadGoalReader(() => Promise.resolve(ok(new Blob([changed]))), sha256)).toBeNull();
    expect(await loadGoalReader(() => Promise.resolve(err('offline')), sha256)).toBeNull();
  });
});

/** Goals that may as well be of another kind than they were written for. */
const AS_WELL: Readonly<Record<string, readonly string[]>> = { 'list-events': ['When is my dentist appointment?'] };

describe('goals that the model never learned from', () => {
  test('are read right more often with it than by the rules alone, in English, in other languages, with slips and without', async () => {
    const { tallies, lost } = await scoreGoals([101, 102], reader);
    const exact = (group: string, by: 'rules' | 'both') => tallies[group]?.[by]?.exact ?? 0;
    for (const group of ['all', 'in English', 'in other languages', 'with slips', 'without slips'])
      expect(exact(group, 'both'), group).toBeGreaterThan(exact(group, 'rules'));
    const gained = exact('all', 'both') - exact('all', 'rules');
    expect(lost.length, lost.join('\n')).toBeLessThan(gained / 5);
  }, 120_000);

  test('goals in English that the rules read right keep their kind, with capitals and without', () => {
    const written = readFileSync(new URL('planner/phrasings.txt', import.meta.url), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('# '));
    expect(written.length).toBeGreaterThan(400);
    for (const line of written) {
      for (const goal of [line, line.toLowerCase().replace(/[.?!]+$/, '')]) {
        const context = contextFor(goal);
        const rules = understandGoal(goal, context);
        if (rules.parameters.some(({ value }) => value === 'language-not-understood')) continue;
        const reading = readByModel(goal, INVENTORY, reader, (text) => contextFor(text).language);
        const both = reading === null ? rules : understandGoal(goal, { ...context, reading });
        expect(AS_WELL[both.kind]?.includes(line) === true ? rules.kind : both.kind, goal).toBe(rules.kind);
      }
    }
  });

  const { seeds } = JSON.parse(readFileSync(new URL('../../evals/baseline.json', import.meta.url), 'utf8')) as Baseline;
  test.each(['mail', 'calendar', 'agenda', 'report', 'question', 'table', 'sample'] as const)(
    'what the rules read right of the goals of %s, they read as before',
    async (method) => {
      for (const heldOut of method === 'sample' ? [false] : [false, true])
        for (const seed of seeds.slice(0, 3)) {
          const world = generate(method, seed, heldOut);
          const [rules, both] = await Promise.all([openVault(world), openVault(world, reader)]);
          for (const { goal, expect: wanted, phrasing } of world.cases) {
            const ruled = await rules.understand(goal);
            if (ruled === null || !wanted.kinds.includes(ruled.kind)) continue;
            const read = await both.understand(goal);
            expect(wanted.kinds, heldOut ? phrasing : goal).toContain(read?.kind);
          }
        }
    },
    120_000,
  );
});
