import { defineConfig } from 'vitest/config';

/** The unit tests that MUTANT_TESTS names (beginnings of paths, with commas between), without the application's build. */
export default defineConfig({
  // The project's own extends one that is made by a build.
  oxc: { tsconfig: false } as object,
  test: {
    environment: 'node',
    // One process of tests at a time: what they import is read once.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    include: (process.env.MUTANT_TESTS ?? 'tests/unit').split(',').map((start) => `${start}*.test.ts`),
  },
});
