import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addSample, openPage } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The built-in model that reads goals, as it comes with the app. */
const SAID = 'Wem habe ich noch nicht geantwortet?';
const MEANT = 'Tell me who waits for my answer in my mail.';

test.describe.configure({ timeout: 180_000 });

/** The service worker has fetched all that it keeps. */
async function offlineCopy(page: Page): Promise<void> {
  const state = (): Promise<string | undefined> =>
    page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state);
  await expect.poll(state, { timeout: PATIENCE_MS }).toBe('activated');
}

test('a goal that the rules do not understand is understood by the built-in model, offline, and says so', async () => {
  const { world, page } = await openWithSample();
  try {
    await offlineCopy(page);
    await world.stopServer();
    await page.reload();
    await page.getByRole('textbox', { name: 'Goal' }).fill(SAID);
    const understood = page.getByRole('region', { name: 'I understood' });
    await expect(understood.getByText(MEANT)).toBeVisible({ timeout: PATIENCE_MS });
    await expect(
      understood.getByText(/^The built-in model read this goal, on this device\. It is \d+% sure/),
    ).toBeVisible();
    await page.getByRole('textbox', { name: 'Goal' }).fill('Summarise this mailbox');
    await expect(understood.getByText(/^Summarise my mail/)).toBeVisible({ timeout: PATIENCE_MS });
    await expect(understood.getByText('The built-in model read this goal')).toBeHidden();
    expect(world.egress).toEqual([]);
  } finally {
    await world.close();
  }
});

test('its owner turns it off on the Models page: it is not loaded any more, until it is turned on again', async () => {
  const { world, page } = await openWithSample();
  try {
    await offlineCopy(page);
    const asked: string[] = [];
    world.context.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const reader = page.getByRole('checkbox', { name: 'Read goals with the built-in model' });
    const understood = page.getByRole('region', { name: 'I understood' });
    const turn = async (to: 'on' | 'off', words: string): Promise<void> => {
      await openPage(page, 'Models');
      // The page itself reads the file, to show what it is.
      await expect(page.getByRole('region', { name: 'Built-in goal reader' }).locator('code')).toBeVisible();
      await expect(reader).toBeChecked({ checked: to === 'off' });
      await reader.setChecked(to === 'on');
      await expect(page.getByText(words).first()).toBeVisible();
      await openPage(page, 'Goal');
      await page.reload();
      asked.length = 0;
      await page.getByRole('textbox', { name: 'Goal' }).fill(SAID);
    };
    await turn('off', 'Goals are read by the rules alone.');
    await expect(page.getByText('It understands goals in English only.')).toBeVisible({ timeout: PATIENCE_MS });
    // It would be made ready by now.
    await page.waitForTimeout(3_000);
    expect(asked).not.toContain('/models/goal-reader.bin');
    await turn('on', 'The built-in model reads goals beside the rules.');
    await expect(understood.getByText(MEANT)).toBeVisible({ timeout: PATIENCE_MS });
    expect(asked).toContain('/models/goal-reader.bin');
  } finally {
    await world.close();
  }
});

test('without the model, goals are read by the rules, which say what they do not understand', async () => {
  const { world, page } = await openWithSample();
  try {
    await offlineCopy(page);
    await world.context.route('**/models/*', (route) => route.abort());
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await (await caches.open(name)).delete('/models/goal-reader.bin');
    });
    await world.stopServer();
    await page.reload();
    await page.getByRole('textbox', { name: 'Goal' }).fill(SAID);
    await expect(page.getByText('It understands goals in English only.')).toBeVisible({ timeout: PATIENCE_MS });
    await page.getByRole('textbox', { name: 'Goal' }).fill('Summarise this mailbox');
    const understood = page.getByRole('region', { name: 'I understood' });
    await expect(understood.getByText(/^Summarise my mail/)).toBeVisible({ timeout: PATIENCE_MS });
  } finally {
    await world.close();
  }
});

const DAMAGES: readonly (readonly [string, (file: string) => void])[] = [
  ['is missing', (file) => rmSync(file)],
  [
    'has one byte changed',
    (file) => {
      const bytes = readFileSync(file);
      bytes[bytes.length - 1]! ^= 1;
      writeFileSync(file, bytes);
    },
  ],
];

for (const [what, damage] of DAMAGES)
  test(`where the model’s file ${what} in what is served, the Models page says so and the rules go on`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'windhover-without-reader-'));
    cpSync('build', folder, { recursive: true });
    damage(join(folder, 'models', 'goal-reader.bin'));
    const world = await World.open({ root: folder });
    try {
      const page = await world.visit();
      await addSample({ page });
      await openPage(page, 'Models');
      const reader = page.getByRole('region', { name: 'Built-in goal reader' });
      await expect(reader).toContainText('Its file is not here now, or was changed.', { timeout: PATIENCE_MS });
      await expect(reader).toContainText('goals are read by the rules alone');
      await expect(reader.locator('code')).toHaveCount(0);
      await openPage(page, 'Goal');
      await page.getByRole('textbox', { name: 'Goal' }).fill(SAID);
      await expect(page.getByText('It understands goals in English only.')).toBeVisible({ timeout: PATIENCE_MS });
      await page.getByRole('textbox', { name: 'Goal' }).fill('Summarise this mailbox');
      const understood = page.getByRole('region', { name: 'I understood' });
      await expect(understood.getByText(/^Summarise my mail/)).toBeVisible({ timeout: PATIENCE_MS });
    } finally {
      await world.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
