import { cpSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addSample, openPage, runGoal } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/**
 * What a disk can do to a profile while the browser is closed. Chromium answers several of these with an empty database
 * and no error. Whatever it answers, the app shows everything as it was, or says what is wrong and lets the owner export
 * what is left; it never shows an empty beginning.
 */
const GOAL = 'How much may a hotel cost according to the travel policy?';
const no = (): Promise<boolean> => Promise.resolve(false);

test.describe.configure({ timeout: 120_000 });

let world: World;
let kept: string;
let entries: number;

const profile = (...path: string[]): string => join(world.profile, 'Default', ...path);

test.beforeAll(async () => {
  world = await World.open();
  const page = await world.visit();
  await addSample({ page });
  await runGoal({ page }, GOAL, no);
  await openPage(page, 'Audit');
  await expect(page.getByText('both hold the same entries')).toBeVisible();
  entries = await sizeShown(page);
  await fillIndexedDb(page);
  await world.closeBrowser();
  kept = `${world.profile}-kept`;
  cpSync(world.profile, kept, { recursive: true });
});

test.afterAll(async () => {
  rmSync(kept, { recursive: true, force: true });
  await world.close();
});

test.beforeEach(() => {
  rmSync(world.profile, { recursive: true, force: true });
  cpSync(kept, world.profile, { recursive: true });
});
test.afterEach(() => world.closeBrowser());

/** Writes so much beside the app's databases that LevelDB turns its log, which all of the origin share, into tables. */
async function fillIndexedDb(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const opened = indexedDB.open('filler', 1);
    opened.onupgradeneeded = () => opened.result.createObjectStore('filler');
    await new Promise((resolve, reject) => {
      opened.onsuccess = resolve;
      opened.onerror = reject;
    });
    for (let i = 0; i < 12; i += 1) {
      const bytes = new Uint8Array(1_000_000);
      for (let at = 0; at < bytes.length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
      const transaction = opened.result.transaction('filler', 'readwrite', { durability: 'strict' });
      // Below the size from which Chromium keeps a value in a file of its own.
      for (let part = 0; part < 20; part += 1)
        transaction.objectStore('filler').put(bytes.slice(part * 50_000, (part + 1) * 50_000), i * 20 + part);
      await new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = reject;
      });
    }
    opened.result.close();
  });
}

async function sizeShown(page: Page): Promise<number> {
  const text = await page.getByText(/^Verified up to [\d,]+$/).innerText();
  return Number(text.replace(/\D/g, ''));
}

/** Files below a folder of the profile, largest first. */
function filesIn(folder: string, name: RegExp): string[] {
  return readdirSync(profile(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => statSync(b).size - statSync(a).size);
}

function levelDb(name: RegExp): string {
  const found = filesIn('IndexedDB', name).filter((path) => path.includes('.leveldb'))[0];
  if (found === undefined) throw new Error(`IndexedDB has no file ${String(name)}.`);
  return found;
}

/** The journal's log in the private file system: the largest file that holds entries. */
function log(): string {
  const found = filesIn('File System', /^\d+$/).find((path) => readFileSync(path).includes('"sequence":3,'));
  if (found === undefined) throw new Error('The private file system holds no journal.');
  return found;
}

function cut(path: string, bytes: number): void {
  truncateSync(path, Math.max(0, statSync(path).size - bytes));
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const from = Math.floor(bytes.length / 2);
  for (let at = from; at < Math.min(bytes.length, from + 16); at += 1) bytes[at] = (bytes[at] ?? 0) ^ 0xff;
  writeFileSync(path, bytes);
}

/** Starts the app on what is left. @returns how it ended: everything is there, or a screen that says what is wrong */
async function startAfter(harm: () => void): Promise<{ page: Page; outcome: 'whole' | 'told'; told: string }> {
  harm();
  const page = await world.visit('/');
  const run = page.getByRole('link', { name: GOAL }).first();
  const told = page.getByRole('heading', { level: 1 }).filter({
    hasText: /Your data is gone|The journal does not verify|Windhover could not start|vault/i,
  });
  await expect(run.or(told).first()).toBeVisible({ timeout: PATIENCE_MS });
  if (await told.isVisible()) {
    await expect(page.getByRole('textbox', { name: 'Goal', exact: true })).toBeHidden();
    await expectExport(page);
    return { page, outcome: 'told', told: await told.innerText() };
  }
  await openPage(page, 'Audit');
  await expect.poll(() => sizeShown(page), { timeout: PATIENCE_MS }).toBeGreaterThanOrEqual(entries);
  await expect(page.getByText('both hold the same entries')).toBeVisible();
  return { page, outcome: 'whole', told: '' };
}

async function expectExport(page: Page): Promise<void> {
  const saved = page.waitForEvent('download', { timeout: PATIENCE_MS });
  await page.getByRole('button', { name: 'Export what is readable' }).click();
  expect((await saved).suggestedFilename()).toBe('windhover-readable.zip');
}

const LEVELDB: readonly (readonly [string, () => void])[] = [
  ['its log is cut by 200 bytes', () => cut(levelDb(/^\d+\.log$/), 200)],
  ['16 bytes of its log are flipped', () => flip(levelDb(/^\d+\.log$/))],
  ['16 bytes of its manifest are flipped', () => flip(levelDb(/^MANIFEST-/))],
  ['16 bytes of a table are flipped', () => flip(levelDb(/\.ldb$/))],
  ['a table is deleted', () => rmSync(levelDb(/\.ldb$/))],
  ['its CURRENT is deleted', () => rmSync(levelDb(/^CURRENT$/))],
];

for (const [name, harm] of LEVELDB)
  test(`when ${name}, everything is there or the owner is told`, async () => {
    const { outcome, told } = await startAfter(harm);
    test.info().annotations.push({ type: 'outcome', description: `${outcome} ${told}` });
  });

const FILES: readonly (readonly [string, () => void])[] = [
  ['is deleted', () => rmSync(log())],
  ['is cut', () => cut(log(), 300)],
  // Its end is whole: this is found when the journal is read again, soon after the start.
  ['has 16 bytes flipped in the middle', () => flip(log())],
];
for (const [name, harm] of FILES)
  test(`a log in the private file system that ${name} is mended from the other copy`, async () => {
    const { page, outcome } = await startAfter(harm);
    expect(outcome).toBe('whole');
    await expect(page.locator('[data-banner=mended]')).toContainText('nothing is missing', { timeout: PATIENCE_MS });
    await page.getByRole('button', { name: 'Verify' }).click();
    await expect(page.getByText('both hold the same entries')).toBeVisible({ timeout: PATIENCE_MS });
  });

const LOST: readonly (readonly [string, readonly string[], 'whole' | 'told' | 'first'])[] = [
  ['IndexedDB', ['IndexedDB'], 'told'],
  ['the private file system', ['File System'], 'whole'],
  ['localStorage', ['Local Storage'], 'whole'],
  ['IndexedDB and the private file system', ['IndexedDB', 'File System'], 'told'],
  ['IndexedDB and localStorage', ['IndexedDB', 'Local Storage'], 'told'],
  ['the private file system and localStorage', ['File System', 'Local Storage'], 'whole'],
  ['all three', ['IndexedDB', 'File System', 'Local Storage'], 'first'],
];
for (const [name, folders, expected] of LOST)
  test(`when ${name} is lost, that is noticed unless nothing at all is left`, async () => {
    const evict = (): void => folders.forEach((folder) => rmSync(profile(folder), { recursive: true, force: true }));
    if (expected !== 'first') {
      expect((await startAfter(evict)).outcome).toBe(expected);
      return;
    }
    evict();
    const page = await world.visit('/');
    await expect(page.getByRole('button', { name: 'Try with sample data' }).first()).toBeVisible();
  });

test('a row that is put back as it was, with its seal, is not believed: what was deleted stays deleted', async () => {
  const page = await world.visit('/');
  await openPage(page, 'Files');
  await expect(page.getByRole('button', { name: /^Delete / }).first()).toBeVisible();
  const names = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? ''));
  const [vault = ''] = names.filter((name) => /^windhover(~\d+)?$/.test(name));
  await copyRows(page, { from: vault, to: 'older-rows' });
  const rows = page.getByRole('list', { name: 'Your files' }).locator('> li');
  await page
    .getByRole('button', { name: /^Delete / })
    .first()
    .click();
  await expect(page.getByRole('button', { name: /^Restore / })).toBeVisible();
  const left = await rows.count();
  await page.goto(`${world.url}/robots.txt`);
  await copyRows(page, { from: 'older-rows', to: vault });
  await page.goto(`${world.url}/files`);
  await expect(page.getByRole('button', { name: /^Restore / })).toBeVisible();
  await expect(rows).toHaveCount(left);
});

/** Puts the sealed rows of one database into another, each in the place of the one with its name. */
async function copyRows(page: Page, names: { readonly from: string; readonly to: string }): Promise<void> {
  await page.evaluate(async ({ from, to }) => {
    const ended = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('IndexedDB failed.'));
      });
    const opened = (name: string): Promise<IDBDatabase> => {
      const asked = indexedDB.open(name);
      asked.onupgradeneeded = () => asked.result.createObjectStore('rows', { keyPath: ['kind', 'id'] });
      return ended(asked);
    };
    const [source, target] = [await opened(from), await opened(to)];
    const rows: unknown[] = await ended(source.transaction('rows').objectStore('rows').getAll());
    if (rows.length === 0) throw new Error(`${from} holds no rows.`);
    const transaction = target.transaction('rows', 'readwrite', { durability: 'strict' });
    for (const row of rows) transaction.objectStore('rows').put(row);
    await new Promise((resolve) => (transaction.oncomplete = resolve));
    source.close();
    target.close();
  }, names);
}
