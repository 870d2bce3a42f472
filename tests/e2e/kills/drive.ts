import { expect, type Locator, type Page } from '@playwright/test';
import { openPage, startGoal } from '../../../src/cli/drive-app.ts';
import { PATIENCE_MS } from '../world.ts';

/** A button that is not there by then has gone with the run. */
const CLICK_MS = 5_000;

/** States the goal and presses Run, without waiting for anything to come of it. @returns the newest run before it */
export async function orderRun(at: Page, goal: string): Promise<string> {
  await openPage(at, 'Goal');
  const none = at.getByText(/^Your runs will be listed here/);
  await newestRun(at).or(none).waitFor();
  const newest = (await none.isVisible()) ? '' : ((await newestRun(at).getAttribute('href')) ?? '');
  await at.getByRole('textbox', { name: 'Goal', exact: true }).fill(goal);
  await at.getByRole('button', { name: 'Run', exact: true }).click();
  return newest;
}

/** Opens the run that has come since. */
export async function openRunAfter(at: Page, before: string): Promise<void> {
  await expect(newestRun(at)).not.toHaveAttribute('href', before);
  await newestRun(at).click();
  await at.waitForURL(/\/run\//);
}

const newestRun = (at: Page): Locator => at.getByRole('region', { name: 'Recent runs' }).getByRole('link').first();

/** A click that comes after the end of a run changes nothing; so often it may come too late on a slow machine. */
const LATE_CLICKS_MAX = 20;

/** Starts runs until one is caught by the button before it ends. @returns that run */
export async function startAndPress(at: Page, goal: string, button: 'Pause' | 'Stop'): Promise<string> {
  const caught = at.locator(`[data-status="${button === 'Pause' ? 'paused' : 'cancelled'}"]`);
  const ended = at.locator('[data-status="complete"], [data-status="failed"]');
  for (let late = 0; late < LATE_CLICKS_MAX; late += 1) {
    const run = await startGoal({ page: at }, goal);
    await at
      .getByRole('button', { name: button, exact: true })
      .click({ timeout: CLICK_MS })
      .catch(() => undefined);
    await caught.or(ended).first().waitFor({ timeout: PATIENCE_MS });
    if (await caught.isVisible()) return run;
  }
  throw new Error(`${button} came too late ${LATE_CLICKS_MAX} times.`);
}

/** Answers every question of the open run with Approve, until it ends. */
export async function pursue(at: Page): Promise<void> {
  const ended = at.locator('[data-status="complete"], [data-status="failed"], [data-status="cancelled"]');
  const yes = at.getByRole('button', { name: 'Approve', exact: true });
  for (;;) {
    await ended.or(yes).first().waitFor({ timeout: PATIENCE_MS });
    if (await ended.isVisible()) return;
    // What is shown right after a start may be a question that was answered before it: then it goes away by itself. On a
    // slow machine a click may not come through in time: then the question is answered in the next round.
    const clicked = await yes.click({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
    if (clicked) await yes.waitFor({ state: 'hidden' });
  }
}
