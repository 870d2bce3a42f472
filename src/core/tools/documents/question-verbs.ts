import { STOP_WORDS, type Word } from '../../text/words.ts';

/**
 * Which words of a question are its verbs, by where they stand: after "who", before the end of a question with an
 * auxiliary ("how fast may the centrifuge run"), as a participle, after "to". An answer may use another verb; it may
 * not be about another thing.
 * @returns indexes into the words
 */
export function verbsAmong(words: readonly Word[]): ReadonlySet<number> {
  const verbs = new Set<number>();
  const lower = (i: number): string => words[i]?.lower ?? '';
  const content = (i: number): boolean => i < words.length && i >= 0 && !STOP_WORDS.has(lower(i));
  words.forEach((word, i) => {
    if (!content(i) || /^\p{Lu}/u.test(word.text)) return;
    if (/^(?:who|whom|that)$/.test(lower(i - 1)) && !/^(?:is|are|was|were)$/.test(word.lower)) verbs.add(i);
    if (lower(i - 1) === 'to' && i > 1 && !FULL_NOUN_BEFORE_TO.test(lower(i - 2))) verbs.add(i);
    if (PRONOUN.test(lower(i - 1))) verbs.add(i);
    const auxiliary = words.slice(0, i).findLastIndex(({ lower: before }) => BE.test(before));
    if (auxiliary >= 0 && PARTICIPLE.test(word.lower) && !content(i + 1) && auxiliary < i) verbs.add(i);
  });
  const auxiliary = words.findIndex(({ lower: word }, i) => DO.test(word) && i < words.length - 1);
  if (auxiliary >= 0) {
    const verb = verbAfter(auxiliary, words, content);
    if (verb !== null) verbs.add(verb);
  }
  return verbs;
}

const BE = /^(?:is|are|was|were|be|been|being|has|have|had|gets?|got)$/;
const DO = /^(?:do|does|did|can|could|may|might|must|shall|should|will|would)$/;
/** Verbs that carry no topic, so no search word. */
const PLAIN_VERB = /^(?:go|get|make|have|give|do|need|be|tell)$/;
const PRONOUN = /^(?:i|you|he|she|we|they|one|it)$/;
const DETERMINER =
  /^(?:the|a|an|my|our|your|his|her|their|its|this|that|these|those|each|every|all|any|of|in|at|on|for|with|from|to|by)$/;
const PARTICIPLE =
  /(?:ed|[^aeiou]en|wn|ught|pt|lt|lled|done|made|kept|held|sold|paid|sent|built|found|put|set|said|swept|left)$/;
const FULL_NOUN_BEFORE_TO =
  /^(?:way|road|trip|flight|train|bus|ferry|next|close|prior|according|addressed|go|goes|going|sent|paid|attached|due|reply|answer|access|contribution|change|changes)$/;

/** The last of the first words in a row after an auxiliary: "does [acid waste go]", unless that is a lone noun. */
function verbAfter(auxiliary: number, words: readonly Word[], content: (i: number) => boolean): number | null {
  for (let i = auxiliary + 1; i < words.length; i++) {
    if (!content(i)) continue;
    let end = i;
    while (content(end + 1)) end++;
    const before = words[i - 1]?.lower ?? '';
    const after = words[end + 1]?.lower ?? '';
    const alone = end === i;
    if (PLAIN_VERB.test(after)) return null;
    // "do I have to return the form": the verb is said already
    if (before === 'to' && !FULL_NOUN_BEFORE_TO.test(words[i - 2]?.lower ?? '')) return i;
    if (after !== 'of' && (!alone || !DETERMINER.test(before))) return end;
    i = end;
  }
  return null;
}
