import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { exportJournal, openPage, runFrom, startGoal } from '../../src/cli/drive-app.ts';
import { egressHost, type EgressHost } from '../conformance/egress-host.ts';
import { QUESTION, openWayOut, openWithHost, runIs, sendingCard } from './sending.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** A goal whose answer goes to a real server: planned, shown to the byte, sent by the service worker, and told afterwards. */

let world: World;
let page: Page;
let host: EgressHost;

test.describe.configure({ timeout: 240_000 });
test.beforeEach(async () => {
  ({ world, page, host } = await openWithHost());
});
test.afterEach(async () => {
  await world.close();
  await host.close();
});

const address = (): string => `${host.origin}/v1/echo`;
const card = () => sendingCard(page);

test('the answer is sent to the named way out: exactly what the card showed, once, with its intent before it', async () => {
  await openWayOut(page, host);
  // Another tab, which only follows, says before the run what the run will do.
  const other = await world.visit('/');
  await other
    .getByRole('textbox', { name: 'Goal', exact: true })
    .fill(`${QUESTION} And send it as JSON to Status board.`);
  await expect(other.getByText('Planned: 3 steps')).toBeVisible({ timeout: PATIENCE_MS });
  await other.close();
  const run = await startGoal({ page }, `${QUESTION} And send it as JSON to Status board.`);
  await runIs(page, 'waiting-approval');
  const content = (await card().getByRole('group', { name: 'Exactly this will be sent' }).textContent()) ?? '';
  await expect(card().getByRole('group', { name: 'The request' })).toContainText(`POST ${address()}`);
  await expect(card()).toContainText(/private content, from .+/);
  expect(host.arrivals).toEqual([]);

  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  expect(host.arrivals).toHaveLength(1);
  expect(host.arrivals[0]).toMatchObject({ method: 'POST', url: '/v1/echo', body: content });
  expect(host.arrivals[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
  expect(host.arrivals[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
  expect(JSON.parse(content)).toMatchObject({ outcome: 'answered', goal: expect.stringContaining(QUESTION) });
  await expect(page.getByRole('region', { name: 'Cost' })).toContainText('the answer, as you approved');

  const exported = await exportJournal({ page });
  const types = exported.facts.map(({ fact }) => fact.type);
  const order = ['approval.given', 'step.started', 'egress.intent', 'egress.answered', 'run.completed'] as const;
  const places = order.map((type) => types.lastIndexOf(type));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(runFrom(exported, run)).toMatchObject({ status: 'complete' });
});

test('with no way out the plan says so before the run; denied, nothing leaves and the answer stays', async () => {
  await openPage(page, 'Goal');
  const goal = page.getByRole('textbox', { name: 'Goal' });
  await goal.fill(`${QUESTION} And send it to ${address()}`);
  await expect(page.getByText(/No way out of this device leads to 127\.0\.0\.1:\d+ yet/)).toBeVisible({
    timeout: PATIENCE_MS,
  });
  await openWayOut(page, host);
  await startGoal({ page }, `${QUESTION} And send it to ${address()}`);
  await runIs(page, 'waiting-approval');
  await card()
    .getByRole('textbox', { name: /^Reason/ })
    .fill('Not today');
  await page.keyboard.press('Enter');
  await runIs(page, 'complete');
  expect(host.arrivals).toEqual([]);
  await expect(page.getByRole('region', { name: 'Cost' })).toContainText(/Sent anywhere\s*nothing/);
});

test('of a calendar only the free times leave: the whole answer is refused with how to send less, the times are asked for', async () => {
  await openWayOut(page, host);
  const free = 'Find 3 slots of 30 minutes for me next week';
  await startGoal({ page }, `${free} and send it as JSON to Status board.`);
  await runIs(page, 'failed');
  await expect(page.getByText('and send it as free/busy to').first()).toBeVisible();

  await startGoal({ page }, `${free} and send it as free/busy to Status board.`);
  await runIs(page, 'waiting-approval');
  const content = (await card().getByRole('group', { name: 'Exactly this will be sent' }).textContent()) ?? '';
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  expect(host.arrivals).toHaveLength(1);
  expect(host.arrivals[0]?.body).toBe(content);
  const times = JSON.parse(content) as Record<string, string>[];
  expect(times.length).toBeGreaterThan(0);
  for (const { start = '', end = '', ...rest } of times) {
    expect(rest).toEqual({ status: 'free' });
    expect([start, end].map((at) => new Date(at).toISOString().replace('.000Z', 'Z'))).toEqual([start, end]);
    expect(Date.parse(end) - Date.parse(start)).toBe(30 * 60_000);
  }
});

test('a standing yes sends the next answer without a card, is told on the page, and taken back it asks again', async () => {
  await openWayOut(page, host);
  const goal = `${QUESTION} And send it to Status board.`;
  await startGoal({ page }, goal);
  await runIs(page, 'waiting-approval');
  await card().getByRole('checkbox', { name: 'And do the same again without asking me' }).check();
  await card().getByRole('spinbutton', { name: 'So many times, at most' }).fill('3');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  const second = await startGoal({ page }, goal);
  await runIs(page, 'complete');
  expect(host.arrivals).toHaveLength(2);

  await openPage(page, 'Approvals');
  const grants = page.getByRole('region', { name: 'Standing yeses' });
  await expect(grants).toContainText('2 more times');
  await grants.getByText('Used once').click();
  await expect(grants.getByRole('link')).toHaveAttribute('href', new RegExp(second));
  await grants.getByRole('button', { name: /^Take back: POST/ }).click();
  await grants.getByRole('button', { name: 'Take back', exact: true }).click();
  await expect(grants).toContainText('Taken back.');

  await startGoal({ page }, goal);
  await runIs(page, 'waiting-approval');
  expect(host.arrivals).toHaveLength(2);
});

test('an answer for two places is asked about once; one yes sends it to both, each once, and one that is unticked stays', async () => {
  const other = await egressHost();
  try {
    await openWayOut(page, host);
    await openWayOut(page, other, 'Ops hook');
    const goal = `${QUESTION} And send it to Status board and to Ops hook.`;
    await startGoal({ page }, goal);
    await runIs(page, 'waiting-approval');
    const plan = page.getByRole('article', {
      name: /^Approval: Send 2 requests, to 127\.0\.0\.1:\d+ and to 127\.0\.0\.1:\d+$/,
    });
    await expect(plan.getByRole('checkbox')).toHaveCount(2);
    await expect(plan).toContainText('1, this one');
    const content = (await plan.getByRole('group', { name: /^Exactly this/ }).textContent()) ?? '';
    expect([...host.arrivals, ...other.arrivals]).toEqual([]);
    await looksRight(page);
    // By keyboard alone: untick, tick again, and approve with the space bar.
    const second = plan.getByRole('checkbox').nth(1);
    await second.focus();
    await page.keyboard.press('Space');
    await expect(second).not.toBeChecked();
    await page.keyboard.press('Space');
    await expect(second).toBeChecked();
    await plan.getByRole('button', { name: 'Approve', exact: true }).focus();
    await page.keyboard.press('Enter');
    await runIs(page, 'waiting-approval');
    await page.keyboard.press('Space');
    await runIs(page, 'complete');
    for (const { arrivals } of [host, other]) {
      expect(arrivals).toHaveLength(1);
      expect(arrivals[0]).toMatchObject({ method: 'POST', url: '/v1/echo', body: content });
    }
    await expect(page.getByRole('region', { name: 'Cost' })).toContainText(/Questions to you\s*1/);

    await startGoal({ page }, goal);
    await runIs(page, 'waiting-approval');
    await plan.getByRole('checkbox').nth(0).uncheck();
    await plan.getByRole('button', { name: 'Approve', exact: true }).click();
    await runIs(page, 'complete');
    expect([host.arrivals.length, other.arrivals.length]).toEqual([1, 2]);
    await expect(page.getByText('You left it out when you approved the rest of the plan.')).toBeVisible();
  } finally {
    await other.close();
  }
});

/** No finding of axe's and nothing wider than a phone, in light and dark. */
async function looksRight(page: Page): Promise<void> {
  const before = page.viewportSize();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [390, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const wider = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
      expect(wider, `wider than ${String(width)}`).toBe(false);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([]);
    }
  }
  if (before !== null) await page.setViewportSize(before);
}
