/**
 * Exact tests over pairs, one-sided: how likely it is that B came out so much worse than A by chance alone. No pair that
 * differs: 1.
 */

/** McNemar's test: pairs of which one went well and the other did not are heads and tails of a fair coin. */
export function mcnemar(lost: number, won: number): number {
  const pairs = lost + won;
  let probability = 0;
  // Binomial coefficients as logarithms: their product overflows from a thousand pairs on.
  let logChoose = 0;
  for (let heads = 0; heads <= pairs; heads++) {
    if (heads > 0) logChoose += Math.log(pairs - heads + 1) - Math.log(heads);
    if (heads >= lost) probability += Math.exp(logChoose - pairs * Math.LN2);
  }
  return Math.min(1, probability);
}

/**
 * Wilcoxon's signed-rank test, by all signs that the ranks could have had; pairs without a difference are left out, and equal
 * differences share their ranks.
 * @param differences B less A; more is worse
 */
export function wilcoxon(differences: readonly number[]): number {
  const there = differences.filter((difference) => difference !== 0).sort((a, b) => Math.abs(a) - Math.abs(b));
  // Twice the rank, so that shared ranks are whole numbers.
  const ranks = there.map((difference) => {
    const same = (one: number): boolean => Math.abs(one) === Math.abs(difference);
    return there.findIndex(same) + there.findLastIndex(same) + 2;
  });
  const observed = ranks.reduce((sum, rank, at) => sum + ((there[at] ?? 0) > 0 ? rank : 0), 0);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const share = new Float64Array(total + 1);
  share[0] = 1;
  let reached = 0;
  for (const rank of ranks) {
    reached += rank;
    for (let sum = reached; sum >= 0; sum--)
      share[sum] = ((share[sum] ?? 0) + (sum >= rank ? (share[sum - rank] ?? 0) : 0)) / 2;
  }
  return Math.min(
    1,
    share.slice(observed).reduce((sum, part) => sum + part, 0),
  );
}
