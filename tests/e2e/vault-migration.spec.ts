import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
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

/** Word for word: how parts are spaced, and how much of a name a chart has room for, is not part of what is kept. */
function wordsOf(answer: string): string {
  return answer.replaceAll(/\s+/g, ' ').replace(/(?<= in materials 0200400600800).*(?= The numbers of this chart)/, '');
}

test('a profile from before the vault opens without loss, can be locked, and nothing of the old one is left', async () => {
  const before = JSON.parse(readFileSync(join(FIXTURE, 'facts.json'), 'utf8')) as Before;
  let page = await world.visit(before.run);
  await expect(page.getByRole('region', { name: 'Answer' })).toBeVisible();
  const answer = (await page.getByRole('region', { name: 'Answer' }).textContent()) ?? '';
  expect(wordsOf(answer)).toBe(wordsOf(before.answer));
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

/** Changes one byte in the middle of each of these sealed files of the old profile, from a page that starts no agent. */
async function flip(page: Page, files: readonly string[]): Promise<void> {
  await page.evaluate(async (names) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('blobs');
    for (const name of names) {
      const handle = await folder.getFileHandle(name);
      const bytes = new Uint8Array(await (await handle.getFile()).arrayBuffer());
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 1;
      const stream = await handle.createWritable();
      await stream.write(bytes);
      await stream.close();
    }
  }, files);
}

const oldFiles = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('blobs').catch(() => null);
    const names: string[] = [];
    if (folder !== null) for await (const [name] of folder.entries()) if (name.endsWith('.bytes')) names.push(name);
    return names.sort();
  });

test('files of an older version that cannot be read are told by name, its data is kept, read again, and deleted by its owner only', async () => {
  const outside = '/sample/manifest.json';
  let page = await world.visit(outside);
  const files = await oldFiles(page);
  expect(files).toHaveLength(2);
  await flip(page, files);
  await page.goto(world.url);
  await expect(page.getByText('Some of what an older version kept could not be read, and')).toBeVisible();
  // It is the same at the next start: nothing goes by itself.
  await world.closeBrowser();
  page = await world.visit('/');
  await page.getByRole('link', { name: 'See what' }).click();
  const notice = page.getByRole('region', { name: 'Backup' });
  await expect(notice.getByRole('heading', { name: 'Some of what an older version kept' })).toBeVisible();
  for (const name of ['faq.md', 'materials.csv']) await expect(notice.getByText(name)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Bring it back' })).toHaveCount(0);
  const again = notice.getByRole('button', { name: 'Try to read the files again' });
  await again.click();
  await expect(page.getByText('The files still cannot be read')).toBeVisible();
  expect(await oldFiles(page)).toEqual(files);

  // One of them can be read after all.
  await flip(page, files.slice(0, 1));
  await again.click();
  await expect(page.getByText('1 file could be read and is here now')).toBeVisible();
  await expect(notice.getByText('One file:')).toBeVisible();
  await notice.getByRole('button', { name: 'Delete the older data' }).click();
  await expect(notice.getByText('is then lost for good')).toBeVisible();
  expect(await oldFiles(page)).toEqual(files);
  await notice.getByRole('button', { name: 'Delete it for good' }).click();
  await expect(page.getByText('Deleted what was set aside')).toBeVisible();
  expect(await oldFiles(page)).toEqual([]);
  await expect(page.getByText('Some of what an older version kept')).toHaveCount(0);
  await page.reload();
  await expect(
    page.getByRole('region', { name: 'Backup' }).getByRole('button', { name: 'Choose files' }),
  ).toBeVisible();
  await expect(page.getByText('Some of what an older version kept')).toHaveCount(0);
  const { report } = await exportJournal({ page });
  expect(report.ok).toBe(true);
});
