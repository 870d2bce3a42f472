import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { echoHost } from '../fakes/echo-host.ts';
import { modelHost } from '../fakes/model-host.ts';
import { openPage } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** Models in the main job: of this device, offline, and behind a way out. What they cannot do is done without them. */
test.describe.configure({ timeout: 300_000 });

let world: World;
let host: { readonly close: () => Promise<void> } | null = null;
test.afterEach(async () => {
  await world.close();
  await host?.close();
  host = null;
});

const jobs = (page: Page) => page.getByRole('region', { name: 'Which model helps with what' });

async function choose(page: Page, job: string, model: string): Promise<void> {
  await jobs(page).getByRole('combobox', { name: job }).selectOption(model);
  await jobs(page).getByRole('button', { name: 'Save the choice' }).click();
  await expect(page.getByText('Which model helps with what is saved.').first()).toBeVisible();
}

async function run(page: Page, goal: string): Promise<void> {
  await openPage(page, 'Goal');
  await page.getByRole('textbox', { name: 'Goal' }).fill(goal);
  await page.getByRole('textbox', { name: 'Goal' }).press('Enter');
  await expect(page).toHaveURL(/\/run\//);
  await expect(page.locator('[data-status="complete"]')).toHaveText('Complete', { timeout: 4 * PATIENCE_MS });
}

const QUESTION = 'Whose consent does a flight need?';

test('a model of this device has its part in the plan, with the server gone; what it cannot answer is answered without it', async () => {
  const opened = await openWithSample();
  world = opened.world;
  const { page } = opened;
  await run(page, QUESTION);
  const without = await page
    .getByRole('region', { name: 'Answer', exact: true })
    .getByRole('listitem')
    .first()
    .innerText();
  await openPage(page, 'Models');
  await choose(page, 'Answering questions from your files', 'Tiny tool caller');
  await world.stopServer();
  await run(page, QUESTION);
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  await expect(steps.last()).toContainText('tinytool on this device answer from the passages');
  await expect(steps.last()).toContainText('Done');
  const answer = page.getByRole('region', { name: 'Answer', exact: true });
  await expect(answer.getByRole('listitem').first()).toHaveText(without);
  await expect(answer).toContainText('without it');
  expect(world.egress).toEqual([]);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

async function addProvider(page: Page, origin: string, model: string): Promise<void> {
  await openPage(page, 'Models');
  await page.getByRole('button', { name: 'Add a provider' }).click();
  await page.getByRole('textbox', { name: 'Address' }).fill(`${origin}/v1`);
  await page.getByRole('textbox', { name: 'Name' }).fill('Parrots');
  await page.getByRole('radio').nth(1).check();
  await page.getByRole('textbox', { name: 'Name' }).press('Enter');
  await jobs(page).getByRole('button', { name: 'List the models of Parrots' }).click();
  if (model !== '') await choose(page, 'Answering questions from your files', model);
}

const answerOf = (page: Page) => page.getByRole('region', { name: 'Answer', exact: true });

test('a provider is asked about the files with a yes to the exact bytes; its answer stands with its source, and denied it is answered without', async () => {
  const server = await echoHost();
  host = { close: server.close };
  const opened = await openWithSample();
  world = opened.world;
  const { page } = opened;
  await addProvider(page, server.origin, 'echo');

  const begin = async (): Promise<void> => {
    await openPage(page, 'Goal');
    await expect(page.getByText('Nothing leaves this device without your yes.')).toBeVisible();
    await page.getByRole('textbox', { name: 'Goal' }).fill(QUESTION);
    await page.getByRole('textbox', { name: 'Goal' }).press('Enter');
    await expect(page).toHaveURL(/\/run\//);
  };
  await begin();
  const content = page.getByRole('group', { name: /^Exactly this will be/ });
  await expect(content).toBeVisible();
  const shown = await content.evaluate((element) => element.textContent);
  expect(server.bodies).toEqual([]);
  await page.getByRole('button', { name: 'Approve' }).click();
  await expect(page.locator('[data-status="complete"]')).toHaveText('Complete', { timeout: 4 * PATIENCE_MS });
  expect(server.bodies).toEqual([shown]);
  await expect(answerOf(page)).toContainText(`Written from the passages by echo at Parrots. 1 request with`);
  const cost = page.getByRole('region', { name: 'Cost' });
  await expect(cost).toContainText('echo at Parrots');
  await expect(cost).toContainText(`to ${server.origin}`);
  await expect(cost).toContainText('no price given');
  await expect(cost).not.toContainText('On this device');
  await expect(
    answerOf(page)
      .getByRole('button', { name: /^Source 1:/ })
      .first(),
  ).toBeVisible();

  await begin();
  await expect(content).toBeVisible();
  await page.getByRole('button', { name: 'Deny' }).first().click();
  await expect(page.locator('[data-status="complete"]')).toHaveText('Complete', { timeout: 4 * PATIENCE_MS });
  expect(server.bodies).toHaveLength(1);
  await expect(answerOf(page)).toContainText('answered without it');
  await expect(cost).toContainText('On this device · no model');
  await expect(cost).toContainText('Sent anywhere nothing');
});

test('a provider is asked to plan what no method fits, and sees the goal alone', async () => {
  const parrots = await modelHost();
  host = parrots;
  const opened = await openWithSample();
  world = opened.world;
  const { page } = opened;
  await addProvider(page, parrots.origin, '');
  await choose(page, 'Planning what no method fits', 'parrot');
  const asked = (): readonly string[] => parrots.arrivals.flatMap(({ body }) => (body === '' ? [] : [body]));
  expect(asked()).toEqual([]);
  await openPage(page, 'Goal');
  await expect(page.getByText('its words, and nothing of your files')).toBeVisible();
  const goal = 'Get me ready for the offsite, please';
  await run(page, goal);
  expect(asked()).toHaveLength(1);
  const [sent = ''] = asked();
  const { messages } = JSON.parse(sent) as { messages: { role: string; content: string }[] };
  expect(messages.map(({ role }) => role)).toEqual(['system', 'user']);
  expect(messages[1]?.content).toBe(goal);
  await expect(answerOf(page)).toContainText('parrot');
  await expect(page.getByRole('region', { name: 'Cost' })).toContainText(`to ${parrots.origin}`);
  expect([...new Set(world.egress.map((url) => new URL(url).origin))]).toEqual([parrots.origin]);
});
