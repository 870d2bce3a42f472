/** Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009): usual values. */
export const BM25_K1 = 1.2;
export const BM25_B = 0.75;

export interface CorpusStatistics {
  readonly units: number;
  /** Mean length of a unit in content stems. */
  readonly meanLength: number;
  /** Units that hold the stem. */
  readonly frequency: (stem: string) => number;
}

/** Inverse document frequency; never negative, so a word in most units cannot lower a score. */
export function idf(frequency: number, units: number): number {
  return Math.log(1 + (units - frequency + 0.5) / (frequency + 0.5));
}

/** @param counts occurrences per stem in the unit; @param length content stems in the unit */
export function bm25(
  query: Iterable<string>,
  counts: ReadonlyMap<string, number>,
  length: number,
  corpus: CorpusStatistics,
): number {
  let score = 0;
  for (const stem of query) {
    const count = counts.get(stem) ?? 0;
    if (count === 0) continue;
    const norm = BM25_K1 * (1 - BM25_B + (BM25_B * length) / Math.max(1, corpus.meanLength));
    score += (idf(corpus.frequency(stem), corpus.units) * count * (BM25_K1 + 1)) / (count + norm);
  }
  return score;
}

export function countStems(stems: Iterable<string>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return counts;
}
