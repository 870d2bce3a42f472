import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { exportJournal, runFrom, runGoal } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import type { World } from './world.ts';

/** A goal asked twice, in the production build: what the first run found is not found again. */
let world: World;

test.afterEach(() => world.close());

test('the same goal again takes its steps from the earlier run and says so; answer and proof are the same', async () => {
  const opened = await openWithSample();
  world = opened.world;
  const { page } = opened;
  const ask = (): Promise<string> => runGoal({ page }, 'Summarise my mailbox', () => Promise.resolve(false));
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  const taken = steps.filter({ hasText: 'as an earlier run found it: nothing it reads has changed' });

  const first = await ask();
  await expect(page.locator('[data-status="complete"]')).toBeVisible();
  await expect(taken).toHaveCount(0);
  const second = await ask();
  expect(second).not.toBe(first);
  await expect(page.locator('[data-status="complete"]')).toBeVisible();
  expect(await steps.count()).toBeGreaterThan(1);
  await expect(taken).toHaveCount(await steps.count());
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);

  const answer = page.getByRole('region', { name: 'Answer' });
  const download = page.waitForEvent('download');
  await answer.getByRole('button', { name: 'Prove this sentence' }).first().click();
  const file = await (await download).path();
  const proof = await promisify(execFile)('node_modules/.bin/tsx', ['src/cli/verify.ts', file]);
  expect(proof.stdout).toMatch(/^ *Sentence /m);

  const exported = await exportJournal({ page });
  expect(exported.report.ok).toBe(true);
  const [before, again] = [first, second].map((id) => runFrom(exported, id));
  expect(again?.answerDigest).toBe(before?.answerDigest);
  expect(again?.answer).toEqual(before?.answer);
  expect(again?.verdict).toEqual(before?.verdict);
});
