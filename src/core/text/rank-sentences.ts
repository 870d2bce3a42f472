import { idf } from './bm25.ts';

/** How much each part of a sentence's score counts. */
const WEIGHT_CENTRALITY = 1;
const WEIGHT_POSITION = 0.3;
const WEIGHT_QUERY = 1.5;
/** Sentences shorter or longer than this, in content stems, say too little or too much. */
const LENGTH_GOOD_MIN = 4;
const LENGTH_GOOD_MAX = 32;

export interface RankedText {
  /** Content stems. */
  readonly stems: readonly string[];
  /** 0 for the first sentence of its text to 1 for the last. */
  readonly position: number;
}

/** Scores of sentences, one each, in order: how central to all of them, how early, how near to the query. */
export function rankSentences(sentences: readonly RankedText[], query: ReadonlySet<string> = new Set()): number[] {
  const frequency = new Map<string, number>();
  for (const { stems } of sentences)
    for (const stem of new Set(stems)) frequency.set(stem, (frequency.get(stem) ?? 0) + 1);
  return sentences.map(({ stems, position }) => {
    const distinct = [...new Set(stems)];
    if (distinct.length === 0) return 0;
    const shared = distinct.filter((stem) => (frequency.get(stem) ?? 0) > 1).length / distinct.length;
    const rare =
      distinct.reduce((sum, stem) => sum + idf(frequency.get(stem) ?? 1, sentences.length), 0) / distinct.length;
    const asked = query.size === 0 ? 0 : distinct.filter((stem) => query.has(stem)).length / query.size;
    const length =
      stems.length < LENGTH_GOOD_MIN
        ? stems.length / LENGTH_GOOD_MIN
        : stems.length > LENGTH_GOOD_MAX
          ? LENGTH_GOOD_MAX / stems.length
          : 1;
    const centrality = shared + 0.2 * rare;
    return length * (WEIGHT_CENTRALITY * centrality + WEIGHT_POSITION * (1 - position) + WEIGHT_QUERY * asked);
  });
}

/** Share of the smaller set that is in the other: 1 when one holds the other. */
export function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const smaller = a.size <= b.size ? a : b;
  const larger = a.size <= b.size ? b : a;
  if (smaller.size === 0) return 0;
  let shared = 0;
  for (const stem of smaller) if (larger.has(stem)) shared++;
  return shared / smaller.size;
}
