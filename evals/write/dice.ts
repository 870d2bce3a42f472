import { Temporal } from 'temporal-polyfill';

/** Seeded chance for generators: the same name gives the same throws. */
export interface Dice {
  /** Whole number, both ends included. */
  readonly whole: (from: number, to: number) => number;
  readonly chance: (probability: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
  /** Different elements, in random order. */
  readonly some: <T>(from: readonly T[], count: number) => T[];
  /** ISO date, both ends included. */
  readonly day: (from: string, to: string) => string;
}

export function dice(seed: string): Dice {
  const next = sfc32(seed);
  const whole = (from: number, to: number) => from + Math.floor((next() / 4294967296) * (to - from + 1));
  const shuffled = <T>(from: readonly T[]) => {
    const all = [...from];
    for (let i = all.length - 1; i > 0; i--) {
      const j = whole(0, i);
      [all[i], all[j]] = [all[j] as T, all[i] as T];
    }
    return all;
  };
  return {
    whole,
    chance: (probability) => next() / 4294967296 < probability,
    pick: (from) => {
      if (from.length === 0) throw new Error('Nothing to pick from');
      return from[whole(0, from.length - 1)] as (typeof from)[number];
    },
    some: (from, count) => shuffled(from).slice(0, count),
    day: (from, to) => {
      const first = Temporal.PlainDate.from(from);
      return first.add({ days: whole(0, first.until(to).days) }).toString();
    },
  };
}

/** Small fast counter generator, 32 bit (Chris Doty-Humphrey's sfc32), its state from a hash of the seed (FNV-1a). */
function sfc32(seed: string): () => number {
  const state = [0, 1, 2].map((salt) => {
    let hash = 2166136261 ^ salt;
    for (const char of `${salt}${seed}`) hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
    return hash >>> 0;
  });
  let [a = 0, b = 0, c = 0] = state;
  let counter = 1;
  const next = () => {
    const t = (((a + b) >>> 0) + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + t) >>> 0;
    return t;
  };
  for (let i = 0; i < 15; i++) next();
  return next;
}
