import { expect, test, type Page } from '@playwright/test';
import { exportJournal, openPage, startGoal } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS } from './world.ts';

/** A question that waits while nobody looks is told by the system; from there it is opened or denied, and never approved. */
const GOAL = 'Write the status report for the Harbour Library from these files and save it as report.md';
const HIDDEN = `Object.defineProperty(document, 'hidden', { get: () => globalThis.looksAway === true });`;

interface Notice {
  readonly text: string;
  readonly actions: readonly string[];
}

const noticesOf = (page: Page): Promise<Notice[]> =>
  page.evaluate(async () => {
    const shown = await (await navigator.serviceWorker.ready).getNotifications();
    return shown.map((notice) => ({
      text: `${notice.title} ${notice.body}`,
      actions: (notice as unknown as { actions: { action: string }[] }).actions.map(({ action }) => action),
    }));
  });

test.setTimeout(240_000);

test('a waiting question is told once, without what it asks; denying it there ends it, and nothing there approves', async () => {
  const { world, page } = await openWithSample({ initScript: HIDDEN });
  await world.context.grantPermissions(['notifications']);
  await page.reload();
  await openPage(page, 'Settings');
  await expect(page.getByText('You are told when a question waits.')).toBeVisible();
  await openPage(page, 'Goal');
  await page.evaluate(() => Object.assign(globalThis, { looksAway: true }));
  const run = await startGoal({ page }, GOAL);
  const status = page.locator('[data-status]');
  await expect(status).toHaveAttribute('data-status', 'waiting-approval', { timeout: PATIENCE_MS });
  await expect.poll(() => noticesOf(page)).toHaveLength(1);
  const [notice] = await noticesOf(page);
  expect(notice?.actions).toEqual(['open', 'deny']);
  expect(notice?.text).not.toMatch(/report|Harbour|Save/);

  const [worker] = world.context.serviceWorkers();
  await worker?.evaluate(`registration.getNotifications().then(([notification]) =>
    dispatchEvent(new NotificationEvent('notificationclick', { notification, action: 'deny' })))`);
  await expect(status).toHaveAttribute('data-status', 'complete', { timeout: PATIENCE_MS });
  await expect.poll(() => noticesOf(page)).toEqual([]);
  const facts = (await exportJournal({ page })).facts.map(({ fact }) => fact);
  expect(facts).toContainEqual(
    expect.objectContaining({ type: 'approval.denied', run, reason: 'Denied from a notification' }),
  );
  expect(facts.map(({ type }) => type)).not.toContain('approval.given');
  await world.close();
});
