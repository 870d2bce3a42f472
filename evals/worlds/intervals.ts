import type { Interval } from '../world.ts';

/** Sorted, non-overlapping. */
export function union(intervals: readonly Interval[]): Interval[] {
  const out: { start: number; end: number }[] = [];
  for (const interval of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = out.at(-1);
    if (last && interval.start <= last.end) last.end = Math.max(last.end, interval.end);
    else out.push({ ...interval });
  }
  return out;
}

/** What is left of `from`. */
export function minus(from: readonly Interval[], taken: readonly Interval[]): Interval[] {
  return from.flatMap((interval) => {
    let rest = [interval];
    for (const block of taken) {
      rest = rest.flatMap((piece) =>
        block.end <= piece.start || block.start >= piece.end
          ? [piece]
          : [
              { start: piece.start, end: block.start },
              { start: block.end, end: piece.end },
            ].filter((left) => left.start < left.end),
      );
    }
    return rest;
  });
}

export function intersect(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  return a.flatMap((one) =>
    b
      .map((other) => ({ start: Math.max(one.start, other.start), end: Math.min(one.end, other.end) }))
      .filter((both) => both.start < both.end),
  );
}
