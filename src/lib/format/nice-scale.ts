/** The axis of a chart: round ends that hold zero and every value, and round ticks between. */
export interface Scale {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** After the decimal point, so that no two ticks read the same. */
  readonly digits: number;
}

const TICKS_WANTED = 5;

/** Heckbert's "nice numbers for graph labels": steps of 1, 2 or 5 times a power of ten. */
export function niceScale(values: readonly number[]): Scale {
  const lowest = Math.min(0, ...values);
  const highest = Math.max(0, ...values);
  if (lowest === highest) return { low: 0, high: 1, ticks: [0, 1], digits: 0 };
  const step = niceStep((highest - lowest) / (TICKS_WANTED - 1));
  const first = Math.floor(lowest / step);
  const last = Math.ceil(highest / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
  return { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1, ticks, digits: Math.max(0, -Math.floor(Math.log10(step))) };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const fraction = rough / power;
  return (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10) * power;
}
