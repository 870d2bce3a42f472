import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { addSample, openPage } from '../../src/cli/drive-app.ts';
import { PATIENCE_MS, World } from './world.ts';

/** The installed app: its manifest, its offline copy, and updates that wait until the owner takes them. */
interface Manifest {
  readonly name: string;
  readonly start_url: string;
  readonly scope: string;
  readonly display: string;
  readonly icons: readonly {
    readonly src: string;
    readonly sizes: string;
    readonly type: string;
    readonly purpose: string;
  }[];
  readonly shortcuts: readonly {
    readonly name: string;
    readonly url: string;
    readonly icons: readonly { src: string }[];
  }[];
}

test.describe.configure({ timeout: 180_000 });

let world: World;
let root: string;

test.beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'windhover-build-'));
  cpSync('build', root, { recursive: true });
  world = await World.open({ root });
});
test.afterEach(async () => {
  await world.close();
  rmSync(root, { recursive: true, force: true });
});

const workerState = (page: Page): Promise<string | undefined> =>
  page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.active?.state);

test('the browser finds the manifest valid, with icons of the sizes it says and shortcuts that open', async () => {
  const page = await world.visit();
  await expect.poll(() => workerState(page), { timeout: PATIENCE_MS }).toBe('activated');
  const session = await world.context.newCDPSession(page);
  const seen = await session.send('Page.getAppManifest');
  expect(seen.errors).toEqual([]);
  const { installabilityErrors } = await session.send('Page.getInstallabilityErrors');
  // A private window is what an automated profile may count as; everything else is of the app's making.
  expect(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== 'in-incognito')).toEqual([]);

  const manifest = JSON.parse(seen.data ?? '') as Manifest;
  expect(manifest).toMatchObject({ name: 'Windhover', start_url: '/', scope: '/', display: 'standalone' });
  expect(manifest.icons.map(({ purpose }) => purpose)).toContain('maskable');
  for (const icon of manifest.icons) {
    const size = await page.evaluate(async ({ src, type }) => {
      const response = await fetch(src);
      if (!response.ok || response.headers.get('content-type') !== type) return String(response.status);
      const image = new Image();
      image.src = src;
      await image.decode();
      return `${String(image.naturalWidth)}x${String(image.naturalHeight)}`;
    }, icon);
    if (icon.sizes !== 'any') expect(size, icon.src).toBe(icon.sizes);
    else expect(size, icon.src).toMatch(/^[1-9]\d*x[1-9]\d*$/);
  }
  expect(manifest.shortcuts.length).toBeGreaterThanOrEqual(2);
  for (const shortcut of manifest.shortcuts) {
    for (const icon of shortcut.icons) expect((await page.request.get(world.url + icon.src)).status()).toBe(200);
    await page.goto(world.url + shortcut.url);
    await expect(page.getByRole('navigation').locator('[aria-current="page"]')).toBeVisible();
    await expect(page.getByText('There is no such page')).toBeHidden();
  }
});

test('the offline copy holds every file of the build that is listed for it', async () => {
  const page = await world.visit();
  await expect.poll(() => workerState(page), { timeout: PATIENCE_MS }).toBe('activated');
  const listed = JSON.parse(readFileSync(join(root, 'precache.json'), 'utf8')) as string[];
  expect(listed.filter((file) => file.endsWith('.js')).length).toBeGreaterThan(10);
  const missing = await page.evaluate(async (files) => {
    const found = await Promise.all(files.map((file) => caches.match(file)));
    return files.filter((_, index) => found[index] === undefined);
  }, listed);
  expect(missing).toEqual([]);
});

test('a new version waits and is offered; taken, it replaces the old one and the data stays', async () => {
  const page = await world.visit();
  await addSample({ page });
  await expect.poll(() => workerState(page), { timeout: PATIENCE_MS }).toBe('activated');
  await page.reload();
  const before = await page.evaluate(() => caches.keys());
  expect(before).toHaveLength(1);

  const script = join(root, 'service-worker.js');
  const name = (before[0] ?? '').replace('windhover-', '');
  const old = readFileSync(script, 'utf8');
  expect(old).toContain(`\`${name}\``);
  writeFileSync(script, old.replace(`\`${name}\``, '`99.0.0`'));
  await page.reload();
  await expect(page.getByText('A new version is ready.')).toBeVisible({ timeout: PATIENCE_MS });

  // It waits: the old one still answers, over a reload too.
  await page.reload();
  await expect(page.getByText('A new version is ready.')).toBeVisible({ timeout: PATIENCE_MS });
  expect((await page.evaluate(() => caches.keys())).sort()).toEqual([...before, 'windhover-99.0.0'].sort());

  const reloaded = page.waitForEvent('load');
  await page.getByRole('button', { name: 'Reload', exact: true }).click();
  await reloaded;
  await expect.poll(() => page.evaluate(() => caches.keys()), { timeout: PATIENCE_MS }).toEqual(['windhover-99.0.0']);
  await expect(page.getByText('A new version is ready.')).toBeHidden();
  await openPage(page, 'Files');
  await expect(page.getByRole('list', { name: 'Your files' }).getByText('Sample')).toHaveCount(21);
});
