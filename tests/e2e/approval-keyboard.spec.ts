import { expect, test, type Page } from '@playwright/test';
import { exportJournal, startGoal } from '../../src/cli/drive-app.ts';
import { egressHost, type EgressHost } from '../conformance/egress-host.ts';
import { tabTo } from './keyboard.ts';
import { QUESTION, openWayOut, openWithHost, runIs } from './sending.ts';
import type { World } from './world.ts';

/** A card answered by somebody who has a keyboard and nothing else: found, read, changed and approved, never by accident. */
let world: World;
let page: Page;
let host: EgressHost;
let other: EgressHost;

test.describe.configure({ timeout: 240_000 });
test.beforeEach(async () => {
  ({ world, page, host } = await openWithHost());
  other = await egressHost();
});
test.afterEach(async () => {
  await world.close();
  await host.close();
  await other.close();
});

const card = () => page.getByRole('article', { name: /^Approval: Send 2 requests/ });
const approve = () => card().getByRole('button', { name: 'Approve', exact: true });
/** Enter, at every place of the card that is only looked at or ticked: nothing may come of it. */
async function enterDoesNothing(): Promise<void> {
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'waiting-approval');
}

test('a card is found, read to its end, changed and approved with the keyboard alone, and Enter and Escape decide nothing', async () => {
  await openWayOut(page, host);
  await openWayOut(page, other, 'Ops hook');
  await startGoal({ page }, `${QUESTION} And send it as JSON to Status board and to Ops hook.`);
  await runIs(page, 'waiting-approval');
  await page.locator('#content').focus();

  const [first, second] = [card().getByRole('checkbox').nth(0), card().getByRole('checkbox').nth(1)];
  await tabTo(first);
  await enterDoesNothing();
  const request = card().getByRole('group', { name: /^The request/ });
  await tabTo(request.nth(0));
  await tabTo(second);
  await page.keyboard.press('Space');
  await expect(second).not.toBeChecked();
  await tabTo(request.nth(1));

  const content = () => card().getByRole('group', { name: /^Exactly this/ });
  await tabTo(content());
  const scrolled = () => content().evaluate((area) => area.scrollHeight - area.clientHeight - area.scrollTop);
  expect(await scrolled(), 'there is more than is seen at once').toBeGreaterThan(0);
  await page.keyboard.press('End');
  await expect.poll(scrolled).toBeLessThanOrEqual(1);
  await page.keyboard.press('Escape');
  await enterDoesNothing();

  // Editing: Escape leaves the field while nothing was typed, and throws nothing away once something was.
  const edit = card().getByRole('button', { name: 'Edit', exact: true });
  const field = card().getByRole('textbox', { name: 'The text, as you want it' });
  await tabTo(edit);
  await page.keyboard.press('Space');
  await expect(field).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(edit).toBeFocused();
  await page.keyboard.press('Space');
  await expect(field).toBeFocused();
  await page.keyboard.press('Control+a');
  await page.keyboard.type('{"free":true}');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('{"free":true}');
  await tabTo(card().getByRole('button', { name: 'Use this text' }), 'Shift+Tab');
  await page.keyboard.press('Space');
  await expect(content()).toHaveText('{"free":true}');
  await expect(card()).toBeFocused();
  await expect(first).toBeChecked();
  await expect(second, 'what was unticked stays so, though its bytes are others').not.toBeChecked();

  await tabTo(approve());
  await enterDoesNothing();
  await page.keyboard.press('Escape');
  expect([...host.arrivals, ...other.arrivals]).toEqual([]);
  await page.keyboard.press('Space');
  await runIs(page, 'complete');
  await expect(card()).toHaveCount(0);
  await expect(page.locator('#content')).toBeFocused();
  expect(host.arrivals).toMatchObject([{ body: '{"free":true}' }]);
  expect(other.arrivals).toEqual([]);
  const given = (await exportJournal({ page })).facts.filter(({ fact }) => fact.type === 'approval.given');
  expect(given).toHaveLength(1);
});
