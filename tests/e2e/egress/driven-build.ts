import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, type Page } from '@playwright/test';
import { build } from 'vite';
import type { Attempt, Outcome } from '../../conformance/egress-attempt.ts';
import { PATIENCE_MS } from '../world.ts';

const DRIVER = '/_app/immutable/workers/egress-driver.js';

/** A copy of the finished build with one more worker in it, which is served with the headers of all. @returns its folder */
export async function drivenBuild(): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), 'windhover-driven-'));
  cpSync('build', root, { recursive: true });
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      target: 'es2022',
      outDir: resolve(root),
      emptyOutDir: false,
      modulePreload: false,
      rolldownOptions: {
        input: 'tests/e2e/egress/driver.ts',
        output: { codeSplitting: false, entryFileNames: DRIVER.slice(1) },
      },
    },
  });
  return root;
}

/** @param driver where the worker's script is served */
export async function startDriver(page: Page, driver = DRIVER): Promise<void> {
  // The app's own policy lets its workers be started; on a busy machine it comes after the page has loaded.
  await expect.poll(() => page.evaluate(isPolicyThere), { timeout: PATIENCE_MS }).toBe(true);
  await page.evaluate(
    (script) =>
      new Promise<void>((ready, failed) => {
        const driver = new Worker(script, { type: 'module' });
        Object.assign(globalThis, { driver });
        driver.onerror = (event) => failed(new Error(event.message));
        driver.onmessage = () => ready();
      }),
    driver,
  );
}

/** Whether the app may start workers yet; what is no page of the app has no policy. */
function isPolicyThere(): boolean {
  const { trustedTypes } = globalThis as unknown as { trustedTypes?: { readonly defaultPolicy: unknown } };
  return location.pathname !== '/' || trustedTypes === undefined || trustedTypes.defaultPolicy !== null;
}

export function drive(page: Page, attempt: Attempt): Promise<Outcome> {
  return page.evaluate(
    (text) =>
      new Promise<Outcome>((done) => {
        const { driver } = globalThis as unknown as { driver: Worker };
        driver.onmessage = ({ data }: MessageEvent<Outcome>) => done(data);
        driver.postMessage(JSON.parse(text));
      }),
    JSON.stringify(attempt),
  );
}
