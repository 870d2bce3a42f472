import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const PAGES = [
  ...['/', '/approvals', '/files', '/audit', '/channels', '/models', '/policy'],
  ...['/agents', '/identity', '/settings', '/run/none'],
];

async function findings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}

async function ready(page: Page): Promise<void> {
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.getByText('Opening your vault…')).toHaveCount(0);
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [390, 1440]) {
    test(`axe finds nothing on a filled vault, ${colorScheme}, ${String(width)} px`, async ({ browser }) => {
      test.setTimeout(360_000);
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 }, locale: 'en-GB' });
      const page = await context.newPage();
      await page.goto('/?now=2026-11-19T09:00:00%2B01:00&zone=Europe/Paris');
      await ready(page);
      expect(await findings(page), 'first visit').toEqual([]);

      await page.getByRole('button', { name: 'Try with sample data' }).click();
      await expect(page.getByText(/^Read \d+ files/)).toBeVisible({ timeout: 60_000 });
      await page.getByRole('textbox', { name: 'Goal' }).fill('Total expenses by category since September');
      await expect(page.getByText('I understood:')).toBeVisible({ timeout: 20_000 });
      expect(await findings(page), 'a goal understood').toEqual([]);

      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await expect(page.locator('[data-status="complete"]')).toBeVisible({ timeout: 60_000 });
      expect(await findings(page), 'an answer').toEqual([]);
      await page
        .getByRole('button', { name: /^Source 1:/ })
        .first()
        .click();
      await expect(page.locator('mark').first()).toBeVisible();
      expect(await findings(page), 'an opened source').toEqual([]);
      await page.keyboard.press('Escape');

      for (const path of PAGES) {
        await page.goto(path);
        await ready(page);
        expect(await findings(page), path).toEqual([]);
      }
      await page.keyboard.press('Control+k');
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await findings(page), 'the palette').toEqual([]);
      await context.close();
    });
  }
}
