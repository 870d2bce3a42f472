import { readFileSync } from 'node:fs';
import { expect, test } from '@playwright/test';
import { runGoal } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import type { World } from './world.ts';

/** Where the time of a run went, in the production build. */
let world: World;

test.afterEach(() => world.close());

test('a run shows its trace: what lasted, what is known of it, and a file for other tools with the same ids', async () => {
  const opened = await openWithSample();
  world = opened.world;
  const { page } = opened;
  await runGoal({ page }, 'Summarise my mailbox', () => Promise.resolve(false));
  await page.locator('summary', { has: page.getByRole('heading', { name: 'Trace' }) }).press('Enter');
  const spans = page.getByRole('list', { name: 'Trace' }).locator(':scope > li');
  await expect(spans.first()).toContainText('The whole run');
  await expect(spans.nth(1)).toContainText('Planning');
  const steps = await page
    .getByRole('list', { name: 'Steps' })
    .getByRole('listitem')
    .locator('.title')
    .allTextContents();
  for (const step of steps)
    await expect(spans.filter({ hasText: step.replace(/^\s*\d+\.\s*/, '').trim() })).not.toHaveCount(0);
  await expect(spans.filter({ hasText: 'Checking the answer' })).toHaveCount(1);
  await spans.first().locator('summary').press('Enter');
  await expect(spans.first()).toContainText('state_transition');
  await expect(spans.first()).toContainText('verifying');

  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save for other tools' }).click(),
  ]);
  const otlp = JSON.parse(readFileSync(await saved.path(), 'utf8')) as {
    resourceSpans: { scopeSpans: { spans: { traceId: string; spanId: string; endTimeUnixNano?: string }[] }[] }[];
  };
  const written = otlp.resourceSpans[0]?.scopeSpans[0]?.spans ?? [];
  expect(written).toHaveLength(await spans.count());
  expect(written.every(({ endTimeUnixNano }) => endTimeUnixNano !== undefined)).toBe(true);
  await expect(spans.first()).toContainText(`${written[0]?.traceId ?? ''} ${written[0]?.spanId ?? ''}`);

  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
});
