import { writeFileSync } from 'node:fs';
import type { GoalReader } from '#ports/goal-reader.ts';
import { figures, type Figures } from './figures.ts';
import { shippedReader } from './goal-parsing/shipped-reader.ts';
import { score } from './score.ts';
import { METHODS } from './worlds/generate.ts';

/** The last figures, in baseline.json, over seeds that nobody looks at while working on the methods. */
export interface Baseline {
  readonly seeds: readonly number[];
  readonly open: readonly Figures[];
  readonly heldOut: readonly Figures[];
  /** The held-out phrasings, read by the rules and the built-in model together, as the app does. */
  readonly withModel: readonly Figures[];
}

const FRESH = [774_101, 774_102, 774_103, 774_104, 774_105, 774_106];

/** `npx tsx evals/baseline.ts` takes the figures anew; the tests then hold the methods to them. */
async function take(heldOut: boolean, reader: GoalReader | null = null): Promise<Figures[]> {
  const all: Figures[] = [];
  // The sample's goals are all open.
  for (const method of METHODS.filter((one) => !heldOut || one !== 'sample'))
    all.push(figures(await score(method, FRESH, heldOut, reader)));
  return all;
}

const baseline: Baseline = {
  seeds: FRESH,
  open: await take(false),
  heldOut: await take(true),
  withModel: await take(true, shippedReader()),
};
writeFileSync(new URL('./baseline.json', import.meta.url), `${JSON.stringify(baseline, null, 2)}\n`);
for (const [name, all] of Object.entries({
  open: baseline.open,
  'held out': baseline.heldOut,
  'held out, with the model': baseline.withModel,
})) {
  for (const one of all) {
    console.log(
      `${one.method} (${name}): facts ${one.factsFound} %, misunderstood ${one.misunderstood} of ${one.cases}, unsupported ${one.unsupported}, wrong ${one.wrong}`,
    );
  }
}
