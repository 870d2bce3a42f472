const DAY_MS = 86_400_000;

/** The seed of what a suite draws: another each day, named on the terminal, and given by KILL_SEED to see one again. */
export function seedFor(suite: string): number {
  const given = process.env.KILL_SEED;
  const seed = given === undefined || given === '' ? Math.floor(Date.now() / DAY_MS) : Number(given);
  if (!Number.isSafeInteger(seed)) throw new Error(`KILL_SEED is ${given ?? ''}, which is no whole number.`);
  console.log(`${suite}: KILL_SEED=${String(seed)}`);
  return seed;
}
