import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { exportJournal } from '../../src/cli/drive-app.ts';
import { verifyCommand } from '../../src/cli/verify.ts';
import { PATIENCE_MS, World } from './world.ts';

/** Something for the journal to say. */
async function saveName(page: Page, name: string): Promise<void> {
  await page.getByLabel('Your names').fill(name);
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByText('Settings saved')).toBeVisible({ timeout: PATIENCE_MS });
}

async function verdictOf(world: World, page: Page): Promise<{ readonly status: number; readonly said: string }> {
  await page.goto(`${world.url}/audit`);
  const download = page.waitForEvent('download');
  await page
    .getByRole('button', { name: /^Export/ })
    .first()
    .click();
  const file = join(world.profile, 'export.ndjson');
  writeFileSync(file, readFileSync(await (await download).path()));
  const said: string[] = [];
  const status = await verifyCommand([file], (line) => said.push(line));
  return { status, said: said.join('\n') };
}

test('another key signs at the press of a button, under the same identity, and all of it verifies', async () => {
  test.setTimeout(300_000);
  const world = await World.open();
  try {
    const page = await world.visit('/identity');
    const card = page.getByRole('region', { name: 'Windhover' });
    await expect(card).toBeVisible({ timeout: PATIENCE_MS });
    const digits = await card.locator('.groups').innerText();
    await page.getByRole('button', { name: 'Change the signing key' }).focus();
    await page.keyboard.press('Enter');
    await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole('button', { name: 'Change the key' }).click();
    await expect(page.getByText(/^The new key signs from entry \d+ on/)).toBeVisible({ timeout: PATIENCE_MS });
    const list = page.getByRole('list', { name: 'Keys and certificates' });
    await expect(list.getByText('Signs the journal')).toHaveCount(2);
    await expect(list.getByText('no longer in use')).toHaveCount(1);
    expect(await card.locator('.groups').innerText()).toBe(digits);

    await page.goto(`${world.url}/settings`);
    await saveName(page, 'Mara');
    const first = await verdictOf(world, page);
    expect(first.said).toContain('signs up to');
    expect(first, first.said).toMatchObject({ status: 0 });
    // The browser ends and starts again: the new key is the one that is there.
    await world.closeBrowser();
    const again = await world.visit('/settings');
    await saveName(again, 'Mara Lindqvist');
    await again.goto(`${world.url}/audit`);
    await again.getByRole('button', { name: 'Verify', exact: true }).click();
    await expect(again.getByText(/^Checked .+ entries from their bytes/)).toBeVisible({ timeout: PATIENCE_MS });
    const second = await verdictOf(world, again);
    expect(second, second.said).toMatchObject({ status: 0 });
    expect(second.said).not.toContain('NOT certified');
    expect((await exportJournal({ page: again })).report.keys).toHaveLength(2);
  } finally {
    await world.close();
  }
});
