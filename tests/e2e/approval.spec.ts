import { readFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { exportJournal, openPage, runFrom, startGoal } from '../../src/cli/drive-app.ts';
import { openWithSample } from './with-sample.ts';
import { PATIENCE_MS, type World } from './world.ts';

/** The one thing the app does outside itself: saving a file. It asks first, and does exactly what was shown. */
const GOAL = 'Write the status report for the Harbour Library from these files and save it as report.md';

test.describe.configure({ timeout: 180_000 });

let world: World;
let page: Page;

/** Stands in for the operating system's dialog: the chosen folder is one of the origin's own. */
const FOLDER_DIALOG = `window.showDirectoryPicker = async () => {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle('chosen', { create: true });
};`;

async function begin(options: Parameters<typeof openWithSample>[0] = {}): Promise<void> {
  ({ world, page } = await openWithSample(options));
}
test.afterEach(() => world.close());

const status = () => page.locator('[data-status]');
const card = () => page.getByRole('article', { name: /^Approval: Save 1 file/ });
const shownContent = () => card().getByRole('group', { name: 'Exactly this will be written' }).textContent();

async function saveInFolder(): Promise<void> {
  await card().getByRole('button', { name: 'Choose folder' }).click();
  await expect(card()).toContainText('Folder “chosen”, as report.md');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  await ends('complete');
}

const filesInFolder = (): Promise<Record<string, string>> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('chosen');
    const found: Record<string, string> = {};
    const entries = (folder as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values();
    for await (const entry of entries) found[entry.name] = await (await entry.getFile()).text();
    return found;
  });

async function ends(as: string): Promise<void> {
  await expect(status()).toHaveAttribute('data-status', as, { timeout: PATIENCE_MS });
}

test('saving asks with the exact content, and Approve downloads exactly these bytes, once', async () => {
  await begin();
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  const run = await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  const content = (await shownContent()) ?? '';
  expect(content).toMatch(/^# .*Harbour Library/);
  expect(content).toContain('SHA-256 of the file');
  await expect(card()).toContainText('Downloads, as report.md');
  expect(downloads).toEqual([]);

  const download = page.waitForEvent('download');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(content);
  await ends('complete');
  expect(downloads).toEqual(['report.md']);
  await expect(page.getByRole('region', { name: 'Verdict' }).getByText('Verified', { exact: true })).toBeVisible();

  const exported = await exportJournal({ page });
  const types = exported.facts.flatMap(({ fact }) => ('run' in fact && fact.run === run ? [fact.type] : []));
  const order = ['answer.verified', 'approval.requested', 'approval.given', 'run.completed'] as const;
  const places = order.map((type) => types.indexOf(type));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  expect(places[0]).toBeGreaterThan(-1);
});

test('Enter never approves; what the owner makes of the text is shown anew, and exactly that is saved', async () => {
  await begin();
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  const run = await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  await expect(card()).toContainText(/private content, from .+; your own words/);
  await card().getByRole('button', { name: 'Approve', exact: true }).focus();
  await page.keyboard.press('Enter');
  await card().getByRole('button', { name: 'Edit', exact: true }).click();
  await expect(status()).toHaveAttribute('data-status', 'waiting-approval');
  await card().getByRole('textbox', { name: 'The text, as you want it' }).fill('# In my own words\n');
  await card().getByRole('button', { name: 'Use this text' }).click();
  await expect(card()).toContainText('no longer the verified answer');
  expect(await shownContent()).toBe('# In my own words\n');
  expect(downloads).toEqual([]);
  const download = page.waitForEvent('download');
  await card().getByRole('button', { name: 'Approve', exact: true }).focus();
  await page.keyboard.press('Space');
  expect(readFileSync(await (await download).path(), 'utf8')).toBe('# In my own words\n');
  await ends('complete');
  await expect(page.getByRole('region', { name: 'Cost' })).toContainText(/Questions to you\s*2/);
  const types = (await exportJournal({ page })).facts.flatMap(({ fact }) =>
    'run' in fact && fact.run === run && fact.type.startsWith('approval.') ? [fact.type] : [],
  );
  expect(types).toEqual(['approval.requested', 'approval.voided', 'approval.requested', 'approval.given']);
});

test('Deny ends the run complete, without a file, and says that none was saved', async () => {
  await begin();
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  const run = await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  await card()
    .getByRole('textbox', { name: /^Reason/ })
    .fill('Not before the partners have read it');
  await card().getByRole('button', { name: 'Deny', exact: true }).click();
  await ends('complete');
  const steps = page.getByRole('list', { name: 'Steps' });
  await expect(steps.getByRole('listitem').last()).toContainText('Skipped');
  await expect(steps).toContainText('Not before the partners have read it');
  await expect(page.getByRole('region', { name: 'Answer' })).toContainText('Handover of the building');
  expect(downloads).toEqual([]);
  const exported = await exportJournal({ page });
  expect(runFrom(exported, run)).toMatchObject({ status: 'complete', verdict: { result: 'PASS' } });
  expect(exported.facts.map(({ fact }) => fact.type)).not.toContain('approval.given');
});

test('the question waits over a restart, and can be answered on the Approvals page', async () => {
  await begin();
  await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  const content = (await shownContent()) ?? '';
  await world.closeBrowser();
  page = await world.visit('/');
  await expect(page.getByRole('navigation').getByRole('link', { name: /Approvals.*1 waiting/ })).toBeVisible();
  await openPage(page, 'Approvals');
  expect(await shownContent()).toBe(content);
  const download = page.waitForEvent('download');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(content);
  await expect(page.getByText('Nothing is waiting')).toBeVisible();
});

test('with a chosen folder the file is written there, and its name is journaled', async () => {
  await begin({ initScript: FOLDER_DIALOG });
  const run = await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  const content = (await shownContent()) ?? '';
  await saveInFolder();
  expect(await filesInFolder()).toEqual({ 'report.md': content });
  const exported = await exportJournal({ page });
  const step = runFrom(exported, run)?.plan?.steps.find(({ approval }) => approval)?.id;
  const saved = exported.facts.flatMap(({ fact }) =>
    fact.type === 'step.finished' && fact.run === run && fact.step === step ? [fact.observation] : [],
  );
  expect(saved).toEqual([{ name: 'report.md', where: 'folder' }]);
});

test('a file of the same name in the chosen folder is never overwritten', async () => {
  await begin({ initScript: FOLDER_DIALOG });
  await page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('chosen', { create: true });
    const file = await (await folder.getFileHandle('report.md', { create: true })).createWritable();
    await file.write('mine');
    await file.close();
  });
  await startGoal({ page }, GOAL);
  await ends('waiting-approval');
  const content = (await shownContent()) ?? '';
  await saveInFolder();
  const { 'report.md': mine, ...others } = await filesInFolder();
  expect(mine).toBe('mine');
  expect(Object.values(others)).toEqual([content]);
});

test('"Save as file…" on a finished answer asks too, and saves that answer', async () => {
  await begin();
  await startGoal({ page }, 'How much may a hotel cost according to the travel policy?');
  await ends('complete');
  const answered =
    (await page.getByRole('region', { name: 'Answer' }).getByRole('listitem').first().textContent()) ?? '';
  await page.getByRole('button', { name: 'Save as file…' }).click();
  await ends('waiting-approval');
  const content = (await shownContent()) ?? '';
  const download = page.waitForEvent('download');
  await card().getByRole('button', { name: 'Approve', exact: true }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('how-much-may-a-hotel-cost-according-to-the-travel-policy.md');
  expect(readFileSync(await saved.path(), 'utf8')).toBe(content);
  const [sentence = ''] = /^- .+?(?=\[\^)/m.exec(content) ?? [];
  expect(answered.replace(/\s+/g, ' ')).toContain(sentence.slice(2).replace(/\s+/g, ' '));
  await ends('complete');
});
