import { spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { chromium, expect, test, type Browser, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';
import { composed, EGRESS_CASES } from '../conformance/egress.ts';
import { egressHost } from '../conformance/egress-host.ts';
import { drive, drivenBuild, startDriver } from './egress/driven-build.ts';
import { PATIENCE_MS } from './world.ts';

/** The way out of the finished build: its service worker, its headers, real hosts. */
test.describe.configure({ mode: 'serial', timeout: 180_000 });

let root: string;
let app: Awaited<ReturnType<typeof serve>>;
let browser: Browser;
let served: Page;
let unserved: Page;

async function open(serviceWorkers: 'allow' | 'block', url = app.url): Promise<Page> {
  const page = await (await browser.newContext({ serviceWorkers })).newPage();
  await page.goto(url);
  await page.waitForLoadState('load');
  if (serviceWorkers === 'allow')
    await expect
      .poll(() => page.evaluate(() => navigator.serviceWorker.controller?.state), { timeout: PATIENCE_MS })
      .toBe('activated');
  await startDriver(page);
  return page;
}

test.beforeAll(async () => {
  root = await drivenBuild();
  app = await serve({ root, port: 0 });
  browser = await chromium.launch({ executablePath: findBrowser(), args: BROWSER_ARGS });
  served = await open('allow');
  unserved = await open('block');
});
test.afterAll(async () => {
  await browser.close();
  app.server.closeAllConnections();
  app.server.close();
  rmSync(root, { recursive: true, force: true });
});

test('a worker that was there before the service worker has a way out as soon as there is one', async () => {
  const host = await egressHost();
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(() => {
    const container = navigator.serviceWorker;
    Object.assign(globalThis, { register: container.register.bind(container) });
    container.register = () => new Promise(() => undefined);
  });
  await page.goto(app.url);
  await startDriver(page);
  const before = await drive(page, composed(host, 'echo'));
  expect(before).toMatchObject({ kind: 'failure', failure: { code: 'no-way-out', sent: 'no' } });
  await page.evaluate(async () => {
    const { register } = globalThis as unknown as { register: ServiceWorkerContainer['register'] };
    const claimed = new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
    await register('/service-worker.js');
    await claimed;
  });
  expect(await drive(page, composed(host, 'echo'))).toMatchObject({ kind: 'answer', status: 200 });
  await page.context().close();
  await host.close();
});

test('files that are served with another content policy than their own stop it, and that is told from a host that is away', async () => {
  const host = await egressHost();
  const copy = await drivenBuild();
  const rules = JSON.parse(readFileSync(join(copy, 'headers.json'), 'utf8')) as {
    exact: Record<string, Record<string, string>>;
  };
  Object.assign(rules.exact['/service-worker.js'] ?? {}, {
    'Content-Security-Policy': `default-src 'none'; script-src 'self'; connect-src 'self'`,
  });
  writeFileSync(join(copy, 'headers.json'), JSON.stringify(rules));
  const other = await serve({ root: copy, port: 0 });
  const page = await open('allow', other.url);
  expect(await drive(page, composed(host, 'echo'))).toMatchObject({
    kind: 'failure',
    failure: { code: 'blocked-here', sent: 'no' },
  });
  expect(host.arrivals).toEqual([]);
  await page.context().close();
  other.server.closeAllConnections();
  other.server.close();
  rmSync(copy, { recursive: true, force: true });
  await host.close();
});

test('in development there is the same way out', async () => {
  const host = await egressHost();
  // A process of its own: the build above has made this one a production one.
  const server = spawn('node_modules/.bin/vite', ['dev', '--port', '0', '--host', '127.0.0.1'], {
    env: { ...process.env, NODE_ENV: 'development' },
  });
  const url = await new Promise<string>((found) => {
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => {
      said += stripVTControlCharacters(chunk.toString());
      const at = /http:\/\/127\.0\.0\.1:\d+\//.exec(said)?.[0];
      if (at !== undefined) found(at);
    });
  });
  const page = await (await browser.newContext()).newPage();
  // Not the app itself, whose many modules take their time there.
  await page.goto(new URL('/robots.txt', url).href);
  await page.evaluate(async () => {
    const claimed = new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done));
    await navigator.serviceWorker.register('/service-worker.js', { type: 'module' });
    await claimed;
  });
  await startDriver(page, '/tests/e2e/egress/driver.ts');
  expect(await drive(page, composed(host, 'echo'))).toMatchObject({ kind: 'answer', status: 200 });
  await page.context().close();
  server.kill();
  await host.close();
});

test('when the service worker ends in the middle of an answer, that is no end of it', async () => {
  const host = await egressHost();
  const page = await open('allow');
  const session = await browser.newBrowserCDPSession();
  const reading = drive(page, composed(host, 'endless'));
  await expect.poll(() => host.arrivals.length).toBe(1);
  const { targetInfos } = await session.send('Target.getTargets');
  for (const { targetId, type } of targetInfos)
    if (type === 'service_worker') await session.send('Target.closeTarget', { targetId });
  const outcome = await reading;
  expect(outcome.kind === 'answer' ? outcome.whole : outcome.failure.sent).toBe(
    outcome.kind === 'answer' ? false : 'unknown',
  );
  await page.context().close();
  await host.close();
});

for (const { name, run } of EGRESS_CASES)
  test(name, async () => {
    const host = await egressHost();
    await run({
      host,
      attempt: (attempt) => drive(served, attempt),
      unserved: (attempt) => drive(unserved, attempt),
      keepsBack: true,
    });
    await host.close();
  });
