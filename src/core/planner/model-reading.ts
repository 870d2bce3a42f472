import { plainGoal, type GoalForm } from './goal-forms.ts';
import type { GoalLanguage, Inventory } from './goal.ts';
import { knownWordsOf, markedWords, type MarkedWord, type ReadWords } from './marked-words.ts';
import { mendedSlot } from './slot-texts.ts';

/** What a model made of a goal, as a value: the planner weighs it against what its rules make of it. */
export interface ModelReading {
  readonly form: GoalForm;
  /** 0 to 1: how often such a reading is right. */
  readonly confidence: number;
  /** The goal in plain English, for the rules; null where its own words must stand. */
  readonly plain: string | null;
  /** What the language ports found in `plain`; null with it. */
  readonly language: GoalLanguage | null;
  /** SHA-256 of the model's file, in hex. */
  readonly model: string;
}

interface Reader {
  readonly digest: string;
  readonly read: (words: readonly MarkedWord[]) => ReadWords;
}

/**
 * Has a model read a goal over what the files hold, and puts it in plain English.
 * @param languageOf what the language ports find in a text
 */
export function readByModel(
  goal: string,
  inventory: Inventory,
  reader: Reader,
  languageOf: (text: string) => GoalLanguage,
): ModelReading | null {
  const words = markedWords(goal, knownWordsOf(inventory));
  if (words.length === 0) return null;
  const { form, confidence, slots } = reader.read(words);
  const texts = slots.map(({ slot, start, end }) =>
    mendedSlot({ slot, text: goal.slice(words[start]?.start ?? 0, words[end - 1]?.end ?? 0) }, inventory),
  );
  const plain = plainGoal(form, texts)?.replace(/\s+/g, ' ') ?? null;
  return { form, confidence, plain, language: plain === null ? null : languageOf(plain), model: reader.digest };
}
