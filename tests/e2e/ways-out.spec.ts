import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import { BROWSER_ARGS } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';
import { outside, type Outside } from './outside.ts';

/**
 * Twenty ways a page can reach another host. Each is first shown to fire on the same build served without headers, then
 * tried on the build as `npm start` serves it: none may arrive.
 */
const WAYS: Readonly<Record<string, string>> = {
  fetch: `fetch(to('fetch'), { mode: 'no-cors' }).catch(() => {})`,
  beacon: `navigator.sendBeacon(to('beacon'), 'x')`,
  websocket: `new WebSocket(to('websocket').replace('http', 'ws'))`,
  eventsource: `new EventSource(to('eventsource'))`,
  image: `new Image().src = to('image')`,
  import: `import(to('import')).catch(() => {})`,
  script: `add('script', { src: to('script') })`,
  stylesheet: `add('link', { rel: 'stylesheet', href: to('stylesheet') })`,
  prefetch: `add('link', { rel: 'prefetch', href: to('prefetch') })`,
  preload: `add('link', { rel: 'preload', as: 'image', href: to('preload') })`,
  modulepreload: `add('link', { rel: 'modulepreload', href: to('modulepreload') })`,
  icon: `document.querySelectorAll('link[rel=icon]').forEach((old) => old.remove()); document.head.append(add('link', { rel: 'icon', href: to('icon') }))`,
  speculation: `add('script', { type: 'speculationrules', textContent: JSON.stringify({ prefetch: [{ source: 'list', urls: [to('speculation')] }] }) })`,
  iframe: `add('iframe', { src: to('iframe') })`,
  form: `{ const frame = add('iframe', { name: 'sink' }); const form = add('form', { action: to('form'), target: 'sink' }); form.submit(); }`,
  ping: `{ const link = add('a', { href: '#ping', ping: to('ping') }); link.click(); }`,
  open: `window.open(to('open'))`,
  blank: `{ const link = add('a', { href: to('blank'), target: '_blank', rel: 'noopener' }); link.click(); }`,
  webrtc: `{ const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + stun }] }); peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer)); }`,
  location: `location.href = to('location')`,
};

const HELPERS = `
  const add = (tag, properties) => { const node = Object.assign(document.createElement(tag), properties); document.body.append(node); return node; };
`;

/** Tries each way on a page of its own, since some of them navigate away. */
async function tryAll(app: string, target: Outside, protect: boolean): Promise<void> {
  // What is shut is given a moment to fail; what is open is waited for.
  const patience = protect ? 1_000 : 8_000;
  // A profile on disk: an incognito one fetches no icons.
  const profile = mkdtempSync(join(tmpdir(), 'windhover-ways-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: BROWSER_ARGS,
    serviceWorkers: protect ? 'allow' : 'block',
  });
  for (const [way, code] of Object.entries(WAYS)) {
    const page: Page = await context.newPage();
    await page.goto(app);
    await page.waitForLoadState('domcontentloaded');
    const script = `(() => { const to = (way) => '${target.url}' + way; const stun = '${target.stun}'; ${HELPERS} try { ${code} } catch {} })()`;
    await page.evaluate(script).catch(() => undefined);
    for (let waited = 0; waited < patience && !target.arrived.has(way); waited += 100) await page.waitForTimeout(100);
    await page.close();
  }
  await context.close();
  rmSync(profile, { recursive: true, force: true });
}

test.describe.configure({ mode: 'parallel', timeout: 180_000 });

test('without protection every way out of a page reaches another host', async () => {
  const { server, url } = await serve({ root: 'build', port: 0, protect: false });
  const target = await outside();
  await tryAll(url, target, false);
  target.close();
  server.close();
  expect(Object.keys(WAYS).filter((way) => !target.arrived.has(way))).toEqual([]);
});

test('as served by npm start no way out of a page reaches another host', async () => {
  const { server, url } = await serve({ root: 'build', port: 0 });
  const target = await outside();
  await tryAll(url, target, true);
  target.close();
  server.close();
  expect([...target.arrived]).toEqual([]);
});

test('nothing gets out of the agent worker either', async ({ page }) => {
  const target = await outside();
  await page.goto('/');
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  const worker = page.workers()[0]!;
  for (const way of [
    `fetch(to('fetch'), { mode: 'no-cors' })`,
    `fetch('/', { method: 'POST', body: 'x' })`,
    `fetch('/egress/00')`,
    `new WebSocket(to('websocket').replace('http', 'ws'))`,
    `new EventSource(to('eventsource'))`,
    `new XMLHttpRequest()`,
    `import(to('import'))`,
    `new Worker(to('worker'))`,
  ]) {
    const outcome = await worker.evaluate(
      `(async () => { const to = (way) => '${target.url}' + way; try { await (${way}); return 'open'; } catch { return 'closed'; } })()`,
    );
    expect(outcome, way).toBe('closed');
  }
  target.close();
  expect([...target.arrived]).toEqual([]);
});
