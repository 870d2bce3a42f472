import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, expect, test, type Page } from '@playwright/test';
import { BROWSER_ARGS } from '../../src/cli/find-browser.ts';
import { serve } from '../../src/cli/serve.ts';
import { outside, type Outside } from './outside.ts';

/**
 * The ways by which a page can reach another host, or make its name be looked up. Each is first shown to fire on the same build served without headers, then
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
  preconnect: `add('link', { rel: 'preconnect', href: bare })`,
  lookup: `add('link', { rel: 'dns-prefetch', href: 'http://' + LOOKED_UP })`,
  'shared-worker': `new SharedWorker(URL.createObjectURL(new Blob(["fetch('" + to('shared-worker') + "', { mode: 'no-cors' })"])))`,
  'blob-worker': `new Worker(URL.createObjectURL(new Blob(["fetch('" + to('blob-worker') + "', { mode: 'no-cors' })"])))`,
  'blank-page': `window.open('about:blank').fetch(to('blank-page'), { mode: 'no-cors' }).catch(() => {})`,
  'blank-location': `window.open('about:blank').location.href = to('blank-location')`,
  'blob-page': `window.open(URL.createObjectURL(new Blob(['<img src="' + to('blob-page') + '">'], { type: 'text/html' })))`,
  opener: `{ const other = window.open('/robots.txt'); const poll = setInterval(() => { if (other.location.pathname === '/robots.txt' && other.document.readyState === 'complete') { clearInterval(poll); other.opener.location.href = to('opener'); } }, 50); }`,
  location: `location.href = to('location')`,
};

/** A name whose look-up the browser notes in a log of its own: no server hears of it. */
const LOOKED_UP = 'looked-up.example';

const HELPERS = `
  const LOOKED_UP = '${LOOKED_UP}';
  const add = (tag, properties) => { const node = Object.assign(document.createElement(tag), properties); document.body.append(node); return node; };
`;

/** Tries each way on a page of its own, since some of them navigate away. */
async function tryAll(app: string, target: Outside, protect: boolean): Promise<void> {
  // What is shut is given a moment to fail; what is open is waited for.
  const patience = protect ? 1_000 : 8_000;
  // A profile on disk: an incognito one fetches no icons.
  const profile = mkdtempSync(join(tmpdir(), 'windhover-ways-'));
  const netLog = join(profile, 'net-log.json');
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: [...BROWSER_ARGS, `--log-net-log=${netLog}`],
    serviceWorkers: protect ? 'allow' : 'block',
  });
  for (const [way, code] of Object.entries(WAYS)) {
    const page: Page = await context.newPage();
    await page.goto(app);
    await page.waitForLoadState('domcontentloaded');
    const script = `(() => { const to = (way) => '${target.url}' + way; const [stun, bare] = ['${target.stun}', '${target.bare}']; ${HELPERS} try { ${code} } catch {} })()`;
    await page.evaluate(script).catch(() => undefined);
    for (let waited = 0; waited < patience && !target.arrived.has(way); waited += 100) await page.waitForTimeout(100);
    for (const opened of context.pages()) if (opened !== page) await opened.close();
    await page.close();
  }
  await context.close();
  if (readFileSync(netLog, 'utf8').includes(LOOKED_UP)) target.arrived.add('lookup');
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
