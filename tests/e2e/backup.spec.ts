import { rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addFiles, addSample, exportJournal, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { ageCipher } from '../../src/adapters/age/age-cipher.ts';
import { incrementalSha256 } from '../../src/adapters/noble/sha256.ts';
import { checkedSeries } from '../../src/runtime/backup/checked-series.ts';
import { ContentDigest, type ContentSum } from '../../src/runtime/backup/content-digest.ts';
import { openSeries, unlockSeries } from '../../src/runtime/backup/open-series.ts';
import { findSeries } from '../../src/runtime/backup/series.ts';
import { checkTools } from '../fakes/journal.ts';
import { memoryBackupFolder } from '../fakes/memory-backup-folder.ts';
import { modelHost } from '../fakes/model-host.ts';
import { killBrowser } from './kills/interruptions.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The encrypted backup in a real browser: by itself, by hand, tested, cut off, and restored where nothing is left. */
const PASSPHRASE = 'harbour lantern seven pears';
const GOAL = 'How much may a hotel cost according to the travel policy?';
const no = (): Promise<boolean> => Promise.resolve(false);

/** Stands in for the operating system's dialog: the chosen folder is one of the origin's own. */
const FOLDER_DIALOG = `window.showDirectoryPicker = async () => {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle('chosen', { create: true });
};`;

test.describe.configure({ timeout: 300_000 });

type Files = Record<string, string>;

const worlds: World[] = [];
test.afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

async function newWorld(): Promise<{ world: World; page: Page }> {
  const world = await World.open({ initScript: FOLDER_DIALOG });
  worlds.push(world);
  const page = await world.visit();
  await expect(page.getByText('This tab does the work').first()).toBeVisible();
  return { world, page };
}

/** The files in the chosen folder, in base64. */
const folderOf = (page: Page): Promise<Files> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('chosen', { create: true });
    const found: Record<string, string> = {};
    for await (const [name, entry] of folder.entries()) {
      const bytes = new Uint8Array(await (await (entry as FileSystemFileHandle).getFile()).arrayBuffer());
      found[name] = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    }
    return found;
  });

const putFolder = (page: Page, files: Files): Promise<void> =>
  page.evaluate(async (given) => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry('chosen', { recursive: true }).catch(() => undefined);
    const folder = await root.getDirectoryHandle('chosen', { create: true });
    for (const [name, text] of Object.entries(given)) {
      const stream = await (await folder.getFileHandle(name, { create: true })).createWritable();
      await stream.write(Uint8Array.from(atob(text), (char) => char.charCodeAt(0)));
      await stream.close();
    }
  }, files);

const panel = (page: Page) => page.getByRole('region', { name: 'Backup' });
const lastBackedUp = (page: Page) => panel(page).getByText(/^All \d+ entries are in it/);

async function typePassphrase(page: Page): Promise<void> {
  await openPage(page, 'Settings');
  await panel(page).getByLabel('Passphrase for the backup').fill(PASSPHRASE);
  await panel(page).getByLabel('The same passphrase again').fill(PASSPHRASE);
}

async function backUpToFolder(page: Page): Promise<void> {
  await typePassphrase(page);
  await panel(page).getByRole('button', { name: 'Choose a folder and begin' }).click();
  await expect(lastBackedUp(page)).toBeVisible({ timeout: PATIENCE_MS });
}

const chooseFolder = (page: Page): Promise<void> => page.getByRole('button', { name: 'Choose the folder' }).click();

async function openBackup(page: Page, secret: string): Promise<void> {
  await page.getByLabel('Passphrase, or the key').fill(secret);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}

async function restore(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { name: 'What is in it' })).toBeVisible({ timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText('Restored, and proved')).toBeVisible({ timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Open what was restored' }).click();
  await page.waitForURL(/\/$/);
}

/** Opens a backup outside the browser, checks everything, and takes the digest of its first entries and files. */
async function contentOf(files: Files, entries = Infinity): Promise<ContentSum> {
  const bytes = new Map(
    Object.entries(files).map(([name, text]) => [name, new Uint8Array(Buffer.from(text, 'base64'))]),
  );
  const folder = memoryBackupFolder(bytes);
  const tools = { cipher: ageCipher(), tools: checkTools, hash: incrementalSha256 };
  const [found] = await findSeries(folder);
  const opened = await openSeries(tools, folder, found!, await unlockSeries(tools, folder, found!, PASSPHRASE));
  const content = new ContentDigest(tools.hash);
  let file: ReturnType<ContentDigest['file']> | null = null;
  let read = 0;
  for await (const part of checkedSeries(tools, folder, opened)) {
    if (part.kind === 'group')
      for (const { text, payload } of part.entries) if (read++ < entries) content.entry(text, payload);
    if (part.kind === 'file') file = content.file(part.id, part.size);
    if (part.kind === 'items') file?.items(part.items);
    if (part.kind === 'stored') file?.done();
  }
  return content.sum();
}

test('a vault backed up to a folder is tested, restored on a second profile to equal digests, and goes on there', async () => {
  const a = await newWorld();
  await addSample(a);
  const run = await runGoal(a, GOAL, no);
  const answer = await a.page.getByRole('region', { name: 'Answer' }).getByRole('listitem').first().innerText();
  await backUpToFolder(a.page);
  await panel(a.page).getByRole('button', { name: 'Test my backup' }).click();
  await expect(panel(a.page).getByText(/^Tested .+ it opens, and its \d+ entries and \d+ files are/)).toBeVisible({
    timeout: PATIENCE_MS,
  });

  // What comes after goes into one more segment, by itself.
  const first = await folderOf(a.page);
  await runGoal(a, 'Total expenses by category since September', no);
  await openPage(a.page, 'Settings');
  await expect(lastBackedUp(a.page)).toBeVisible({ timeout: PATIENCE_MS });
  await expect.poll(async () => Object.keys(await folderOf(a.page)).length).toBe(Object.keys(first).length + 1);
  const files = await folderOf(a.page);
  for (const [name, bytes] of Object.entries(first)) if (/-\d+\.age$/.test(name)) expect(files[name]).toBe(bytes);
  const backedUp = await contentOf(files);
  const exportedA = await exportJournal(a);
  expect(backedUp.entries.count).toBe(exportedA.facts.length);

  const b = await newWorld();
  await putFolder(b.page, files);
  await openPage(b.page, 'Settings');
  await chooseFolder(b.page);
  await openBackup(b.page, 'not the passphrase');
  await expect(b.page.getByText('This is not the passphrase of this backup.')).toBeVisible({ timeout: PATIENCE_MS });
  await openBackup(b.page, PASSPHRASE);
  await expect(b.page.getByText(`${String(backedUp.entries.count)} entries of the journal`)).toBeVisible();
  await restore(b.page);

  await b.page.goto(`${b.world.url}/run/${run}`);
  await expect(b.page.getByRole('region', { name: 'Answer' }).getByRole('listitem').first()).toHaveText(answer, {
    useInnerText: true,
  });
  await b.page
    .getByRole('button', { name: /^Source 1:/ })
    .first()
    .click();
  await expect(b.page.locator('mark').first()).toBeVisible();
  await b.page.keyboard.press('Escape');
  await runGoal(b, GOAL, no);
  const exportedB = await exportJournal(b);
  expect(exportedB.report.ok).toBe(true);
  expect(exportedB.facts.slice(0, exportedA.facts.length)).toEqual(exportedA.facts);
  expect(exportedB.facts[exportedA.facts.length]?.fact.type).toBe('agent.continued');

  await putFolder(b.page, {});
  await backUpToFolder(b.page);
  const again = await contentOf(await folderOf(b.page), backedUp.entries.count);
  expect(again.digest).toBe(backedUp.digest);
});

test('kill -9 in the middle of a backup leaves the last good one, and the next backup mends what was cut off', async () => {
  const { world, page } = await newWorld();
  await addSample({ page });
  await backUpToFolder(page);
  const good = await contentOf(await folderOf(page));
  const big = join(world.profile, 'big.txt');
  writeFileSync(
    big,
    Array.from({ length: 120_000 }, (_, line) => `Line ${String(line)} of the long log of the harbour.\n`).join(''),
  );
  await addFiles({ page }, [big]);
  await openPage(page, 'Settings');
  await expect(panel(page).getByRole('progressbar', { name: 'Backup progress' })).toBeVisible({ timeout: PATIENCE_MS });
  await killBrowser(world);

  let after = await world.visit('/settings');
  const left = await folderOf(after);
  const kept = await contentOf(left);
  expect(kept.entries.count).toBeGreaterThanOrEqual(good.entries.count);
  await expect(lastBackedUp(after)).toBeVisible({ timeout: PATIENCE_MS });
  const mended = await contentOf(await folderOf(after));
  expect(mended.files.size).toBe(good.files.size + 1);
  expect((await contentOf(await folderOf(after), good.entries.count)).entries.digest).toBe(good.entries.digest);

  // The last good series restores as well, on its own.
  const other = await newWorld();
  await putFolder(other.page, left);
  await openPage(other.page, 'Settings');
  await chooseFolder(other.page);
  await openBackup(other.page, PASSPHRASE);
  await restore(other.page);
  after = other.page;
  await openPage(after, 'Audit');
  await expect(after.getByText(/^Verified up to [1-9]\d*$/).first()).toBeVisible();
});

test('after the browser lost everything the recovery screen restores it; a damaged segment is named first', async () => {
  const { world, page } = await newWorld();
  await addSample({ page });
  await backUpToFolder(page);
  const files = await folderOf(page);
  await world.closeBrowser();
  for (const folder of ['IndexedDB', 'File System'])
    rmSync(join(world.profile, 'Default', folder), { recursive: true });

  const lost = await world.visit('/');
  await expect(lost.getByRole('heading', { name: 'Your data is gone, and it was here before' })).toBeVisible();
  const segment = Object.keys(files).find((name) => name.endsWith('-1.age')) ?? '';
  const bytes = Buffer.from(files[segment] ?? '', 'base64');
  bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
  await putFolder(lost, { ...files, [segment]: bytes.toString('base64') });
  await chooseFolder(lost);
  await openBackup(lost, PASSPHRASE);
  await lost.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(lost.getByText(new RegExp(`^${segment}: .*damaged|^${segment}: .*seal is broken`))).toBeVisible({
    timeout: PATIENCE_MS,
  });
  await expect(lost.getByRole('heading', { name: 'Your data is gone, and it was here before' })).toBeVisible();

  await putFolder(lost, files);
  await lost.getByRole('button', { name: 'Cancel' }).click();
  await chooseFolder(lost);
  await openBackup(lost, PASSPHRASE);
  await restore(lost);
  await openPage(lost, 'Files');
  await expect(lost.getByText('travel-policy').first()).toBeVisible();
  await openPage(lost, 'Audit');
  await expect(lost.getByText(/^Verified up to [1-9]\d*$/).first()).toBeVisible();
});

/** What the page saves when this button is pressed. */
async function savedBy(a: { world: World; page: Page }, button: string): Promise<string> {
  const download = a.page.waitForEvent('download');
  await panel(a.page).getByRole('button', { name: button }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toMatch(/^windhover-backup-[0-9a-f]{16}-\d+\.tar$/);
  const archive = join(a.world.profile, saved.suggestedFilename());
  await saved.saveAs(archive);
  return archive;
}

async function chooseFiles(page: Page, button: string, files: readonly string[]): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles([...files]);
}

test('by hand: what is new goes into a second file, both restore as one, and what was here can be brought back', async () => {
  const a = await newWorld();
  await addSample(a);
  await typePassphrase(a.page);
  await panel(a.page).getByRole('button', { name: 'Save by hand instead' }).click();
  await panel(a.page).getByRole('button', { name: 'Begin', exact: true }).click();
  await expect(panel(a.page).getByText('Not backed up yet')).toBeVisible({ timeout: PATIENCE_MS });
  const first = await savedBy(a, 'Save a backup');
  const later = join(a.world.profile, 'later.md');
  writeFileSync(later, '# Later\n\nThe ferry leaves at nine.\n');
  await addFiles(a, [later]);
  await openPage(a.page, 'Settings');
  const second = await savedBy(a, 'Save what is new');
  // What was saved before is not saved again.
  expect(statSync(second).size).toBeLessThan(statSync(first).size / 4);
  await expect(panel(a.page).getByText('2 saved files belong together')).toBeVisible();
  await chooseFiles(a.page, 'Test a saved backup', [second, first]);
  await expect(panel(a.page).getByText(/^Tested .+ it opens, and its \d+ entries and \d+ files are/)).toBeVisible({
    timeout: PATIENCE_MS,
  });

  const b = await newWorld();
  const mine = join(b.world.profile, 'mine.md');
  writeFileSync(mine, '# Mine\n\nThe tide turns at noon.\n');
  await addFiles(b, [mine]);
  await openPage(b.page, 'Settings');
  // The second alone does not begin at the beginning, and says so.
  await chooseFiles(b.page, 'Choose files', [second]);
  await openBackup(b.page, PASSPHRASE);
  await expect(b.page.getByText(/is missing\.$/).first()).toBeVisible({ timeout: PATIENCE_MS });
  await b.page.getByRole('button', { name: 'Cancel' }).click();
  await chooseFiles(b.page, 'Choose files', [first, second]);
  await openBackup(b.page, PASSPHRASE);
  await restore(b.page);
  await openPage(b.page, 'Files');
  await expect(b.page.getByText('travel-policy').first()).toBeVisible();
  await expect(b.page.getByText('later.md').first()).toBeVisible();
  await expect(b.page.getByText('mine.md')).toBeHidden();

  await openPage(b.page, 'Settings');
  await b.page.getByRole('button', { name: 'Bring it back' }).click();
  await b.page.waitForURL(/\/$/);
  await openPage(b.page, 'Files');
  await expect(b.page.getByText('mine.md').first()).toBeVisible();
  await expect(b.page.getByText('travel-policy')).toBeHidden();
});

test('a provider of models and its key come back with a backup on another profile, and it can be asked there', async () => {
  const host = await modelHost();
  host.key = 'sk-right-1234';
  try {
    const a = await newWorld();
    await openPage(a.page, 'Models');
    await a.page.getByRole('button', { name: 'Add a provider' }).click();
    await a.page.getByRole('textbox', { name: 'Address' }).fill(`${host.origin}/v1`);
    await a.page.getByRole('textbox', { name: 'Name' }).fill('Parrots');
    await a.page.getByLabel('Key', { exact: true }).fill(host.key);
    await a.page.getByRole('button', { name: 'Approve this provider' }).click();
    const provider = (page: Page) => page.getByRole('region', { name: 'Parrots' });
    await expect(provider(a.page).getByText('kept encrypted on this device')).toBeVisible();
    await backUpToFolder(a.page);
    const files = await folderOf(a.page);
    expect(host.arrivals).toEqual([]);

    const b = await newWorld();
    await putFolder(b.page, files);
    await openPage(b.page, 'Settings');
    await chooseFolder(b.page);
    await openBackup(b.page, PASSPHRASE);
    await restore(b.page);
    await openPage(b.page, 'Models');
    await expect(provider(b.page).getByText('kept encrypted on this device')).toBeVisible();
    await provider(b.page).getByRole('button', { name: 'List the models of Parrots' }).click();
    await provider(b.page).getByRole('button', { name: 'Send the test message' }).click();
    await expect(provider(b.page).getByText('tokens written')).toBeVisible();
    expect(host.arrivals.map(({ headers }) => headers.authorization)).toEqual([
      `Bearer ${host.key}`,
      `Bearer ${host.key}`,
    ]);
  } finally {
    await host.close();
  }
});
