import { expect, test } from 'vitest';
import { seededRandom, type Random } from '#core/base/random.ts';
import {
  atMost,
  CONFIDENTIALITIES,
  INTEGRITIES,
  join,
  joinAll,
  NEUTRAL,
  WORST,
  type Label,
} from '#core/labels/label.ts';

const CASES = 100_000;
const SOURCES = ['app', 'file:a', 'file:b', 'owner', 'tool:x'];
const CHANNELS = ['calendar', 'mail', 'provider', 'web'];

function someLabel(random: Random): Label {
  const some = (of: readonly string[]): string[] => of.filter(() => random.chance(0.5));
  return {
    sources: some(SOURCES),
    integrity: random.pick(INTEGRITIES),
    confidentiality: random.pick(CONFIDENTIALITIES),
    readers: random.chance(0.3) ? 'all' : some(CHANNELS),
  };
}

test(`joining is commutative, associative, idempotent and monotone (${CASES.toLocaleString('en')} cases)`, () => {
  const random = seededRandom(1976);
  const broken: string[] = [];
  const holds = (law: string, does: boolean): void => {
    if (!does) broken.push(law);
  };
  for (let i = 0; i < CASES; i++) {
    const [a, b, c] = [someLabel(random), someLabel(random), someLabel(random)];
    holds('commutative', same(join(a, b), join(b, a)));
    holds('associative', same(join(join(a, b), c), join(a, join(b, c))));
    holds('idempotent', same(join(a, a), a));
    holds('neutral', same(join(a, NEUTRAL), a));
    holds('an upper bound', atMost(a, join(a, b)) && atMost(b, join(a, b)));
    holds('the least upper bound', !(atMost(a, c) && atMost(b, c)) || atMost(join(a, b), c));
    holds('monotone', !atMost(a, b) || atMost(join(a, c), join(b, c)));
    holds('antisymmetric', !(atMost(a, b) && atMost(b, a)) || same(a, b));
    holds('nothing is worse in trust than the worst', same({ ...join(a, WORST), sources: [] }, WORST));
    holds('of all at once', same(joinAll([a, b, c]), join(a, join(b, c))));
  }
  expect(broken).toEqual([]);
});

function same(a: Label, b: Label): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted({ sources, integrity, confidentiality, readers }: Label): unknown {
  return [[...sources].sort(), integrity, confidentiality, readers === 'all' ? readers : [...readers].sort()];
}
