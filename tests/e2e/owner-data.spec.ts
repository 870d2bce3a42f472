import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { addSample, exportJournal, runFrom, runGoal } from '../../src/cli/drive-app.ts';
import { World } from './world.ts';

/** What owners do with their own data: bring it in by hand, correct what was understood, take it out, erase it. */
test.describe.configure({ timeout: 180_000 });

let world: World;
let page: Page;
const NOTES = '# Kestrel\n\nDate: 2026-11-10\n\nThe launch is planned for 19 March 2027.\n';
const GOAL = 'Total expenses by category since September';

test.afterEach(() => world.close());

async function begin(initScript = ''): Promise<void> {
  world = await World.open(initScript === '' ? {} : { initScript });
  page = await world.visit();
}

/** Drops a file on the page, as a hand would. */
function drop(name: string, text: string): Promise<void> {
  return page.evaluate(
    ([name = '', text = '']) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name, { type: 'text/markdown' }));
      const event = new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
      document.body.dispatchEvent(event);
    },
    [name, text],
  );
}

const listed = (name: string) => page.getByRole('list').getByText(name).first();

test('a file dropped anywhere on the page goes in', async () => {
  await begin();
  await expect(page.getByRole('button', { name: 'Add files' }).first()).toBeEnabled();
  await drop('kestrel.md', NOTES);
  await expect(page.getByText('Read 1 file')).toBeVisible();
  await expect(listed('kestrel.md')).toBeVisible();
});

test('a file dropped before the agent is ready is held, shown, and goes in as soon as it is', async () => {
  world = await World.open();
  await world.startBrowser();
  await world.context.route(/agent\.worker/, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await route.continue();
  });
  page = await world.visit();
  await expect(page.getByRole('button', { name: 'Add files' })).toBeVisible();
  await drop('kestrel.md', NOTES);
  await expect(page.getByText('This tab does the work')).toHaveCount(0);
  await expect(page.getByRole('progressbar', { name: 'Import progress' })).toBeVisible({ timeout: 2_000 });
  await expect(page.getByText('Read 1 file')).toBeVisible();
  await expect(listed('kestrel.md')).toBeVisible();
});

test('an ended run is taken from the list, and put back with Undo or from its own page', async () => {
  await begin();
  const id = await runGoal({ page }, 'When is the launch of Kestrel?', () => Promise.resolve(false));
  await page.goto(`${world.url}/`);
  const recent = page.getByRole('region', { name: 'Recent runs' });
  const run = recent.getByRole('link', { name: 'When is the launch of Kestrel?' });
  await recent.getByRole('button', { name: 'Remove from list: When is the launch of Kestrel?' }).click();
  await expect(run).toHaveCount(0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(run).toBeVisible();

  await run.click();
  await page.getByRole('button', { name: 'Remove from list' }).click();
  await page.waitForURL(`${world.url}/`);
  await expect(run).toHaveCount(0);
  await page.goto(`${world.url}/run/${id}`);
  await page.getByRole('button', { name: 'Put back in the list' }).click();
  await expect(page.getByRole('button', { name: 'Remove from list' })).toBeVisible();
  await page.goto(`${world.url}/`);
  await expect(run).toBeVisible();
});

test('a folder goes in with its subfolders through the folder dialog', async () => {
  await begin(`window.showDirectoryPicker = async () => {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle('mine', { create: true });
    const inner = await folder.getDirectoryHandle('project', { create: true });
    const stream = await (await inner.getFileHandle('kestrel.md', { create: true })).createWritable();
    await stream.write(${JSON.stringify(NOTES)});
    await stream.close();
    return folder;
  };`);
  await page.getByRole('button', { name: 'Add folder' }).first().click();
  await expect(page.getByText('Read 1 file')).toBeVisible();
  await runGoal({ page }, 'When is the launch of Kestrel?', () => Promise.resolve(false));
  await expect(page.getByRole('region', { name: 'Answer' })).toContainText('19 March 2027');
  await expect(page.getByRole('region', { name: 'Sources' })).toContainText('kestrel.md');
});

test('what was understood can be corrected before the run, and the run follows the correction', async () => {
  await begin();
  await addSample({ page });
  await page.getByRole('textbox', { name: 'Goal', exact: true }).fill('When can I meet Mara for 45 minutes next week?');
  await page.getByRole('spinbutton', { name: 'How long' }).fill('30');
  await page.keyboard.press('Tab');
  await expect(page.getByText(/Find 30 minutes with Mara/).first()).toBeVisible();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForURL(/\/run\//);
  await expect(page.locator('[data-status="complete"]')).toBeVisible();
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? '';
  const run = runFrom(await exportJournal({ page }), id);
  expect(run?.overrides).toMatchObject({ minutes: 30 });
  expect(run?.plan?.goal.parameters.find(({ name }) => name === 'minutes')).toMatchObject({ value: 30, from: 'owner' });
});

test('Export all holds the journal, which verifies, and every file as it came in', async () => {
  await begin();
  await addSample({ page });
  await runGoal({ page }, GOAL, () => Promise.resolve(false));
  await page.goto(`${world.url}/settings`);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Export all' }).click();
  const files = unzipSync(readFileSync(await (await download).path()));
  const manifest = JSON.parse(readFileSync('static/sample/manifest.json', 'utf8')) as { files: { path: string }[] };
  for (const { path } of manifest.files) {
    expect(Buffer.from(files[`files/${path}`] ?? []).equals(readFileSync(`static/sample/${path}`)), path).toBe(true);
  }
  const folder = mkdtempSync(join(tmpdir(), 'windhover-export-'));
  const journal = join(folder, 'journal.ndjson');
  execFileSync('sh', ['-c', `cat > ${journal}`], { input: files['journal.ndjson'] ?? '' });
  expect(execFileSync('npx', ['tsx', 'src/cli/verify.ts', journal], { encoding: 'utf8' })).toContain('Proved up to');
  rmSync(folder, { recursive: true });
});

test('Rebuild makes every view again from the journal, the same as before', async () => {
  await begin();
  await addSample({ page });
  const id = await runGoal({ page }, GOAL, () => Promise.resolve(false));
  const answer = () => page.getByRole('region', { name: 'Answer' }).innerText();
  const before = await answer();
  await page.goto(`${world.url}/settings`);
  // At once after the reload, before this tab leads again.
  await page.getByRole('button', { name: 'Rebuild' }).click();
  await expect(page.getByText('Rebuilt from the journal').first()).toBeVisible();
  await page.goto(`${world.url}/run/${id}`);
  await expect(page.locator('[data-status="complete"]')).toBeVisible();
  expect(await answer()).toBe(before);
});

test('Erase all leaves nothing: no file, no run, and another agent', async () => {
  await begin();
  await addSample({ page });
  const agent = async (): Promise<string> => {
    await page.goto(`${world.url}/audit`);
    return (
      (await page
        .getByText(/^did:key:/)
        .first()
        .textContent()) ?? ''
    );
  };
  const before = await agent();
  await page.goto(`${world.url}/settings`);
  await page.getByLabel('Type erase to confirm').fill('erase');
  await page.getByRole('button', { name: 'Erase all' }).click();
  await expect(page.getByRole('button', { name: 'Try with sample data' }).first()).toBeVisible();
  expect(await agent()).not.toBe(before);
  await page.goto(`${world.url}/files`);
  await expect(page.getByText('No files yet').first()).toBeVisible();
});

test('Erase all in one tab has the other let go first, and both begin anew with the same new agent', async () => {
  await begin();
  await addSample({ page });
  const follower = await world.visit('/settings');
  await expect(follower.getByText('Following another tab')).toBeVisible();
  await follower.getByLabel('Type erase to confirm').fill('erase');
  await follower.getByRole('button', { name: 'Erase all' }).click();
  for (const tab of [page, follower]) {
    await tab.waitForURL(`${world.url}/`);
    await expect(tab.getByRole('button', { name: 'Try with sample data' }).first()).toBeVisible();
    await expect(tab.getByText(/^All files/)).toHaveCount(0);
  }
  const agents: (string | null)[] = [];
  for (const tab of [page, follower]) {
    await tab.goto(`${world.url}/audit`);
    agents.push(
      await tab
        .getByText(/^did:key:/)
        .first()
        .textContent(),
    );
  }
  expect(agents[0]).toBe(agents[1]);
  expect((await exportJournal({ page })).report.ok).toBe(true);
});
