import type { Outcome } from './live.ts';
import type { Scenario } from './scenario.ts';

/** Lives that a shrinking may try: enough for every part of a scenario to be left out a few times. */
const TRIES_MAX = 300;

/**
 * The same failure with less: leaves out faults and actions one after the other for as long as one of the same
 * invariants is still violated, then makes what is left simpler.
 */
export async function shrink(
  scenario: Scenario,
  violated: ReadonlySet<string>,
  live: (scenario: Scenario) => Promise<Outcome>,
): Promise<Scenario> {
  let smallest = scenario;
  let tries = 0;
  const fails = async (candidate: Scenario): Promise<boolean> => {
    if (tries++ >= TRIES_MAX) return false;
    const { violations } = await live(candidate);
    return violations.some(({ invariant }) => violated.has(invariant));
  };
  const attempt = async (candidate: Scenario): Promise<boolean> => {
    if (!(await fails(candidate))) return false;
    smallest = candidate;
    return true;
  };
  for (let shrunk = true; shrunk;) {
    shrunk = false;
    for (let index = smallest.faults.length - 1; index >= 0; index--)
      shrunk = (await attempt({ ...smallest, faults: smallest.faults.toSpliced(index, 1) })) || shrunk;
    for (let index = smallest.actions.length - 1; index >= 0; index--)
      shrunk = (await attempt({ ...smallest, actions: smallest.actions.toSpliced(index, 1) })) || shrunk;
  }
  if (smallest.signed) await attempt({ ...smallest, signed: false });
  if (!smallest.opfs) await attempt({ ...smallest, opfs: true });
  return smallest;
}
