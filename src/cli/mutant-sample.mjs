// A part of Stryker's, loaded into its own processes and therefore plain JavaScript: of all mutants lets a seeded sample
// through to the tests. It is chosen by what a mutant is and not by its number, so that the sample of a file stays the
// same while other files change.
import { createHash } from 'node:crypto';

class MutantSample {
  static inject = ['options'];
  #size;
  #seed;

  constructor(/** @type {{ sampleSize: number | null, sampleSeed: string }} */ options) {
    this.#size = options.sampleSize;
    this.#seed = options.sampleSeed;
  }

  async init() {}

  /** All at once: the sample is taken from the whole. */
  async group(/** @type {readonly Mutant[]} */ mutants) {
    return mutants.length === 0 ? [] : [mutants.map(({ id }) => id)];
  }

  async check(/** @type {readonly Mutant[]} */ mutants) {
    const drawn = mutants
      .map((mutant) => ({ id: mutant.id, place: this.#placeOf(mutant) }))
      .sort((a, b) => (a.place < b.place ? -1 : 1))
      .map(({ id }) => id);
    const sample = new Set(drawn.slice(0, this.#size ?? drawn.length));
    const result = (/** @type {string} */ id) =>
      sample.has(id) ? { status: 'passed' } : { status: 'compileError', reason: 'not in the sample' };
    return Object.fromEntries(drawn.map((id) => [id, result(id)]));
  }

  #placeOf(/** @type {Mutant} */ { fileName, location, replacement, mutatorName }) {
    const file = fileName.split(/[\\/]/).slice(-3).join('/');
    const text = JSON.stringify([this.#seed, file, location, mutatorName, replacement]);
    return createHash('sha256').update(text).digest('hex');
  }
}

/** @typedef {{ id: string, fileName: string, location: unknown, replacement: string, mutatorName: string }} Mutant */

export const strykerPlugins = [{ kind: 'Checker', name: 'sample', injectableClass: MutantSample }];
