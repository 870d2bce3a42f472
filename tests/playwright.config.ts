import { availableParallelism } from 'node:os';
import { defineConfig } from '@playwright/test';
import { BROWSER_ARGS } from '../src/cli/find-browser.ts';

const KILLS = /(kill-\w+|resume)\.spec\.ts$/;
const PORT = process.env.E2E_PORT ?? '4183';

/** The finished build, served as `npm start` serves it, in a real browser. */
export default defineConfig({
  testDir: './e2e',
  outputDir: '../node_modules/.cache/playwright',
  globalTeardown: './e2e/ready-profiles.ts',
  // A browser waits for its disk and its processes now and then: one worker more than there are cores uses that.
  workers: Math.min(6, Math.max(2, availableParallelism() + 1)),
  // The longest first, so that nothing long is left for one worker at the end.
  projects: [
    { name: 'kills', testMatch: KILLS },
    { name: 'all else', testIgnore: KILLS },
  ],
  timeout: 90_000,
  expect: { timeout: 60_000 },
  reporter: process.env.PLAYWRIGHT_JSON_OUTPUT_FILE === undefined ? [['line']] : [['line'], ['json']],
  use: {
    baseURL: `http://localhost:${PORT}`,
    serviceWorkers: 'allow',
    launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium', args: BROWSER_ARGS },
  },
  webServer: {
    command: `PORT=${PORT} npx tsx src/cli/start.ts`,
    cwd: '..',
    url: `http://localhost:${PORT}`,
    reuseExistingServer: false,
  },
});
