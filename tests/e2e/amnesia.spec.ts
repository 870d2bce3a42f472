import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addSample, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** A browser or a cleaner that deletes some of the data must never make the app start as if there had been none. */
const no = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ timeout: 180_000 });

let world: World;

/** A vault with a finished run, its browser closed. */
async function oneWithData(): Promise<void> {
  world = await World.open();
  const page = await world.visit();
  await addSample({ page });
  await runGoal({ page }, 'How much may a hotel cost according to the travel policy?', no);
  await openPage(page, 'Audit');
  // The second copy follows within a second.
  await expect(page.getByText('both hold the same entries')).toBeVisible();
  await world.closeBrowser();
}

function lose(...folders: string[]): void {
  for (const folder of folders) rmSync(join(world.profile, 'Default', folder), { recursive: true });
}

async function expectLoss(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'Your data is gone, and it was here before' })).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Goal', exact: true })).toBeHidden();
  await expect(page.getByText('Your runs will be listed here')).toBeHidden();
}

test.afterEach(() => world.close());

test('when IndexedDB was emptied the next start says so on every page, in every tab, and goes on saying so', async () => {
  await oneWithData();
  lose('IndexedDB');
  await expectLoss(await world.visit('/'));
  await expectLoss(await world.visit('/audit'));
  await world.closeBrowser();
  await expectLoss(await world.visit('/'));
});

test('when IndexedDB and the private file system were emptied the pin alone still tells of the loss', async () => {
  await oneWithData();
  lose('IndexedDB', 'File System');
  await expectLoss(await world.visit('/'));
});

test('after the loss the owner can start over, knowingly, and the app works again', async () => {
  await oneWithData();
  lose('IndexedDB');
  const page = await world.visit('/');
  await expectLoss(page);
  await page.getByRole('textbox', { name: 'Type erase to confirm' }).fill('erase');
  await page.getByRole('button', { name: 'Erase all and start over' }).click();
  await expect(page.getByRole('textbox', { name: 'Goal', exact: true })).toBeVisible();
  await addSample({ page });
  await runGoal({ page }, 'Total expenses by category since September', no);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
});

test('when only the private file system was emptied, the journal is whole again from its second copy', async () => {
  await oneWithData();
  lose('File System');
  const page = await world.visit('/audit');
  await expect(page.getByText(/^Verified up to [1-9]\d*$/)).toBeVisible();
});
