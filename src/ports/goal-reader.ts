import type { MarkedWord, ReadWords } from '#core/planner/marked-words.ts';

/** Reads goals by a model that is loaded: the same words are always read the same. */
export interface GoalReader {
  /** SHA-256 of the model's file, in hex. */
  readonly digest: string;
  readonly read: (words: readonly MarkedWord[]) => ReadWords;
}
