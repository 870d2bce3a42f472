import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { verifyExportFile } from '#core/audit/export-check.ts';
import { fileTools } from '#tests/fakes/file-tools.ts';
import { addSample, exportJournal, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/** A browser or a cleaner that deletes some of the data must never make the app start as if there had been none. */
const no = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ timeout: 180_000 });

let world: World;

const GOAL = 'How much may a hotel cost according to the travel policy?';
const PASSPHRASE = 'a heron over the weir';

/** A vault with a finished run, its browser closed. @param look what to look at before */
async function oneWithData(
  passphrase: string | null = null,
  look: (page: Page) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  world = await World.open();
  const page = await world.visit();
  if (passphrase !== null) {
    await openPage(page, 'Settings');
    await page.getByRole('button', { name: 'Set a passphrase' }).click();
    await page.getByRole('textbox', { name: 'New passphrase' }).fill(passphrase);
    await page.getByRole('textbox', { name: 'The same again' }).fill(passphrase);
    await page.getByRole('button', { name: 'Set the passphrase' }).click();
    await expect(page.getByText('The passphrase opens your vault now')).toBeVisible();
  }
  await addSample({ page });
  await runGoal({ page }, GOAL, no);
  await openPage(page, 'Audit');
  // The second copy follows within a second.
  await expect(page.getByText('both hold the same entries')).toBeVisible();
  await look(page);
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

/** What "Export what is readable" saves. */
async function exportReadable(page: Page): Promise<Record<string, Uint8Array>> {
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export what is readable' }).click();
  return unzipSync(readFileSync(await (await saved).path()));
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test('when IndexedDB was lost, the passphrase still opens what is left, and the export holds journal, answers and files', async () => {
  await oneWithData(PASSPHRASE);
  lose('IndexedDB');
  const page = await world.visit('/');
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  await page.getByLabel('Passphrase', { exact: true }).fill('not the passphrase');
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expectLoss(page);
  const files = await exportReadable(page);
  const report = verifyExportFile(fileTools, files['journal.ndjson'] ?? new Uint8Array());
  expect(report.firstBad).toBeNull();
  expect(report.size).toBeGreaterThan(20);
  expect(report.payloads).toBe(report.size);
  expect(report.verifiedUpTo).toBe(report.size);
  expect(Object.keys(files).filter((path) => path.startsWith('answers/'))).toHaveLength(1);
  const manifest = JSON.parse(readFileSync('static/sample/manifest.json', 'utf8')) as { files: { path: string }[] };
  for (const { path } of manifest.files)
    expect(Buffer.from(files[`files/${path}`] ?? []).equals(readFileSync(`static/sample/${path}`)), path).toBe(true);
  expect(text(files['README.txt'])).not.toContain('Nothing else can be opened');
});

/** Who the agent is, as it shows itself: its identity, the key that signs, and where its root is. */
async function whoIs(page: Page): Promise<string> {
  await page.getByRole('link', { name: 'Identity' }).first().click();
  const card = page.getByRole('region', { name: 'Windhover' });
  await expect(card.getByText('sealed on this device')).toBeVisible({ timeout: PATIENCE_MS });
  return card.innerText();
}

test('when IndexedDB was lost, one button restores all of it in place, and the work goes on as the same agent', async () => {
  let who = '';
  await oneWithData(PASSPHRASE, async (page) => {
    who = await whoIs(page);
  });
  lose('IndexedDB');
  let page = await world.visit('/');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expectLoss(page);
  await page.getByRole('button', { name: 'Restore from what is left here' }).click();
  await expect(page.getByText('Restored, and proved')).toBeVisible({ timeout: PATIENCE_MS });
  await expect(page.getByText('this is the same agent, and signs with the same key')).toBeVisible();
  await page.getByRole('button', { name: 'Open what was restored' }).click();
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(page.getByRole('link', { name: GOAL }).first()).toBeVisible({ timeout: PATIENCE_MS });
  await runGoal({ page }, 'Total expenses by category since September', no);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
  const { report, facts } = await exportJournal({ page });
  // Its keys were kept in a second place: one key has signed all of it, and nobody needs to certify another.
  expect(report).toMatchObject({ ok: true, firstBad: null });
  expect(report.keys).toHaveLength(1);
  expect(facts.filter(({ fact }) => fact.type === 'agent.certified')).toHaveLength(0);
  expect(await whoIs(page)).toBe(who);
  const files = facts.filter(({ fact }) => fact.type === 'source.imported').length;
  expect(files).toBeGreaterThan(3);
  await openPage(page, 'Files');
  await expect(page.getByText('travel-policy').first()).toBeVisible();
  // What was left is kept until the owner deletes it.
  await openPage(page, 'Settings');
  await expect(page.getByText('What was here before the restore of').first()).toBeVisible();

  // The next start asks for the passphrase and is as whole as this one.
  await world.closeBrowser();
  page = await world.visit('/');
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Unlock', exact: true }).click();
  await expect(page.getByRole('link', { name: GOAL }).first()).toBeVisible({ timeout: PATIENCE_MS });
});

test('who cannot open the vault saves it sealed at the door, starts over with nothing left behind, and has it back when the passphrase is remembered', async () => {
  let who = '';
  await oneWithData(PASSPHRASE, async (looked) => {
    who = await whoIs(looked);
  });
  lose('IndexedDB');
  let page = await world.visit('/');
  await expect(page.getByRole('heading', { name: 'Windhover is locked' })).toBeVisible();
  await page.getByText('I cannot open it any more').click();
  await expect(page.getByText('nobody can open what is kept here')).toBeVisible();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a sealed copy' }).click();
  const sealed = join(world.profile, 'sealed.tar');
  await (await saved).saveAs(sealed);
  expect((await saved).suggestedFilename()).toMatch(/^windhover-sealed-[0-9a-f]{8}\.tar$/);
  await expect(page.getByText('Saved as windhover-sealed-')).toBeVisible();
  expect(readFileSync(sealed).includes('hotel')).toBe(false);
  const erase = page.getByRole('button', { name: 'Erase all and start over' });
  await page.getByRole('textbox', { name: 'Type erase to confirm' }).fill('no');
  await expect(erase).toBeDisabled();
  await page.getByRole('textbox', { name: 'Type erase to confirm' }).fill('erase');
  await erase.click();
  await expect(page.getByRole('heading', { name: 'Restore from a backup' })).toBeVisible({ timeout: PATIENCE_MS });
  await addSample({ page });
  await runGoal({ page }, 'Total expenses by category since September', no);
  await expect(page.locator('[data-status]')).toHaveAttribute('data-status', 'complete');
  await openPage(page, 'Goal');
  await expect(page.getByRole('link', { name: GOAL })).toHaveCount(0);
  await world.closeBrowser();
  page = await world.visit('/');
  await expect(page.getByRole('link', { name: 'Total expenses by category since September' }).first()).toBeVisible();

  await openPage(page, 'Settings');
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose files' }).click();
  await (await chooser).setFiles([sealed]);
  await page.getByLabel('Passphrase', { exact: true }).fill('not the passphrase');
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByText('That is not the passphrase.')).toBeVisible({ timeout: PATIENCE_MS });
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
  await page.getByRole('button', { name: 'Go on' }).click();
  await expect(page.getByRole('heading', { name: 'What is in it' })).toBeVisible({ timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(page.getByText('Restored, and proved')).toBeVisible({ timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Open what was restored' }).click();
  await expect(page.getByRole('link', { name: GOAL }).first()).toBeVisible({ timeout: PATIENCE_MS });
  // The root came along, and has named the key of this profile: it is the same agent as before, all of it proved.
  expect((await whoIs(page)).split('\n').slice(0, 4)).toEqual(who.split('\n').slice(0, 4));
  expect((await exportJournal({ page })).report).toMatchObject({ ok: true, firstBad: null });
});

test('an unprotected vault’s key goes with IndexedDB: the export says so, and its journal still proves what was there', async () => {
  await oneWithData();
  lose('IndexedDB');
  const page = await world.visit('/');
  await expectLoss(page);
  await page.getByRole('button', { name: 'Restore from what is left here' }).click();
  await expect(page.getByText('Nothing of what is left here can be opened: its key is lost.')).toBeVisible();
  const files = await exportReadable(page);
  expect(text(files['README.txt'])).toContain('Nothing else can be opened. The vault opened by itself in this browser');
  const journal = files['journal.ndjson'] ?? new Uint8Array();
  expect(text(journal)).not.toContain('hotel');
  expect(verifyExportFile(fileTools, journal)).toMatchObject({ payloads: 0 });
  expect(verifyExportFile(fileTools, journal).size).toBeGreaterThan(20);
});
