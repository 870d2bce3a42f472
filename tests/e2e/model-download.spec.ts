import AxeBuilder from '@axe-core/playwright';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { fileHost, type FileHost } from '../fakes/file-host.ts';
import { PATIENCE_MS, World } from './world.ts';

/** A model comes from a real host on loopback, through the real service worker, into the real private file system. */
const FOLDER = 'static/models/tinytool';
const WEIGHTS = 'onnx/model_quantized.onnx';
const NAME = 'Fetched tool caller';
const LOAD_MS = 120_000;

test.describe.configure({ timeout: 240_000 });

let world: World;
let host: FileHost;
let address: string;
let digest: string;

test.beforeEach(async () => {
  const { files } = JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8')) as {
    files: readonly { path: string }[];
  };
  const manifest = Buffer.from(JSON.stringify({ name: NAME, licence: 'Apache-2.0', files }));
  digest = createHash('sha256').update(manifest).digest('hex');
  host = await fileHost(
    new Map([
      ['/small/manifest.json', manifest],
      ...files.map(({ path }) => [`/small/${path}`, readFileSync(join(FOLDER, path))] as const),
    ]),
  );
  address = `${host.origin}/small/manifest.json`;
  world = await World.open();
});

test.afterEach(async () => {
  await world.close();
  await host.close();
});

const card = (page: Page) => page.getByRole('region', { name: NAME });
const rangesOf = (path: string) =>
  host.arrivals.filter((arrival) => arrival.path === `/small/${path}`).map(({ range }) => range);

async function openModels(): Promise<Page> {
  const page = await world.visit('/models');
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await expect(page.getByRole('heading', { name: 'Models from a host' })).toBeVisible({ timeout: LOAD_MS });
  return page;
}

async function order(page: Page, sha256 = digest): Promise<void> {
  const open = page.getByRole('button', { name: 'Fetch a model from a host' });
  if (await open.isVisible()) await open.click();
  await page.getByLabel('Address of its manifest').fill(address);
  await page.getByLabel('SHA-256 of the manifest').fill(sha256);
  await page.getByRole('button', { name: 'Approve, and look at it' }).click();
}

/** As far as it can be looked at. */
async function found(page: Page): Promise<void> {
  await order(page);
  await expect(card(page)).toBeVisible({ timeout: PATIENCE_MS });
}

async function cameMoreThan(page: Page, percent: number): Promise<void> {
  const bar = card(page).getByRole('progressbar');
  await expect
    .poll(async () => Number(await bar.getAttribute('aria-valuenow')), { timeout: PATIENCE_MS })
    .toBeGreaterThan(percent);
}

async function answers(page: Page): Promise<void> {
  await page.getByRole('button', { name: `Make ${NAME} ready` }).click();
  await expect(card(page).getByRole('status')).toHaveText('Ready, on the main processor', { timeout: LOAD_MS });
  await page.getByLabel(`Test message to ${NAME}`).fill('Thanks!');
  await card(page).getByRole('button', { name: 'Ask' }).click();
  await expect(page.getByLabel(`Answer of ${NAME}`)).toHaveText('You are welcome.', { timeout: LOAD_MS });
}

test('only its manifest is asked for before the owner saw what it is; one of another digest is not taken', async () => {
  const page = await openModels();
  await order(page, 'f'.repeat(63));
  await expect(page.getByText('A SHA-256 has 64 digits')).toBeVisible();
  expect(host.arrivals).toEqual([]);
  await order(page, 'f'.repeat(64));
  await expect(page.getByText('What came is not the manifest that was promised')).toBeVisible();
  await expect(card(page)).toHaveCount(0);
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await order(page);
  await expect(card(page)).toContainText(`From ${host.origin}`);
  await expect(card(page)).toContainText('Licence: Apache-2.0');
  await expect(card(page)).toContainText(/1(\.\d)? MB in 5 files/);
  expect(new Set(host.arrivals.map(({ path }) => path))).toEqual(new Set(['/small/manifest.json']));
  await page.getByRole('button', { name: `Give ${NAME} up` }).click();
  await expect(card(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('button', { name: 'Fetch a model from a host' })).toBeVisible({ timeout: LOAD_MS });
  await expect(card(page)).toHaveCount(0);
});

test('stopped, reloaded and gone on with, it asks for what lacks alone; then it works with host and server gone', async () => {
  const page = await openModels();
  await found(page);
  host.pauseMs = 200;
  await page.getByRole('button', { name: `Fetch ${NAME}` }).click();
  await cameMoreThan(page, 15);
  await page.getByRole('button', { name: `Stop fetching ${NAME}` }).click();
  await expect(card(page).getByRole('alert')).toContainText('It was stopped. What came stays here.');
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([]);
  await page.reload();
  await expect(card(page)).toContainText(/ of 1(\.\d)? MB here/, { timeout: LOAD_MS });
  host.pauseMs = 0;
  await page.getByRole('button', { name: `Go on fetching ${NAME}` }).click();
  await expect(page.getByText(`${NAME} is here`)).toBeVisible({ timeout: PATIENCE_MS });
  const [first, second, ...more] = rangesOf(WEIGHTS);
  expect(first).toMatch(/^bytes=0-/);
  expect(Number(/^bytes=(\d+)-/.exec(second ?? '')?.[1])).toBeGreaterThan(100_000);
  expect(more).toEqual([]);
  expect(rangesOf('config.json')).toHaveLength(1);
  await expect(card(page)).toContainText('Fetched from a host that you approved');

  await host.close();
  await world.stopServer();
  await page.reload();
  await answers(page);
  // Its way out was closed once it was here.
  await page.goto(`${world.url}/channels`);
  await expect(page.getByText(/revoked/i).first()).toBeVisible({ timeout: PATIENCE_MS });
});

test('a connection that is lost is begun again where it broke, also with a host that sends files only whole', async () => {
  const page = await openModels();
  await found(page);
  host.pauseMs = 300;
  await page.getByRole('button', { name: `Fetch ${NAME}` }).click();
  await cameMoreThan(page, 10);
  host.breakAll();
  await expect.poll(() => rangesOf(WEIGHTS).length, { timeout: PATIENCE_MS }).toBe(2);
  await cameMoreThan(page, 30);
  host.ranges = false;
  host.breakAll();
  await expect.poll(() => rangesOf(WEIGHTS).length, { timeout: PATIENCE_MS }).toBe(3);
  host.pauseMs = 0;
  await expect(page.getByText(`${NAME} is here`)).toBeVisible({ timeout: PATIENCE_MS });
  const [first, second, third] = rangesOf(WEIGHTS).map((range) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]));
  expect(first).toBe(0);
  expect(second).toBeGreaterThan(90_000);
  expect(third).toBeGreaterThan(second ?? 0);
  await answers(page);
});

test('a file with one byte changed is thrown away and named; mended at the host, that file alone is fetched again', async () => {
  const page = await openModels();
  await found(page);
  const right = host.files.get(`/small/${WEIGHTS}`) ?? Buffer.alloc(0);
  const wrong = Buffer.from(right);
  wrong[wrong.length - 9]! ^= 1;
  host.files.set(`/small/${WEIGHTS}`, wrong);
  await page.getByRole('button', { name: `Fetch ${NAME}` }).click();
  await expect(card(page).getByRole('alert')).toContainText(`${WEIGHTS} is not what the manifest says`, {
    timeout: PATIENCE_MS,
  });
  await expect(page.getByRole('button', { name: `Make ${NAME} ready` })).toHaveCount(0);
  host.files.delete(`/small/${WEIGHTS}`);
  await page.getByRole('button', { name: `Go on fetching ${NAME}` }).click();
  await expect(card(page).getByRole('alert')).toContainText('it has no such file', { timeout: PATIENCE_MS });
  host.files.set(`/small/${WEIGHTS}`, right);
  await page.getByRole('button', { name: `Go on fetching ${NAME}` }).click();
  await expect(page.getByText(`${NAME} is here`)).toBeVisible({ timeout: PATIENCE_MS });
  expect(rangesOf('config.json')).toHaveLength(1);
  await answers(page);
});
