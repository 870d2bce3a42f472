import { plainGoal } from './goal-forms.ts';
import type { GoalLanguage, Inventory, ModelReading } from './goal.ts';
import { knownWordsOf, markedWords, type MarkedWord, type ReadWords } from './marked-words.ts';
import { mendedSlot } from './slot-texts.ts';

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
