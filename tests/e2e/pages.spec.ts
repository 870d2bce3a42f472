import { expect, test, type Page } from '@playwright/test';

const CLOCK = '/?now=2026-11-19T09:00:00%2B01:00&zone=Europe/Paris';

async function fillVault(page: Page): Promise<void> {
  await page.goto(CLOCK);
  await page.getByRole('button', { name: 'Try with sample data' }).click();
  await expect(page.getByText(/^Read \d+ files/)).toBeVisible({ timeout: 60_000 });
}

test('from the sample to a verified answer whose sources open in their place', async ({ page }) => {
  await fillVault(page);
  await page.getByRole('textbox', { name: 'Goal' }).fill('Who is still waiting for an answer from me?');
  await page.getByRole('textbox', { name: 'Goal' }).press('Enter');
  await expect(page).toHaveURL(/\/run\//);
  await expect(page.locator('[data-status="complete"]')).toHaveText('Complete', { timeout: 60_000 });
  for (const name of ['Plan', 'Timeline', 'Answer', 'Sources', 'Verdict', 'Cost']) {
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible();
  }
  const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
  expect(await steps.count()).toBeGreaterThan(0);
  for (const step of await steps.all()) await expect(step).toContainText('Done');
  const quote = page.getByRole('region', { name: 'Sources' }).locator('mark');
  await page
    .getByRole('button', { name: /^Source 1:/ })
    .first()
    .click();
  await expect(quote).toBeVisible();
  expect((await quote.innerText()).trim().length).toBeGreaterThan(0);
});

test('the audit page says in plain digits how far the journal is verified', async ({ page }) => {
  await fillVault(page);
  await page.goto('/audit');
  await expect(page.getByText(/^Verified up to \d+$/)).toBeVisible({ timeout: 30_000 });
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page.getByText(/^Checked \S+ entries from their bytes/)).toBeVisible({ timeout: 30_000 });
});

test('saving an answer asks with the exact content, and what is approved is what is saved', async ({ page }) => {
  await fillVault(page);
  await page.getByRole('textbox', { name: 'Goal' }).fill('Who is still waiting for an answer from me?');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'Save as file…' }).click({ timeout: 60_000 });
  const content = page.getByRole('group', { name: 'Exactly this will be written' });
  await expect(content).toBeVisible({ timeout: 60_000 });
  await page.goto('/approvals');
  await expect(content).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole('button', { name: 'Deny' })).toBeFocused();
  const shown = await content.evaluate((element) => element.textContent);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Approve' }).click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await saving).createReadStream()) chunks.push(chunk as Buffer);
  expect(Buffer.concat(chunks).toString('utf8')).toBe(shown);
});

test('a deleted file comes back by undo', async ({ page }) => {
  await fillVault(page);
  await page.goto('/files');
  const row = page.getByRole('list', { name: 'Your files' }).getByText('inbox.mbox');
  await page.getByRole('button', { name: 'Delete inbox.mbox' }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(row).toBeVisible();
});

test('settings that cannot be are refused with the reason, and right ones last over a reload', async ({ page }) => {
  await page.goto('/settings');
  await page.getByLabel('Your mail addresses').fill('alex');
  await page.getByRole('button', { name: 'Save settings' }).click();
  await expect(page.getByRole('alert')).toContainText('“alex” is not a mail address.');
  await page.getByLabel('Your mail addresses').fill('alex@example.org');
  await page.getByLabel('Theme').selectOption('dark');
  const save = page.getByRole('button', { name: 'Save settings' });
  await save.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(save).toBeFocused();
  await expect(save).toHaveAttribute('aria-disabled', 'true');
  await page.reload();
  await expect(page.getByLabel('Your mail addresses')).toHaveValue('alex@example.org');
});

test('on a phone every page is reached by the bar below or its button for the rest', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/');
  const bar = page.getByRole('navigation');
  await bar.getByRole('link', { name: 'Files' }).click();
  await expect(page).toHaveURL(/\/files$/);
  await expect(bar.getByRole('link', { name: 'Settings' })).toBeHidden();
  await bar.getByRole('button', { name: 'More' }).press('Enter');
  await bar.getByRole('link', { name: 'Settings' }).click();
  await expect(page).toHaveURL(/\/settings$/);
  await expect(bar.getByRole('link', { name: 'Settings' })).toBeHidden();
  await expect(bar.getByRole('button', { name: 'More' })).toHaveAttribute('aria-current', 'true');
});

test('nothing is wider than the screen at phone, tablet and laptop widths', async ({ page }) => {
  for (const width of [320, 390, 820, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    for (const path of [
      '/',
      '/approvals',
      '/files',
      '/audit',
      '/channels',
      '/policy',
      '/models',
      '/identity',
      '/settings',
    ]) {
      await page.goto(path);
      await expect(page.locator('h1')).toBeVisible();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
        `${path} at ${String(width)}`,
      ).toBeLessThanOrEqual(0);
    }
  }
});
