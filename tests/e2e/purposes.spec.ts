import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addFiles, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** What the owner allows a file to be used for, said on the Files page and kept to by answers, proofs and exports. */
test.describe.configure({ timeout: 180_000 });

let world: World;
let page: Page;
let folder: string;
const GOAL = 'Where is the sailing boat berthed?';
const no = (): Promise<boolean> => Promise.resolve(false);

test.beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'windhover-purposes-'));
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

async function allow(purpose: 'Answers' | 'Sharing', yes: boolean): Promise<void> {
  const box = page.getByRole('group', { name: /(This file|These files) may be used for/ }).getByLabel(purpose);
  await box.setChecked(yes);
  await expect(page.getByText(/^Saved for \d+ files?$/).last()).toBeVisible();
}

test('a file that is not for answers is left out and the answer says so; one that may not be shared is in no proof', async () => {
  await addFiles({ page }, [
    file('diary.md', '# Diary\n\nThe sailing boat is berthed at pier 9000.\n'),
    file('policy.md', '# Policy\n\nA hotel may cost at most 140 euro a night.\n'),
  ]);
  await openPage(page, 'Files');
  await page.getByRole('checkbox', { name: 'Choose diary.md' }).check();
  await allow('Answers', false);
  await expect(page.getByText('Not for answers')).toBeVisible();
  await page.reload();
  await expect(page.getByText('Not for answers')).toBeVisible();
  await runGoal({ page }, GOAL, no);
  const answer = page.getByRole('region', { name: 'Answer' });
  await expect(answer).toContainText('1 file was left out, because you do not allow it to be used for answers.');
  await expect(answer).not.toContainText('9000');

  await openPage(page, 'Files');
  await page.getByRole('button', { name: 'Choose all 2 files' }).click();
  await expect(page.getByRole('group', { name: 'These files may be used for' }).getByLabel('Answers')).toBeChecked({
    indeterminate: true,
  });
  await allow('Answers', true);
  await expect(page.getByText('Not for answers')).toHaveCount(0);
  const run = await runGoal({ page }, GOAL, no);
  await expect(answer).toContainText('9000');
  await expect(answer).not.toContainText('left out');
  await page.getByRole('button', { name: 'Save dossier' }).click();
  await expect(page.getByText(/It was made from diary.md, which you do not allow to be shared/).first()).toBeVisible();

  await openPage(page, 'Files');
  await page.getByRole('checkbox', { name: 'Choose diary.md' }).check();
  await allow('Sharing', true);
  await page.goto(`${world.url}/run/${run}`);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save dossier' }).click();
  expect((await saved).suggestedFilename()).toContain('.dossier.json');
});
