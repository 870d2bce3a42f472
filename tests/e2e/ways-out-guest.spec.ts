import type { Server } from 'node:http';
import { expect, test, type Browser, type BrowserContext, type Frame, type Page } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../src/cli/serve.ts';
import { outside, type Outside } from './outside.ts';
import { OUTSIDE_WAYS } from './worker-ways.ts';

/**
 * The ways by which a worker can reach another host (`to`), the app's own (`own`), what the browser keeps for the app, or
 * other pages. Each is first shown to be open to a worker of a page without protection, then tried in the jail. One that
 * leads to a host is open when the host was reached, any other when it comes to `open`.
 */
const WORKER_WAYS: Readonly<Record<string, string>> = {
  ...OUTSIDE_WAYS,
  'own-fetch': `fetch(own('own-fetch'))`,
  'own-post': `fetch(own('own-post'), { method: 'POST', body: 'x' })`,
  'own-xhr': `new Promise((done, failed) => { const xhr = new XMLHttpRequest(); xhr.onload = done; xhr.onerror = failed; xhr.open('GET', own('own-xhr')); xhr.send(); })`,
  'own-eventsource': `new Promise((done, failed) => { const source = new EventSource(own('own-eventsource')); source.onopen = done; source.onerror = failed; })`,
  'own-import': `import(own('own-import'))`,
  'own-scripts': `importScripts(own('own-scripts'))`,
  'own-worker': `new Promise((done) => { new Worker(own('own-worker')).onerror = done; })`,
  'own-page': `fetch(app + '/index.html').then((page) => page.text()).then((text) => text.includes('<html') && 'open')`,
  'data-worker': `new Promise((done, failed) => { const inner = new Worker('data:text/javascript,postMessage(1)'); inner.onmessage = () => done('open'); inner.onerror = failed; })`,
  database: `new Promise((done, failed) => { const asked = indexedDB.open('out'); asked.onsuccess = () => done('open'); asked.onerror = failed; })`,
  databases: `indexedDB.databases().then(() => 'open')`,
  'private files': `navigator.storage.getDirectory().then(() => 'open')`,
  estimate: `navigator.storage.estimate().then(() => 'open')`,
  caches: `caches.keys().then(() => 'open')`,
  locks: `navigator.locks.request('out', () => 'open')`,
  'locks held': `navigator.locks.query().then(() => 'open')`,
  broadcast: `new Promise((done) => { const tabs = new BroadcastChannel('out'); tabs.onmessage = () => done('open'); tabs.postMessage('x'); })`,
  eval: `new Function('return "open"')()`,
};

/** The same of the frame around it. */
const FRAME_WAYS: Readonly<Record<string, string>> = {
  fetch: WORKER_WAYS.fetch ?? '',
  beacon: `navigator.sendBeacon(to('beacon'), 'x')`,
  websocket: WORKER_WAYS.websocket ?? '',
  webtransport: WORKER_WAYS.webtransport ?? '',
  webrtc: `(() => { const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:' + stun }] }); peer.createDataChannel('x'); return peer.createOffer().then((offer) => peer.setLocalDescription(offer)); })()`,
  image: `new Image().src = to('image')`,
  script: `add('script', { src: to('script') })`,
  stylesheet: `add('link', { rel: 'stylesheet', href: to('stylesheet') })`,
  font: `new FontFace('out', 'url(' + to('font') + ')').load()`,
  prefetch: `add('link', { rel: 'prefetch', href: to('prefetch') })`,
  preload: `add('link', { rel: 'preload', as: 'image', href: to('preload') })`,
  modulepreload: `add('link', { rel: 'modulepreload', href: to('modulepreload') })`,
  iframe: `add('iframe', { src: to('iframe') })`,
  form: `(add('iframe', { name: 'sink' }), add('form', { action: to('form'), target: 'sink' }).submit())`,
  ping: `add('a', { href: '#ping', ping: to('ping') }).click()`,
  open: `window.open(to('open'))`,
  blank: `add('a', { href: to('blank'), target: '_blank', rel: 'noopener' }).click()`,
  download: `add('a', { href: own('download'), download: 'x' }).click()`,
  'own-fetch': WORKER_WAYS['own-fetch'] ?? '',
  'own-script': `add('script', { src: own('own-script') })`,
  'own-image': `new Image().src = own('own-image')`,
  'own-frame': `add('iframe', { src: own('own-frame') })`,
  'shared-worker': `new SharedWorker(own('shared-worker'))`,
  registration: `navigator.serviceWorker.register(own('registration'))`,
  database: WORKER_WAYS.database ?? '',
  'private files': WORKER_WAYS['private files'] ?? '',
  caches: WORKER_WAYS.caches ?? '',
  locks: WORKER_WAYS.locks ?? '',
  localStorage: `(localStorage.setItem('out', 'x'), 'open')`,
  sessionStorage: `(sessionStorage.setItem('out', 'x'), 'open')`,
  cookie: `(document.cookie = 'out=x', document.cookie.includes('out=x') && 'open')`,
  broadcast: WORKER_WAYS.broadcast ?? '',
  parent: `(parent.document.title, 'open')`,
  'address of the parent': `(parent.location.href, 'open')`,
  'top-location': `top.location.href = to('top-location')`,
  location: `location.href = to('location')`,
};

/** Those by which a frame, or the page around it, may go elsewhere are tried by themselves. */
const LEAVING = ['download', 'location', 'top-location'];
const STAYING = Object.fromEntries(Object.entries(FRAME_WAYS).filter(([way]) => !LEAVING.includes(way)));

/** What the ways are tried on. */
interface Target {
  readonly app: string;
  readonly outside: Outside;
}

/** Tries all of them, each so often; gives the names of those that came to `open`. Which led to a host is told by who arrived. */
function trying(ways: Readonly<Record<string, string>>, { app, outside }: Target, times = 1): string {
  const each = Object.entries(ways).map(
    ([name, way]) => `(async () => {
      for (let time = 0; time < ${String(times)}; time++)
        try { if ((await Promise.race([(${way}), patience()])) === 'open') found.add('${name}'); } catch {}
    })()`,
  );
  return `(async () => {
    const [app, stun, quic] = ${JSON.stringify([app, outside.stun, outside.quic])};
    const to = (way) => '${outside.url}' + way;
    const own = (way) => app + '/' + way + '.js';
    const add = (tag, properties) => { const node = Object.assign(document.createElement(tag), properties); document.body.append(node); return node; };
    const found = new Set();
    const patience = () => new Promise((done) => setTimeout(done, ${String(times === 1 ? 2_000 : 300)}));
    await Promise.all([${each.join(', ')}]);
    return [...found];
  })()`;
}

test.describe.configure({ mode: 'parallel', timeout: 120_000 });

let target: Outside;
let app: { readonly server: Server; readonly url: string };
let context: BrowserContext;
let page: Page;
/** What was asked of the app's own host. */
let asked: Set<string>;
test.beforeEach(async () => {
  target = await outside();
});
test.afterEach(async () => {
  await context.close();
  app.server.closeAllConnections();
  app.server.close();
  target.close();
});

/** The build, with its headers or without, in a browser of its own; a page that listens to whoever speaks. */
async function open(browser: Browser, protect: boolean, path = '/'): Promise<void> {
  app = await serve({ root: 'build', port: 0, protect });
  asked = new Set();
  app.server.on('request', ({ url = '' }) => asked.add(url.slice(1).replace(/\.js$/, '')));
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(app.url + path);
  await page.evaluate(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    const tabs = new BroadcastChannel('out');
    tabs.onmessage = () => {
      heard.push('broadcast');
      tabs.postMessage('heard');
    };
    addEventListener('message', () => heard.push('message'));
  });
}

const heard = (): Promise<string[]> =>
  page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard).catch(() => []);

/** The ways among these that were open, by name. */
function openOf(ways: Readonly<Record<string, string>>, found: readonly string[]): string[] {
  return Object.keys(ways).filter((way) => found.includes(way) || target.arrived.has(way) || asked.has(way));
}

const there = (): Target => ({ app: app.url, outside: target });

test('without protection every way is open to a worker', async ({ browser }) => {
  await open(browser, false, '/headers.json');
  const found = await page.evaluate(
    (code) =>
      new Promise<string[]>((done) => {
        const worker = new Worker(URL.createObjectURL(new Blob([`${code}.then(postMessage)`])));
        worker.onmessage = ({ data }) => done(data as string[]);
      }),
    trying(WORKER_WAYS, there()),
  );
  expect(openOf(WORKER_WAYS, found)).toEqual(Object.keys(WORKER_WAYS));
});

test('without protection every way is open to a frame, and what it says to its parent is heard', async ({
  browser,
}) => {
  await open(browser, false, '/headers.json');
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = '/guest.html';
    document.body.append(frame);
  });
  await expect.poll(() => page.frames().length).toBe(2);
  await page.frames()[1]?.waitForLoadState();
  await page.frames()[1]?.evaluate(`parent.postMessage('x', '*')`);
  await expect.poll(heard).toContain('message');
  const found = (await page.frames()[1]?.evaluate(trying(STAYING, there()))) as string[];
  await leave('download');
  await leave('location');
  await expect.poll(() => [...target.arrived]).toContain('location');
  await page.evaluate(() => {
    const frame = document.createElement('iframe');
    frame.src = '/guest.html';
    document.body.append(frame);
  });
  await expect.poll(() => page.frames().at(-1)?.url()).toContain('/guest.html');
  await leave('top-location');
  await expect.poll(() => openOf(FRAME_WAYS, found), { timeout: 10_000 }).toEqual(Object.keys(FRAME_WAYS));
});

/** Tries one of the ways that end what tries them, in the frame that was put in last. */
async function leave(way: string): Promise<void> {
  const code = trying({ [way]: FRAME_WAYS[way] ?? '' }, there());
  await page
    .frames()
    .at(-1)
    ?.evaluate(code)
    .catch(() => undefined);
}

/** Changes what it can of what others build on, in its own world. */
const TAMPERING = `
  Object.prototype.kind = 'done';
  Object.prototype.bytes = new Uint8Array([6, 6, 6]);
  Uint8Array.prototype.slice = function () { return new Uint8Array([6]); };
  Object.defineProperty(Uint8Array.prototype, 'byteLength', { get: () => 1 });
  MessagePort.prototype.postMessage = function () {};
  self.origin = 'http://localhost';
`;

test('foreign code finds every way shut, also in a worker of its own, when it tries often and when it tampers', async ({
  browser,
}) => {
  await open(browser, true);
  await page.evaluate(await adapter);
  expect(await runGuest(page, `onmessage = ({ data }) => postMessage(data.map((byte) => byte + 1))`)).toEqual({
    ok: true,
    value: {
      bytes: [2, 3],
      label: { sources: ['file:a', 'tool:guest'], integrity: 'untrusted', confidentiality: 'sealed', readers: [] },
    },
  });
  asked.clear();
  const said = `.then((found) => post(new TextEncoder().encode(JSON.stringify(found))))`;
  const code = `const post = postMessage.bind(self); onmessage = () => ${trying(WORKER_WAYS, there(), 10)}${said}`;
  const inner = `onmessage = () => { const inner = new Worker(URL.createObjectURL(new Blob([${JSON.stringify(code)}]))); inner.onmessage = ({ data }) => postMessage(data); inner.postMessage(0); }`;
  for (const each of [code, inner, `${TAMPERING} ${code}`]) {
    const out = await runGuest(page, each, { deadline: 60_000 });
    if (!('value' in out)) throw new Error(JSON.stringify(out));
    expect(openOf(WORKER_WAYS, JSON.parse(Buffer.from(out.value.bytes).toString()) as string[])).toEqual([]);
  }
  expect([...target.arrived]).toEqual([]);
  expect(await heard()).toEqual([]);
});

test('the frame around foreign code finds every way shut, too', async ({ browser }) => {
  await open(browser, true);
  await page.evaluate(await adapter);
  asked.clear();
  await inJail(8_000, async (frame) => {
    expect(openOf(FRAME_WAYS, await frame.evaluate<string[]>(trying(STAYING, there(), 3)))).toEqual([]);
  });
  for (const way of LEAVING) await inJail(1_500, () => leave(way));
  expect(openOf(FRAME_WAYS, [])).toEqual([]);
  expect([...target.arrived]).toEqual([]);
  expect(new URL(page.url()).origin, 'the page around it is where it was').toBe(app.url);
  expect(context.pages()).toEqual([page]);
  expect(await heard()).toEqual([]);
});

/** Does something in the frame around a guest that stays for so long; then frame and guest are gone. */
async function inJail(deadline: number, work: (frame: Frame) => Promise<void>): Promise<void> {
  const running = runGuest(page, `onmessage = () => {}`, { deadline });
  await expect.poll(() => page.frames().at(-1)?.url()).toContain('/guest.html');
  const frame = page.frames().at(-1)!;
  await frame.waitForLoadState();
  await work(frame);
  expect(await running).toMatchObject({ ok: false, error: { code: 'timeout' } });
  await expect.poll(() => page.frames().length).toBe(1);
}

test('one guest cannot speak for another, nor twice, nor make its answer into anything but bytes', async ({
  browser,
}) => {
  await open(browser, true);
  await page.evaluate(await adapter);
  const slow = runGuest(page, `onmessage = () => setTimeout(() => postMessage(Uint8Array.of(1)), 1500)`);
  const forged = `{ kind: 'done', bytes: Uint8Array.of(9) }`;
  const noise = `
    onmessage = ({ ports }) => {
      const { port1, port2 } = new MessageChannel();
      for (const port of ports) port.postMessage(${forged});
      for (const name of ['guest', 'agent', 'egress']) try { new BroadcastChannel(name).postMessage(${forged}); } catch {}
      postMessage(Uint8Array.of(2));
      for (let time = 0; time < 100; time++) postMessage(Uint8Array.of(9), []);
      postMessage(${forged});
      postMessage(port2, [port2]);
      port1.postMessage(${forged});
    };`;
  const answers = await Promise.all([runGuest(page, noise), slow]);
  expect(answers.map((answer) => (answer.ok ? answer.value.bytes : answer.error.code))).toEqual([[2], [1]]);
  const code = (out: Awaited<ReturnType<typeof runGuest>>): string => (out.ok ? 'done' : out.error.code);
  expect(code(await runGuest(page, `onmessage = () => postMessage(${forged})`))).toBe('not-bytes');
  const port = `onmessage = () => { const { port2 } = new MessageChannel(); postMessage(port2, [port2]); }`;
  expect(code(await runGuest(page, port))).toBe('not-bytes');
  const tampered = await runGuest(page, `${TAMPERING} onmessage = () => postMessage(new Uint8Array([1, 2, 3, 4, 5]))`);
  expect(tampered).toMatchObject({ ok: true, value: { bytes: [1, 2, 3, 4, 5] } });
  expect(code(await runGuest(page, `${TAMPERING} onmessage = () => postMessage(new Uint8Array(4_001))`))).toBe(
    'too-large',
  );
  expect(await page.evaluate(() => 'kind' in {})).toBe(false);
  expect(await heard()).toEqual([]);
});

test('foreign code that is slow, says too much, says no bytes or breaks is ended, and nothing of it stays', async ({
  browser,
}) => {
  await open(browser, true);
  await page.evaluate(await adapter);
  const code = (out: Awaited<ReturnType<typeof runGuest>>): string => (out.ok ? 'done' : out.error.code);
  expect(code(await runGuest(page, `onmessage = () => { for (;;); }`, { deadline: 500 }))).toBe('timeout');
  expect(code(await runGuest(page, `onmessage = () => postMessage(new Uint8Array(4_001))`))).toBe('too-large');
  expect(code(await runGuest(page, `onmessage = () => postMessage('text')`))).toBe('not-bytes');
  expect(code(await runGuest(page, `throw new Error('no')`))).toBe('crashed');
  expect(await page.locator('iframe').count()).toBe(0);
  expect(page.workers().every((worker) => !worker.url().startsWith('blob:'))).toBe(true);
});

test('where the jail’s page comes without its headers, foreign code is not run', async ({ browser }) => {
  await open(browser, false);
  await page.evaluate(await adapter);
  const out = await runGuest(page, `onmessage = () => fetch('${target.url}fetch')`, { deadline: 5_000 });
  expect(out).toMatchObject({ ok: false, error: { code: 'no-jail' } });
  expect([...target.arrived]).toEqual([]);
});

/** The adapter as one script: the page has no use of it yet. */
const adapter = (async () => {
  const made = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, rolldownOptions: { input: 'tests/e2e/guest-entry.ts', output: { format: 'iife' } } },
  });
  const [bundle] = [made].flat();
  return bundle !== undefined && 'output' in bundle ? bundle.output[0].code : '';
})();

type GuestRun =
  | { readonly ok: true; readonly value: { readonly bytes: number[]; readonly label: unknown } }
  | { readonly ok: false; readonly error: { readonly code: string } };

function runGuest(page: Page, code: string, limits: Partial<{ deadline: number }> = {}): Promise<GuestRun> {
  return page.evaluate(
    async ([code, limits]) => {
      const label = { sources: ['file:a'], integrity: 'untrusted', confidentiality: 'sealed', readers: [] };
      const { guest } = globalThis as unknown as {
        guest: {
          run: (
            ...given: unknown[]
          ) => Promise<{ ok: true; value: { bytes: Uint8Array; label: unknown } } | { ok: false }>;
        };
      };
      const all = { deadline: 5_000, outputBytesMax: 4_000, ...limits };
      const out = await guest.run(code, { bytes: Uint8Array.of(1, 2), label }, all, new AbortController().signal);
      return 'value' in out ? { ok: true, value: { ...out.value, bytes: [...out.value.bytes] } } : out;
    },
    [code, limits] as const,
  ) as Promise<GuestRun>;
}
