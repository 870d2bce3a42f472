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

/**
 * Milliseconds of processor time of the first and of the last steps of a loop: what else runs on the machine counts little
 * in it. Asked for four times only, as asking takes as long as a tenth of a step.
 */
export class Laps {
  readonly #steps: number;
  readonly #compared: number;
  readonly #at: number[] = [];
  /** Steps that have ended. */
  ended = -1;

  constructor(steps: number, compared: number) {
    this.#steps = steps;
    this.#compared = compared;
  }

  /** Called where a step begins, and so the one before ends. */
  next(): void {
    this.ended++;
    if (![0, this.#compared, this.#steps - this.#compared, this.#steps].includes(this.ended)) return;
    const { user, system } = process.cpuUsage();
    this.#at.push((user + system) / 1_000);
  }

  /** A step of the first. */
  get early(): number {
    return this.#between(0, 1);
  }

  /** A step of the last. */
  get late(): number {
    return this.#between(2, 3);
  }

  #between(from: number, to: number): number {
    return ((this.#at[to] ?? Number.NaN) - (this.#at[from] ?? Number.NaN)) / this.#compared;
  }
}

/** Ours over theirs, round by round. */
export function ratios(over: readonly number[], base: readonly number[]): number[] {
  return over.map((value, round) => value / (base[round] ?? Number.NaN));
}

/** How something grows with the size: the exponent of the power law through the medians, and twice its standard error. */
export function growthLaw(name: string, rows: readonly (readonly [size: number, times: readonly number[]])[]): Figure {
  const { slope, error } = powerLaw(rows.map(([size, times]) => [size, spread(times).median]));
  return {
    name: `${name}: exponent over ${rows.map(([size]) => String(size)).join(', ')}`,
    unit: '',
    ours: { median: slope, min: slope - 2 * error, max: slope + 2 * error },
    peer: null,
    ratio: null,
    goal: '0: does not grow',
  };
}

/** Least squares on logarithms: the exponent of a power law and its standard error. */
function powerLaw(points: readonly (readonly [number, number])[]): { slope: number; error: number } {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (of: 0 | 1): number => logs.reduce((sum, point) => sum + point[of], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  const slope = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0) / squares;
  const residue = logs.reduce((sum, [x, y]) => sum + (y - meanY - slope * (x - meanX)) ** 2, 0);
  return { slope, error: Math.sqrt(residue / Math.max(1, logs.length - 2) / squares) };
}
