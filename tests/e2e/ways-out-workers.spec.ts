import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, type Browser, type BrowserContext, type Page, type Worker } from '@playwright/test';
import { serve } from '../../src/cli/serve.ts';
import { outside, type Outside } from './outside.ts';
import { OUTSIDE_WAYS } from './worker-ways.ts';
import { PATIENCE_MS } from './world.ts';

/** What the app's own workers cannot reach, each way first shown to be open to a worker of the same kind unprotected. */
const AGENT_WAYS: Readonly<Record<string, string>> = {
  ...OUTSIDE_WAYS,
  'blob-worker': `new Worker(URL.createObjectURL(new Blob(["fetch('" + to('blob-worker') + "', { mode: 'no-cors' })"])))`,
  'own-post': `fetch(own('own-post'), { method: 'POST', body: 'x' })`,
  'own-query': `fetch(own('own-query?said=x'))`,
  'own-token': `fetch(own('egress/00'))`,
};

/** A service worker may not import, and has neither XMLHttpRequest nor workers of its own, nor fonts. */
const NOT_IN_SERVICE_WORKERS = ['xhr', 'import', 'scripts', 'font'];
const SERVICE_WORKER_WAYS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(OUTSIDE_WAYS).filter(([way]) => !NOT_IN_SERVICE_WORKERS.includes(way))),
  'cache-request': `caches.open('out').then((cache) => cache.add(new Request(to('cache-request'), { mode: 'no-cors' })))`,
  'own-post': `fetch(own('own-post'), { method: 'POST', body: 'x' })`,
};

test.describe.configure({ mode: 'parallel', timeout: 120_000 });

let root: string;
let target: Outside;
let app: { readonly server: Server; readonly url: string };
let context: BrowserContext;
/** What was asked of the app's own host, but for plain files. */
let asked: Set<string>;

test.beforeEach(async () => {
  target = await outside();
  root = mkdtempSync(join(tmpdir(), 'windhover-workers-'));
});
test.afterEach(async () => {
  await context.close();
  app.server.closeAllConnections();
  app.server.close();
  target.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(browser: Browser, folder: string, protect: boolean, path = '/'): Promise<Page> {
  app = await serve({ root: folder, port: 0, protect });
  asked = new Set();
  app.server.on('request', ({ url = '' }) =>
    asked.add(
      url
        .slice(1)
        .replace(/^egress\/00$/, 'own-token')
        .split('?')[0] ?? '',
    ),
  );
  context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(app.url + path);
  return page;
}

/** Tries all of them at once, and gives each its time. */
function trying(ways: Readonly<Record<string, string>>): string {
  const each = Object.values(ways).map(
    (way) => `(async () => { try { await Promise.race([(${way}), patience()]); } catch {} })()`,
  );
  return `(async () => {
    const to = (way) => '${target.url}' + way;
    const own = (path) => '${app.url}/' + path;
    const quic = '${target.quic}';
    const patience = () => new Promise((done) => setTimeout(done, 2_000));
    await Promise.all([${each.join(', ')}]);
  })()`;
}

function openOf(ways: Readonly<Record<string, string>>): string[] {
  return Object.keys(ways).filter((way) => target.arrived.has(way) || asked.has(way));
}

/** A worker that loads nothing, without headers: in it every way is open. */
function plainPage(): string {
  cpSync('build/headers.json', join(root, 'headers.json'));
  writeFileSync(join(root, 'index.html'), '<!doctype html><title>plain</title>');
  writeFileSync(join(root, 'plain.js'), `onfetch = () => undefined; oninstall = () => skipWaiting();`);
  return root;
}

test('without protection every way is open to a worker', async ({ browser }) => {
  const page = await open(browser, plainPage(), false);
  await page.evaluate(
    (code) =>
      new Promise<void>((done) => {
        const worker = new Worker(URL.createObjectURL(new Blob([`${code}.then(() => postMessage(0))`])));
        worker.onmessage = () => done();
      }),
    trying(AGENT_WAYS),
  );
  await expect.poll(() => openOf(AGENT_WAYS), { timeout: 10_000 }).toEqual(Object.keys(AGENT_WAYS));
});

test('nothing gets out of the agent worker: neither to another host nor to the own one', async ({ browser }) => {
  const page = await open(browser, 'build', true);
  await expect.poll(() => page.workers().some((worker) => worker.url().includes('agent.worker'))).toBe(true);
  const worker = page.workers().find((each) => each.url().includes('agent.worker'))!;
  await worker.evaluate(trying(AGENT_WAYS));
  await page.waitForTimeout(1_000);
  expect(openOf(AGENT_WAYS)).toEqual([]);
  expect([...target.arrived]).toEqual([]);
});

/** The service worker of a page, once it runs. */
async function serviceWorkerOf(page: Page, script: string): Promise<Worker> {
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.ready.then(({ active }) => active?.state)), {
      timeout: PATIENCE_MS,
    })
    .toBe('activated');
  await expect.poll(() => context.serviceWorkers().length).toBeGreaterThan(0);
  return context.serviceWorkers().find((worker) => worker.url().endsWith(script))!;
}

test('without protection every way is open to a service worker', async ({ browser }) => {
  const page = await open(browser, plainPage(), false);
  await page.evaluate(() => navigator.serviceWorker.register('/plain.js').then(() => undefined));
  const worker = await serviceWorkerOf(page, '/plain.js');
  await worker.evaluate(trying(SERVICE_WORKER_WAYS));
  await expect.poll(() => openOf(SERVICE_WORKER_WAYS), { timeout: 10_000 }).toEqual(Object.keys(SERVICE_WORKER_WAYS));
});

test('nothing gets out of the service worker but by its exit, though its headers let it connect elsewhere', async ({
  browser,
}) => {
  const page = await open(browser, 'build', true);
  const worker = await serviceWorkerOf(page, '/service-worker.js');
  await worker.evaluate(trying(SERVICE_WORKER_WAYS));
  await page.waitForTimeout(1_000);
  expect(openOf(SERVICE_WORKER_WAYS)).toEqual([]);
  expect([...target.arrived]).toEqual([]);
  // It still serves the app: that is what is left of its network.
  expect(await worker.evaluate(() => fetch('/robots.txt').then(({ ok }) => ok))).toBe(true);
});
