import { expect, test, type Page } from '@playwright/test';
import { exportJournal, openPage, startGoal } from '../../src/cli/drive-app.ts';
import type { EgressHost } from '../conformance/egress-host.ts';
import { QUESTION, approveWayOut, beginWayOut, openWithHost, runIs, sendingCard } from './sending.ts';
import type { World } from './world.ts';

/** A way out that costs something: the cap holds before a byte leaves, says so, and is raised by the owner alone. */
const GOAL = `${QUESTION} And send it as JSON to Paid board.`;

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

const card = () => sendingCard(page);
const money = () => page.getByRole('region', { name: 'Money', exact: true });

async function allow(day: string): Promise<void> {
  await openPage(page, 'Ways out');
  await money().getByRole('button', { name: 'Change limits' }).click();
  await money().getByRole('textbox', { name: 'One call' }).fill('0.02');
  await money().getByRole('textbox', { name: 'One run' }).fill('0.10');
  await money().getByRole('textbox', { name: 'A day' }).fill(day);
  await money().getByRole('textbox', { name: 'An agent, in all' }).fill('5');
  await money().getByRole('button', { name: 'Save limits' }).click();
  await expect(money()).toContainText(`of €${Number(day).toFixed(2)} today`);
}

async function changeCurrency(currency: string): Promise<void> {
  await money().getByRole('button', { name: 'Change limits' }).click();
  await money().getByRole('textbox', { name: 'Currency' }).fill(currency);
  await money().getByRole('button', { name: 'Save limits' }).click();
}

test('a cap that is reached keeps the second sending from leaving and says which and where; once raised, it goes', async () => {
  await openPage(page, 'Ways out');
  await expect(money()).toContainText('Nothing may cost anything.');
  await beginWayOut(page, host, 'Paid board');
  await page.getByText('Signature and price').click();
  await page.getByRole('textbox', { name: /^A call,/ }).fill('0.02');
  await page.getByRole('textbox', { name: /^Money a day,/ }).fill('1');
  await page.getByRole('textbox', { name: 'Where the price is from' }).fill('Price page of 1 November');
  await approveWayOut(page, 'Paid board');
  await expect(page.getByRole('region', { name: 'Paid board' })).toContainText('€0.02 a call');

  // Without the owner's money nothing that has a price is even asked about.
  await startGoal({ page }, GOAL);
  await runIs(page, 'failed');
  await expect(page.getByText(/the limit for one call is 0\.00 EUR/).first()).toBeVisible();

  await allow('0.03');
  await startGoal({ page }, GOAL);
  await runIs(page, 'waiting-approval');
  await expect(card()).toContainText('at most €0.02; today €0.00 of €0.03');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  expect(host.arrivals).toHaveLength(1);

  await startGoal({ page }, GOAL);
  await runIs(page, 'failed');
  await expect(
    page.getByText(/the limit for a day is 0\.03 EUR, of which 0\.01 EUR are left, so nothing was sent/).first(),
  ).toBeVisible();
  expect(host.arrivals).toHaveLength(1);

  await allow('0.50');
  await startGoal({ page }, GOAL);
  await runIs(page, 'waiting-approval');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await runIs(page, 'complete');
  expect(host.arrivals).toHaveLength(2);

  await openPage(page, 'Ways out');
  const board = page.getByRole('region', { name: 'Paid board' });
  await expect(board).toContainText('€0.04 of €1.00 spent today');
  // Limits in another currency: nothing is converted, so nothing is sent, and what was spent counts again afterwards.
  await changeCurrency('USD');
  await expect(money()).toContainText('US$0.00 of US$0.50 today');
  await expect(board).toContainText('The price is in EUR and your limits for money are in USD: nothing is sent by it');
  await startGoal({ page }, GOAL);
  await runIs(page, 'failed');
  await expect(
    page.getByText(/This costs 0\.02 EUR, and your limits are in USD, so nothing was sent/).first(),
  ).toBeVisible();
  expect(host.arrivals).toHaveLength(2);
  await openPage(page, 'Ways out');
  await changeCurrency('EUR');
  await expect(money()).toContainText('€0.04 of €0.50 today');
  await money().getByText('2 things that cost money').click();
  await expect(money().getByRole('list', { name: 'Everything that cost money' }).getByRole('listitem')).toHaveCount(2);
  const { facts } = await exportJournal({ page });
  const types = facts.map(({ fact }) => fact.type).filter((type) => /^(spend|egress)\./.test(type));
  const once = ['spend.reserved', 'egress.intent', 'spend.settled', 'egress.answered'];
  expect(types).toEqual([...once, ...once]);
});
