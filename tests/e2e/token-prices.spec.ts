import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { openPage } from '../../src/cli/drive-app.ts';
import { echoHost, type EchoHost } from '../fakes/echo-host.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** Tokens that cost money: what a test message and a question of a run come to, and a cap that keeps both from leaving. */
test.describe.configure({ timeout: 240_000 });

let world: World;
let page: Page;
let host: EchoHost;

test.beforeEach(async () => {
  host = await echoHost();
  ({ world, page } = await openWithSample());
});
test.afterEach(async () => {
  await world.close();
  await host.close();
});

const QUESTION = 'Whose consent does a flight need?';
const money = () => page.getByRole('region', { name: 'Money', exact: true });
const card = () => page.getByRole('region', { name: 'Parrots' });
const jobs = () => page.getByRole('region', { name: 'Which model helps with what' });
const answer = () => page.getByRole('region', { name: 'Answer', exact: true });

async function allow(call: string): Promise<void> {
  await openPage(page, 'Ways out');
  await money().getByRole('button', { name: 'Change limits' }).click();
  for (const [name, amount] of [
    ['One call', call],
    ['One run', '1'],
    ['A day', '1'],
    ['An agent, in all', '5'],
  ] as const)
    await money().getByRole('textbox', { name }).fill(amount);
  await money().getByRole('button', { name: 'Save limits' }).click();
  await expect(money().getByRole('button', { name: 'Change limits' })).toBeVisible();
}

async function ask(): Promise<void> {
  await openPage(page, 'Goal');
  await page.getByRole('textbox', { name: 'Goal' }).fill(QUESTION);
  await page.getByRole('textbox', { name: 'Goal' }).press('Enter');
  await expect(page).toHaveURL(/\/run\//);
}
const complete = () =>
  expect(page.locator('[data-status="complete"]')).toHaveText('Complete', { timeout: 4 * PATIENCE_MS });

async function sendTest(): Promise<void> {
  await openPage(page, 'Models');
  await card().getByRole('button', { name: 'List the models of Parrots' }).click();
  await card().getByRole('button', { name: 'Send the test message' }).click();
}

test('a test message and a question of a run cost what their tokens do; a cap that is too low refuses both before anything leaves', async () => {
  await allow('0.5');
  await openPage(page, 'Models');
  await page.getByRole('button', { name: 'Add a provider' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(`${host.origin}/v1`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Parrots');
  await page.getByRole('radio').nth(1).check();
  // What is wrong is said where it is typed.
  const sent = page.getByRole('textbox', { name: 'A million tokens sent, EUR' });
  await sent.fill('little');
  await page.getByRole('button', { name: 'Approve this provider' }).click();
  await expect(sent).toHaveAttribute('aria-invalid', 'true');
  await expect(sent).toHaveAccessibleDescription('Write an amount in digits, as 0.15; 0 where it costs nothing.');
  await expect(page.getByRole('textbox', { name: /^Money a day/ })).toHaveAccessibleDescription(/Write an amount/);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await sent.fill('10');
  await page.getByRole('textbox', { name: 'A million tokens written, EUR' }).fill('50');
  await page.getByRole('textbox', { name: /^Money a day/ }).fill('1');
  await page.getByRole('button', { name: 'Approve this provider' }).click();
  await expect(card()).toContainText('€10.00 sent, €50.00 written, a million tokens');

  // 100 tokens at 10 and 10 at 50 a million.
  await sendTest();
  await expect(card().getByRole('status')).toContainText('It cost €0.0015.');
  await jobs().getByRole('combobox', { name: 'Answering questions from your files' }).selectOption('echo');
  await jobs().getByRole('button', { name: 'Save the choice' }).click();
  await expect(page.getByText('Which model helps with what is saved.').first()).toBeVisible();

  await ask();
  const approve = page.getByRole('button', { name: 'Approve' });
  await expect(approve).toBeVisible();
  await expect(page.locator('main')).toContainText(/at most €0\.\d+; today €0\.0015 of €1\.00/);
  expect(host.bodies).toHaveLength(1);
  await approve.click();
  await complete();
  await expect(answer()).toContainText('It cost 0.0015 EUR.');
  expect(host.bodies).toHaveLength(2);

  await openPage(page, 'Ways out');
  await expect(money()).toContainText('€0.003 of €1.00 today');
  await money().getByText('2 things that cost money').click();
  const lines = money().getByRole('list', { name: 'Everything that cost money' }).getByRole('listitem');
  await expect(lines).toHaveCount(2);
  for (const line of await lines.all()) {
    await expect(line).toContainText('100 tokens sent, 10 written; €10.00 sent, €50.00 written, a million tokens');
    await expect(line).toContainText(/€0\.0015 spent of €0\.\d+, the rest given back/);
  }

  await allow('0.001');
  await sendTest();
  await expect(card().getByRole('alert').filter({ hasText: /./ })).toContainText('the limit for one call is 0.001 EUR');
  await ask();
  await complete();
  await expect(answer()).toContainText('the limit for one call is 0.001 EUR');
  expect(host.bodies).toHaveLength(2);
});
