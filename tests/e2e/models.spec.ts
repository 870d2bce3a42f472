import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { modelHost, type ModelHost } from '../fakes/model-host.ts';
import { World } from './world.ts';

/** A real host of models, added on the page and asked by the real service worker. */
let world: World;
let page: Page;
let host: ModelHost;

test.describe.configure({ mode: 'serial' });
test.setTimeout(150_000);

test.beforeAll(async () => {
  host = await modelHost();
  host.key = 'sk-right-1234';
  world = await World.open();
  page = await world.visit('/models');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
});

test.afterAll(async () => {
  await world.close();
  await host.close();
});

const card = () => page.getByRole('region', { name: 'Parrots' });

test('a provider is added with the keyboard: address, key, limits; nothing is sent by that', async () => {
  await expect(page.getByRole('heading', { name: 'No provider yet' })).toBeVisible();
  await page.getByRole('button', { name: 'Add a provider' }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Address' })).toBeFocused();
  await page.keyboard.type(`${host.origin}/v1`);
  await expect(page.getByText('this device', { exact: false }).first()).toBeVisible();
  await page.keyboard.press('Tab');
  await page.keyboard.type('Parrots');
  await page.keyboard.press('Tab');
  await page.keyboard.type('sk-wrong-1234');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.keyboard.press('Enter');
  await expect(card()).toBeVisible();
  await expect(card().getByText('kept encrypted on this device')).toBeVisible();
  expect(host.arrivals).toEqual([]);
});

test('a key that is wrong is said to be, and replaced; none of them is shown or kept in the clear', async () => {
  await card().getByRole('button', { name: 'List the models of Parrots' }).click();
  await expect(card().getByRole('alert').filter({ hasText: '401' })).toContainText('Enter a key that is valid');
  await card().getByRole('button', { name: 'Enter the key of Parrots' }).click();
  await card().getByLabel('New key').fill('sk-right-1234');
  await card().getByRole('button', { name: 'Keep this key' }).click();
  await expect(page.getByText('The key of Parrots is kept.')).toBeVisible();
  await card().getByRole('button', { name: 'List the models of Parrots' }).click();
  await expect(card().getByRole('combobox')).toHaveValue('parrot');
  expect(await page.content()).not.toContain('sk-right-1234');
  await card().getByText('2 changes of its key').click();
  const changes = card().getByRole('list', { name: 'Changes of the key of Parrots' }).getByRole('listitem');
  await expect(changes.locator('strong')).toHaveText(['Key replaced', 'Key set']);
  await expect(changes.first().getByRole('link')).toHaveText(/^Entry \d+$/);
  expect(host.arrivals.map(({ headers }) => headers.authorization)).toEqual([
    'Bearer sk-wrong-1234',
    'Bearer sk-right-1234',
  ]);
  for (const { headers } of host.arrivals)
    for (const name of ['cookie', 'referer']) expect(headers[name]).toBeUndefined();
});

test('the test message streams through the service worker, cut inside characters and JSON; what fails is told in words', async () => {
  for (const model of ['parrot', 'splits', 'whole', 'countless']) {
    await card().getByRole('combobox').selectOption(model);
    await card().getByRole('button', { name: 'Send the test message' }).click();
    await expect(card().getByText('tokens written'), model).toBeVisible();
    await expect(card().getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
    const last = JSON.parse(String(host.arrivals.at(-1)?.body)) as { messages: unknown };
    expect(last.messages).toEqual([{ role: 'user', content: 'Say hello in one short sentence.' }]);
  }
  for (const [model, words] of [
    ['busy', 'Try again in 7 seconds'],
    ['broke', 'no credit left'],
    ['forbidden', '(403)'],
    ['broken', 'failed (500)'],
    ['garbage', 'not what a host of models answers with'],
    ['cuts', 'lost in the middle of the answer'],
    ['ends-early', 'lost in the middle of the answer'],
    ['moody', 'The model runner crashed'],
    ['filtered', 'holds the answer back'],
  ] as const) {
    await card().getByRole('combobox').selectOption(model);
    await card().getByRole('button', { name: 'Send the test message' }).click();
    await expect(card().getByRole('alert').filter({ hasText: /./ }), model).toContainText(words);
  }
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
});

test('what a model writes is shown as it comes, and a stop ends the connection at the host, before the first byte too', async () => {
  for (const [model, waiting] of [
    ['stalls', card().locator('blockquote')],
    ['hangs', card().getByText('The host has four and a half minutes to begin')],
  ] as const) {
    await card().getByRole('combobox').selectOption(model);
    await card().getByRole('button', { name: 'Send the test message' }).click();
    await expect(waiting, model).toHaveText(/\w/);
    // One that was stopped before it got there would leave nothing to end.
    await expect.poll(() => host.arrivals.some(({ body }) => body.includes(`"${model}"`)), model).toBe(true);
    expect(host.hungUp).not.toContain(model);
    await card().getByRole('button', { name: 'Stop' }).click();
    await expect(card().getByRole('status'), model).toHaveText('Stopped: the connection to the host was ended.');
    await expect.poll(() => host.hungUp, model).toContain(model);
    await expect(card().getByRole('alert').filter({ hasText: /./ })).toHaveCount(0);
  }
  await expect(card().getByRole('button', { name: 'Send the test message' })).toBeEnabled();
});

test('each job is done without a model until one is chosen; what leaves for it is said, and what is gone is shown as such', async () => {
  const jobs = page.getByRole('region', { name: 'Which model helps with what' });
  const job = (name: string) => jobs.getByRole('combobox', { name });
  const answering = job('Answering questions from your files');
  for (const one of [answering, job('Wording of answers'), job('Planning what no method fits')]) {
    await expect(one).toHaveValue('');
    await expect(one).toHaveAccessibleDescription(/Nothing leaves this device/);
  }
  await page.reload();
  await expect(answering.getByRole('option')).toHaveText(['Without a model', 'Tiny tool caller']);
  await jobs.getByRole('button', { name: 'List the models of Parrots' }).click();
  await answering.selectOption('splits');
  await expect(answering).toHaveAccessibleDescription(
    `Each question goes to ${host.origin}, with the passages that were found for it. You see it to the byte first, and say yes or no.`,
  );
  await job('Wording of answers').selectOption('Tiny tool caller');
  await expect(job('Wording of answers')).toHaveAccessibleDescription('Nothing leaves this device for it.');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await jobs.getByRole('button', { name: 'Save the choice' }).click();
  await expect(page.getByText('Which model helps with what is saved.')).toBeVisible();
  await expect(jobs.getByText('Not saved yet')).toBeHidden();

  const chosen = (one: typeof answering): Promise<string> =>
    one.evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text ?? '');
  await page.reload();
  await expect.poll(() => chosen(answering)).toBe('splits');
  await expect.poll(() => chosen(job('Wording of answers'))).toBe('Tiny tool caller');
  await expect(job('Planning what no method fits')).toHaveValue('');
});

test('the button that lists models is there to be pressed only once nothing moves it any more: no click is lost', async () => {
  // Where it stood while it could be pressed, frame by frame.
  await page.addInitScript(() => {
    const stood: number[] = [];
    Object.assign(globalThis, { stood });
    const look = (): void => {
      const button = document.querySelector<HTMLButtonElement>('li [aria-label="List the models of Parrots"]');
      if (button?.disabled === false) stood.push(Math.round(button.getBoundingClientRect().top + scrollY));
      requestAnimationFrame(look);
    };
    look();
  });
  for (let time = 0; time < 3; time++) {
    await page.reload();
    await expect(page.getByRole('region', { name: 'Which model helps with what' })).toBeVisible();
    await expect(card().getByText('kept encrypted on this device')).toBeVisible();
    const stood = () => page.evaluate(() => (globalThis as unknown as { stood: number[] }).stood);
    await expect.poll(async () => (await stood()).length).toBeGreaterThan(20);
    expect(new Set(await stood()).size, String(await stood())).toBe(1);
    const before = host.arrivals.length;
    await card().getByRole('button', { name: 'List the models of Parrots' }).click();
    await expect(card().getByRole('combobox')).toBeVisible();
    expect(host.arrivals).toHaveLength(before + 1);
  }
});

test('a host whose answers may not be read is not reachable, and the check says what is missing', async () => {
  await page.reload();
  host.shares = false;
  await card().getByRole('button', { name: 'List the models of Parrots' }).click();
  const said = card().getByRole('alert').filter({ hasText: /./ });
  await expect(said).toContainText('The models of Parrots could not be listed.');
  await expect(said).toContainText('Check the connection');
  await expect(card().getByRole('button', { name: 'List the models of Parrots again' })).toHaveText(
    'List its models again',
  );
  await card().getByRole('button', { name: 'Check the connection of Parrots' }).click();
  await page.getByRole('button', { name: 'Show what would be asked' }).click();
  await expect(page.getByText(`GET ${host.origin}/v1/models`).first()).toBeVisible();
  await page.getByRole('button', { name: 'Send just this' }).click();
  await expect(page.getByRole('list', { name: 'What was found' }).getByRole('heading')).toHaveText([
    'No answer that this app may read',
  ]);
  host.shares = true;
  await page.getByRole('button', { name: 'Close' }).click();
  await card().getByRole('button', { name: 'List the models of Parrots again' }).click();
  await expect(card().getByRole('combobox')).toBeVisible();
  await expect(said).toHaveCount(0);
});

test('what was set stays after a reload, and what is removed is gone with its key', async () => {
  await page.reload();
  await expect(card().getByText('kept encrypted on this device')).toBeVisible();
  await card().getByRole('button', { name: 'List the models of Parrots' }).click();
  await expect(card().getByRole('combobox')).toBeVisible();
  await card().getByRole('button', { name: 'Remove Parrots' }).click();
  await card().getByRole('group', { name: 'Remove Parrots' }).getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByRole('heading', { name: 'No provider yet' })).toBeVisible();
  const jobs = page.getByRole('region', { name: 'Which model helps with what' });
  await expect(jobs.getByText('Its provider was removed. Until you choose another one')).toBeVisible();
  await expect(jobs.getByRole('combobox', { name: 'Answering questions from your files' })).toContainText(
    'splits (gone)',
  );
});
