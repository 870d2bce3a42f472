import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { exportJournal, openPage, runGoal, type ExportedFact } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/**
 * A browser profile that the version before the vault wrote: its data lies under the address that it was written from,
 * so the app is served there.
 */
const FIXTURE = 'tests/fixtures/profile-1';
const PORT = 48_131;

interface Before {
  readonly answer: string;
  /** Path of the run's page. */
  readonly run: string;
  readonly facts: readonly ExportedFact[];
}

test.describe.configure({ timeout: 180_000 });

let world: World;
test.beforeEach(async () => {
  world = await World.open({ port: PORT });
  execFileSync('tar', ['-xzf', join(FIXTURE, 'profile.tgz'), '-C', world.profile]);
});
test.afterEach(() => world.close());

test('a profile from before the vault opens without loss, can be locked, and nothing of the old one is left', async () => {
  const before = JSON.parse(readFileSync(join(FIXTURE, 'facts.json'), 'utf8')) as Before;
  let page = await world.visit(before.run);
  await expect(page.getByRole('region', { name: 'Answer' })).toBeVisible();
  expect(await page.getByRole('region', { name: 'Answer' }).textContent()).toBe(before.answer);
  await openPage(page, 'Files');
  for (const name of ['faq.md', 'materials.csv']) await expect(page.getByText(name).first()).toBeVisible();
  // Files of before are for answers only until their owner says more: what runs say of them would stay out of the export.
  await page.getByRole('button', { name: /^Choose all/ }).click();
  await page.getByRole('group', { name: 'These files may be used for' }).getByLabel('Sharing').check();
  await expect(page.getByText(/^Saved for \d+ files$/).first()).toBeVisible();
  const { report, facts } = await exportJournal({ page });
  expect(report.ok).toBe(true);
  expect(facts.slice(0, before.facts.length)).toEqual(before.facts);

  // What was asked before can be asked again: the files were taken along.
  await runGoal({ page }, 'Total Menge by Ware in materials', () => Promise.resolve(false));
  expect(await page.getByRole('region', { name: 'Answer' }).textContent()).toContain('Pendelleuchte 300: 735');
  const kept = await page.evaluate(async () => {
    const names = (await indexedDB.databases()).map(({ name }) => name);
    const folders: string[] = [];
    const root = (await navigator.storage.getDirectory()) as unknown as AsyncIterable<[string]> & {
      keys(): AsyncIterable<string>;
    };
    for await (const folder of root.keys()) folders.push(folder);
    return { names, folders };
  });
  expect(kept.names).not.toContain('windhover');
  expect(kept.names).not.toContain('windhover-journal');
  expect(kept.folders).not.toContain('journal');
  expect(kept.folders).not.toContain('blobs');

  await openPage(page, 'Settings');
  await expect(page.getByText('was made by an older version and cannot be wrapped')).toBeVisible();
  await page.getByRole('button', { name: 'Set a passphrase' }).click();
  await page.getByRole('textbox', { name: 'New passphrase' }).fill('a heron over the weir');
  await page.getByRole('textbox', { name: 'The same again' }).fill('a heron over the weir');
  await page.getByRole('button', { name: 'Set the passphrase' }).click();
  await expect(page.getByText('The passphrase opens your vault now')).toBeVisible();
  await world.closeBrowser();
  page = await world.visit(before.run);
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  await page.getByLabel('Passphrase', { exact: true }).fill('a heron over the weir');
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Answer' })).toBeVisible();
  expect((await exportJournal({ page })).report.ok).toBe(true);
});
