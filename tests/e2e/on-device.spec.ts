import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { PATIENCE_MS, World } from './world.ts';

/** A real model in the finished app: under its policy and its Trusted Types, in its own thread, and without the network. */
const LOAD_MS = 120_000;
/** Without the newer picker, which no test can answer. */
const OLD_PICKER = 'delete globalThis.showDirectoryPicker';
const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

test.describe.configure({ timeout: 300_000 });

let world: World;
const folders: string[] = [];
test.afterEach(async () => {
  await world.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const card = (page: Page, name: string) => page.locator('section.sheet', { has: page.getByRole('heading', { name }) });

async function openModels(options: Parameters<typeof World.open>[0] = {}): Promise<{ page: Page; blocked: string[] }> {
  world = await World.open(options);
  const page = await world.visit('/models');
  const blocked: string[] = [];
  page.on('console', (message) => message.type() === 'error' && blocked.push(message.text()));
  await expect(page.getByRole('heading', { name: 'What this device can run' })).toBeVisible({ timeout: LOAD_MS });
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  return { page, blocked };
}

async function makeReady(page: Page, name: string, on: string): Promise<void> {
  await page.getByRole('button', { name: `Make ${name} ready` }).click();
  await expect(card(page, name).getByRole('status')).toHaveText(`Ready, on the ${on} processor`, { timeout: LOAD_MS });
}

async function ask(page: Page, name: string, text: string): Promise<void> {
  await page.getByLabel(`Test message to ${name}`).fill(text);
  await card(page, name).getByRole('button', { name: 'Ask' }).click();
  await expect(card(page, name).getByText(/tokens in, \d+ out/)).toBeVisible({ timeout: LOAD_MS });
}

test('the model that came with the app answers on the main processor, and again with the server gone', async () => {
  const { page, blocked } = await openModels();
  await makeReady(page, 'Tiny tool caller', 'main');
  await ask(page, 'Tiny tool caller', 'Who are you?');
  await expect(page.getByLabel('Answer of Tiny tool caller')).toHaveText(
    'I am a small assistant that runs in your browser.',
  );
  expect(world.egress).toEqual([]);
  expect(blocked).toEqual([]);

  await world.stopServer();
  await page.reload();
  await makeReady(page, 'Tiny tool caller', 'main');
  await ask(page, 'Tiny tool caller', 'Thanks!');
  await expect(page.getByLabel('Answer of Tiny tool caller')).toHaveText('You are welcome.');
  await page.getByRole('button', { name: 'Free the memory of Tiny tool caller' }).click();
  await expect(page.getByRole('button', { name: 'Make Tiny tool caller ready' })).toBeEnabled();
});

test('the built-in goal reader is shown: what it is for, how large, and which bytes; it is on', async () => {
  const { page } = await openModels();
  const reader = page.getByRole('region', { name: 'Built-in goal reader' });
  await expect(reader).toContainText('in English, German, French, Spanish, Italian, Dutch and Portuguese');
  await expect(reader).toContainText('works offline');
  await expect(reader).toContainText('Size: 3.1 MB');
  const file = readFileSync('static/models/goal-reader.bin');
  await expect(reader).toContainText(createHash('sha256').update(file).digest('hex'));
  await expect(reader.getByRole('checkbox', { name: 'Read goals with the built-in model' })).toBeChecked();
});

test('with WebGPU it says so, and answers the same', async () => {
  const { page } = await openModels({ browserArgs: SOFTWARE_GPU });
  await expect(page.getByText(/WebGPU in software|through WebGPU/)).toBeVisible();
  await makeReady(page, 'Tiny tool caller', 'graphics');
  await ask(page, 'Tiny tool caller', 'Who are you?');
  await expect(page.getByLabel('Answer of Tiny tool caller')).toHaveText(
    'I am a small assistant that runs in your browser.',
  );
});

test('a folder becomes a model: its licence and size are shown, it answers, it stays, and it can be removed', async () => {
  const { page } = await openModels({ initScript: OLD_PICKER });
  const folder = modelFolder();
  writeFileSync(join(folder, 'README.md'), '---\nlicense: cc0-1.0\n---\n# Mine\n');
  rmSync(join(folder, 'manifest.json'));
  await choose(page, folder);
  await expect(page.getByText('my-model is here')).toBeVisible({ timeout: PATIENCE_MS });
  await expect(card(page, 'my-model')).toContainText('Licence: cc0-1.0');
  await expect(card(page, 'my-model')).toContainText(/1(\.\d)? MB in 6 files/);
  await page.reload();
  await makeReady(page, 'my-model', 'main');
  await ask(page, 'my-model', 'Thanks!');
  await expect(page.getByLabel('Answer of my-model')).toHaveText('You are welcome.');
  await page.getByRole('button', { name: 'Remove my-model' }).click();
  await expect(card(page, 'my-model')).toHaveCount(0);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Tiny tool caller' })).toBeVisible({ timeout: PATIENCE_MS });
  await expect(card(page, 'my-model')).toHaveCount(0);
});

test('a folder whose files are not what its manifest says is refused by name, and one without a model too', async () => {
  const { page } = await openModels({ initScript: OLD_PICKER });
  const folder = modelFolder();
  const weights = readFileSync(join(folder, 'onnx/model_quantized.onnx'));
  weights[weights.length - 9]! ^= 1;
  writeFileSync(join(folder, 'onnx/model_quantized.onnx'), weights);
  await choose(page, folder);
  await expect(page.getByText('onnx/model_quantized.onnx is not what the manifest of this folder says.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Make .* ready$/ })).toHaveCount(1);
  rmSync(join(folder, 'config.json'));
  await choose(page, folder);
  await expect(page.getByText('There is no config.json in this folder.')).toBeVisible();
});

function modelFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'windhover-model-'));
  folders.push(root);
  const folder = join(root, 'my-model');
  cpSync('static/models/tinytool', folder, { recursive: true });
  return folder;
}

async function choose(page: Page, folder: string): Promise<void> {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Add a model from a folder' }).click();
  await (await chooser).setFiles(folder);
}
