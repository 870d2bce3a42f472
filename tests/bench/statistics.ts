/** Middle, smallest and largest of a series. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** One figure: what was measured, against what, in one run. */
export interface Figure {
  readonly name: string;
  readonly unit: string;
  readonly ours: Spread;
  /** The peer or limit, measured in the same run, alternating. */
  readonly peer: (Spread & { readonly name: string }) | null;
  /** ours / peer, pair by pair. */
  readonly ratio: Spread | null;
  readonly goal: string;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? sorted[middle] : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
  return { median: median ?? Number.NaN, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN };
}

/** Measures both sides in turn, A B A B. */
export async function compare(
  figure: Pick<Figure, 'name' | 'unit' | 'goal'> & { readonly peer: string; readonly pairs: number },
  ours: () => Promise<number>,
  peer: () => Promise<number>,
): Promise<Figure> {
  const a: number[] = [];
  const b: number[] = [];
  for (let pair = 0; pair < figure.pairs; pair++) {
    a.push(await ours());
    b.push(await peer());
  }
  return {
    name: figure.name,
    unit: figure.unit,
    goal: figure.goal,
    ours: spread(a),
    peer: { name: figure.peer, ...spread(b) },
    ratio: spread(a.map((value, index) => value / (b[index] ?? Number.NaN))),
  };
}
