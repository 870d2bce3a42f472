import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { addFiles, exportJournal, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

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
    for (const words of ['pier 9000', 'diary.md', BOAT, HOTEL, '140 euro'])
      await expect(page.getByText(words), `${words} on ${path}`).toHaveCount(0);
  }
  const { path, report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  expect(report.missing.destroyed).toBeGreaterThan(10);
  const text = readFileSync(path, 'utf8');
  for (const words of ['pier 9000', 'diary.md', BOAT, HOTEL, '140 euro']) expect(text).not.toContain(words);
  expect(text).toContain('policy.md');
  await page.getByRole('group').filter({ hasText: 'run.started' }).first().click();
  await expect(page.getByText('You had this destroyed for good. The digest still verifies.')).toBeVisible();
});

test('what an agent was asked and answered goes with its run, and the agent goes on working', async () => {
  await addFiles({ page }, [file('diary.md', '# Diary\n\nThe sailing boat is berthed at pier 9000.\n')]);
  const agents = `${world.url}/agents`;
  await page.goto(agents);
  const make = async (name: string): Promise<void> => {
    await page.getByRole('button', { name: 'New agent' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill(name);
    await page.getByRole('button', { name: 'Make this agent' }).click();
    await expect(page.getByRole('region', { name, exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  };
  const card = (name: string) => page.getByRole('region', { name, exact: true });
  const give = async (name: string, goal: string): Promise<void> => {
    await card(name)
      .getByRole('textbox', { name: `A goal for ${name}` })
      .fill(goal);
    await card(name).getByRole('button', { name: 'Give', exact: true }).click();
  };
  await make('Desk');
  await make('Boats');
  await give('Desk', `Ask Boats: ${BOAT}`);
  await expect(card('Desk').getByText('Answered', { exact: true })).toBeVisible({ timeout: PATIENCE_MS });
  const run = await card('Boats').getByRole('link', { name: 'See the run' }).getAttribute('href');
  await page.goto(world.url + String(run));
  await page.getByRole('button', { name: `Destroy for good: ${BOAT}` }).click();
  const asking = page.getByRole('group', { name: `Destroy for good: ${BOAT}` });
  await expect(asking).toContainText('What your agents were asked and answered');
  await asking.getByRole('button', { name: 'Destroy for good', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'There is no such run' })).toBeVisible();

  await world.closeBrowser();
  page = await world.visit('/agents');
  for (const name of ['Desk', 'Boats']) {
    await expect(card(name).getByText('(destroyed for good)').first()).toBeVisible({ timeout: PATIENCE_MS });
    await card(name)
      .getByText(/^Message log/)
      .click();
    await expect(
      card(name)
        .getByText(/\(destroyed for good\)/)
        .nth(1),
    ).toBeVisible();
  }
  for (const words of ['pier 9000', BOAT]) await expect(page.getByText(words)).toHaveCount(0);
  const { path, report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  expect(readFileSync(path, 'utf8')).not.toMatch(/pier 9000|sailing boat is|berthed/);

  await page.goto(agents);
  await give('Boats', `${BOAT} Tell me.`);
  await expect(card('Boats').getByText('Answered', { exact: true }).last()).toBeVisible({ timeout: PATIENCE_MS });
  await expect(card('Boats').getByText(`${BOAT} Tell me.`, { exact: true })).toBeVisible();
});
