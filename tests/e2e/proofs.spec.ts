import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test, type Page } from '@playwright/test';
import { verifyCommand } from '../../src/cli/verify.ts';
import { addSample, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/** Proofs for others: made in the app, checked by the command and by the page that stands alone. */
let world: World;
let page: Page;
const files: Record<string, string> = {};

test.describe.configure({ mode: 'serial' });
test.setTimeout(300_000);

test.beforeAll(async () => {
  world = await World.open();
  page = await world.visit('/');
  await addSample({ page });
});

test.afterAll(() => world.close());

async function saved(act: () => Promise<void>): Promise<string> {
  const download = page.waitForEvent('download', { timeout: PATIENCE_MS });
  await act();
  const file = await download;
  const path = resolve(`node_modules/.cache/playwright/proofs/${file.suggestedFilename()}`);
  await file.saveAs(path);
  return path;
}

async function verify(...args: string[]): Promise<{ status: number; text: string }> {
  const lines: string[] = [];
  const status = await verifyCommand(args, (line) => lines.push(line));
  return { status, text: lines.join('\n') };
}

test('a run is saved as a dossier, and the journal as export, bundle and checkpoint', async () => {
  await runGoal({ page }, 'How much may a hotel cost according to the travel policy?', () => Promise.resolve(false));
  files.dossier = await saved(() => page.getByRole('button', { name: 'Save dossier' }).click());
  await openPage(page, 'Audit');
  files.checkpoint = await saved(() => page.getByRole('button', { name: 'Save checkpoint' }).click());
  await page.getByRole('checkbox', { name: /With contents/ }).check();
  files.journal = await saved(() => page.getByRole('button', { name: 'Export', exact: true }).click());
  files.bundle = await saved(() => page.getByRole('button', { name: 'Export bundle' }).click());

  const dossier = await verify(files.dossier);
  expect(dossier.text).toContain('Goal');
  expect(dossier.text).toContain('model none: symbolic engine');
  expect(dossier.text).toContain("OK. The entries of the run are all here and in the agent's signed journal.");
  expect(dossier.status).toBe(0);
  const bundle = await verify(files.bundle, '--anchor', files.checkpoint, '--with', files.journal);
  expect(bundle.text).toContain('answer attested by the agent');
  expect(bundle.text).toContain('OK. Both are one journal');
  expect(bundle.status).toBe(0);
});

test('a second device cosigns by hand what it was given, and that becomes an anchor', async () => {
  const tablet = await World.open();
  try {
    const other = await tablet.visit('/audit');
    await other.getByText('Cosign for another device').click();
    const key = await other.getByRole('textbox', { name: 'Key of this device as a witness' }).inputValue();
    await page.getByText('Witnesses', { exact: true }).click();
    await page.getByRole('textbox', { name: 'Key of a witness' }).fill(key);
    await page.getByRole('button', { name: 'Approve witness' }).click();
    await page.getByRole('button', { name: 'Ask for a cosignature' }).click();
    const request = await page.getByRole('textbox', { name: /^Give this to/ }).inputValue();
    expect(request).toMatch(/^old 0\n\nwindhover\/did:key:/);

    await other.getByRole('textbox', { name: 'What the other device gave you' }).fill(request);
    await other.getByRole('button', { name: 'Check and cosign' }).click();
    const answer = await other.getByRole('textbox', { name: 'Give this back' }).inputValue();
    await page.getByRole('textbox', { name: 'Its answer' }).fill(answer);
    await page.getByRole('button', { name: 'Check and keep' }).click();
    await expect(page.getByRole('listitem').filter({ hasText: /^Up to .+ by windhover\/did:key:/ })).toBeVisible();

    files.cosigned = await saved(() => page.getByRole('button', { name: 'Export', exact: true }).click());
    const report = await verify(files.cosigned, '--witness', key);
    expect(report.text).toMatch(/OK\. Proved up to \d+ at .+; unproved after that/);
    expect(report.text).not.toContain("Only the device's own key");
  } finally {
    await tablet.close();
  }
});

/** The page as it is saved to a disk: no server, no network. */
async function openVerifier(from: 'http' | 'file'): Promise<Page> {
  const opened = await world.context.newPage();
  await opened.goto(from === 'http' ? `${world.url}/verify.html` : pathToFileURL(resolve('build/verify.html')).href);
  return opened;
}

const result = (opened: Page, title: RegExp) => opened.locator('.result').filter({ hasText: title });

for (const from of ['http', 'file'] as const) {
  test(`the verifier page over ${from} says what holds and what does not, with the network off`, async () => {
    const opened = await openVerifier(from);
    const errors: string[] = [];
    opened.on('pageerror', (error) => errors.push(String(error)));
    opened.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await world.context.setOffline(true);
    try {
      const choose = opened.locator('#files');
      await choose.setInputFiles([files.bundle!, files.checkpoint!, files.journal!]);
      await expect(result(opened, /Export bundle of the journal/).locator('.verdict')).toContainText('✓ Holds');
      await expect(result(opened, /Export bundle of the journal/).locator('.verdict')).toContainText(
        /Proved up to \d+ at/,
      );
      await expect(result(opened, /Two exports compared/)).toContainText('Both are one journal');
      await choose.setInputFiles([files.dossier!]);
      await expect(result(opened, /Dossier of a run/).locator('.verdict')).toContainText('✓ Holds');
      await expect(result(opened, /Dossier of a run/)).toContainText('Goal');

      const journal = readFileSync(files.journal!, 'utf8');
      const tampered = journal.replace(/("sequence":7,"time":)\d/, '$19');
      expect(tampered).not.toBe(journal);
      await choose.setInputFiles([{ name: 'tampered.ndjson', mimeType: 'text/plain', buffer: Buffer.from(tampered) }]);
      await expect(opened.locator('.result.failed .verdict')).toContainText('First bad entry: 7');
      const dossier = readFileSync(files.dossier!, 'utf8').replace('"outcome":"complete"', '"outcome":"failed"');
      await choose.setInputFiles([{ name: 'd.json', mimeType: 'application/json', buffer: Buffer.from(dossier) }]);
      await expect(opened.locator('.result.failed .verdict')).toContainText('not what the entries come to');
      await choose.setInputFiles([{ name: 'x.txt', mimeType: 'text/plain', buffer: Buffer.from('nothing') }]);
      await expect(opened.locator('.result.failed')).toContainText('neither an export of a journal nor a proof');
      expect(errors).toEqual([]);
    } finally {
      await world.context.setOffline(false);
      await opened.close();
    }
  });
}

test('the verifier page can reach nothing, and is there without the server once the app was installed', async () => {
  const opened = await openVerifier('http');
  const refused = await opened.evaluate(async () => {
    const tried: string[] = [];
    await fetch('/').catch(() => tried.push('fetch'));
    const image = new Image();
    const blocked = new Promise((done) => {
      image.onerror = () => done(tried.push('image'));
    });
    image.src = '/icons/icon.svg';
    await blocked;
    return tried;
  });
  expect(refused).toEqual(['fetch', 'image']);
  await opened.close();

  await page.evaluate(() => navigator.serviceWorker.ready);
  await world.stopServer();
  try {
    const offline = await openVerifier('http');
    await expect(offline.getByRole('heading', { name: 'Windhover verifier' })).toBeVisible();
    await offline.close();
  } finally {
    await world.startServer();
  }
  expect(world.egress).toEqual([]);
});
