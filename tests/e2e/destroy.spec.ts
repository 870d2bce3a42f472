import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { addFiles, exportJournal, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** What the owner destroys for good is gone from every page, and the log still verifies. */
test.describe.configure({ timeout: 180_000 });

let world: World;
let page: Page;
let folder: string;
const BOAT = 'Where is the sailing boat berthed?';
const HOTEL = 'How much may a hotel cost?';
const no = (): Promise<boolean> => Promise.resolve(false);

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windhover-destroy-'));
  world = await World.open();
  page = await world.visit();
});
test.afterEach(async () => {
  await world.close();
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

test('a deleted file and an ended run are destroyed for good: no page shows them, Verify passes, the export says so', async () => {
  await addFiles({ page }, [
    file('diary.md', '# Diary\n\nThe sailing boat is berthed at pier 9000.\n'),
    file('policy.md', '# Policy\n\nA hotel may cost at most 140 euro a night.\n'),
  ]);
  const boat = await runGoal({ page }, BOAT, no);
  const hotel = await runGoal({ page }, HOTEL, no);
  await openPage(page, 'Files');
  await page.getByRole('button', { name: 'Delete diary.md' }).click();
  await page.getByRole('button', { name: 'Destroy for good: diary.md' }).click();
  const asking = page.getByRole('group', { name: 'Destroy for good: diary.md' });
  await expect(asking).toContainText('1 run that quotes it');
  await expect(asking).toContainText(BOAT);
  await expect(asking).toContainText('The journal still verifies');
  await asking.getByRole('button', { name: 'Keep it' }).click();
  await page.getByRole('button', { name: 'Destroy for good: diary.md' }).click();
  await asking.getByRole('button', { name: 'Destroy for good', exact: true }).click();
  await expect(page.getByText(/^Destroyed for good\. The journal still verifies/).first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Recently deleted' })).toHaveCount(0);

  await page.goto(`${world.url}/run/${hotel}`);
  await page.getByRole('button', { name: `Destroy for good: ${HOTEL}` }).click();
  await page
    .getByRole('group', { name: `Destroy for good: ${HOTEL}` })
    .getByRole('button', { name: 'Destroy for good', exact: true })
    .click();
  await expect(page.getByRole('heading', { name: 'There is no such run' })).toBeVisible();

  // A new browser on the same profile: every page, and every entry opened.
  await world.closeBrowser();
  page = await world.visit('/');
  for (const path of ['/', '/files', '/approvals', `/run/${boat}`, `/run/${hotel}`, '/audit']) {
    await page.goto(world.url + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    for (const words of ['9000', 'diary.md', BOAT, HOTEL, '140 euro'])
      await expect(page.getByText(words), `${words} on ${path}`).toHaveCount(0);
  }
  const { path, report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  expect(report.missing.destroyed).toBeGreaterThan(10);
  const text = readFileSync(path, 'utf8');
  for (const words of ['9000', 'diary.md', BOAT, HOTEL, '140 euro']) expect(text).not.toContain(words);
  expect(text).toContain('policy.md');
  await page.getByRole('group').filter({ hasText: 'run.started' }).first().click();
  await expect(page.getByText('You had this destroyed for good. The digest still verifies.')).toBeVisible();
});
