import type { Span } from '#core/agent/trace.ts';

/** Where moments of a run are drawn: from 0, its beginning, to 1, its end. */
export interface TraceAxis {
  readonly at: (time: number) => number;
  /** Stretches in which it did nothing, as for its owner, that are drawn shorter than they were. */
  readonly cuts: readonly { readonly from: number; readonly to: number; readonly ms: number }[];
}

/** As much of the whole width does a stretch get that is drawn short. */
const CUT_WIDTH = 0.06;
const CUTS_WIDTH_MAX = 0.4;

/** @param now where spans that go on are drawn to */
export function traceAxis(spans: readonly Span[], now: number): TraceAxis {
  const start = spans[0]?.from ?? now;
  const end = Math.max(start, ...spans.map(({ to }) => to ?? now));
  const busy = joined(
    spans.filter(({ kind }) => !['run', 'waiting', 'paused'].includes(kind)).map(({ from, to }) => [from, to ?? now]),
  );
  const worked = busy.reduce((sum, [from, to]) => sum + to - from, 0);
  const idle = gaps(busy, start, end);
  const cut = idle.filter(([from, to]) => to - from > Math.max(1, worked) * CUT_WIDTH * 2);
  const short = cut.length === 0 ? 0 : Math.min(CUT_WIDTH, CUTS_WIDTH_MAX / cut.length);
  const drawn = end - start - cut.reduce((sum, [from, to]) => sum + to - from, 0);
  const scale = drawn === 0 ? 0 : (1 - short * cut.length) / drawn;
  const at = (time: number): number => {
    let left = Math.min(Math.max(time, start), end);
    const shortened = cut.reduce((sum, [from, to]) => {
      const within = Math.min(Math.max(time - from, 0), to - from);
      left -= within;
      return sum + (within / (to - from)) * short;
    }, 0);
    return Math.min(1, (left - start) * scale + shortened);
  };
  return { at, cuts: cut.map(([from, to]) => ({ from: at(from), to: at(to), ms: to - from })) };
}

type Stretch = readonly [from: number, to: number];

function joined(stretches: readonly Stretch[]): Stretch[] {
  const result: Stretch[] = [];
  for (const [from, to] of [...stretches].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last !== undefined && from <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], to)];
    else result.push([from, to]);
  }
  return result;
}

function gaps(busy: readonly Stretch[], start: number, end: number): Stretch[] {
  const edges = [start, ...busy.flat(), end];
  const result: Stretch[] = [];
  for (let i = 0; i + 1 < edges.length; i += 2) {
    const [from = start, to = end] = [edges[i], edges[i + 1]];
    if (to > from) result.push([from, to]);
  }
  return result;
}
