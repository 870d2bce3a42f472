import { expect, test, type Page } from '@playwright/test';
import { build } from 'vite';
import { serve } from '../../src/cli/serve.ts';
import { outside, type Outside } from './outside.ts';

/**
 * The ways by which a worker can reach another host, of whatever kind it is. Each is first shown to fire in a worker of a
 * page without protection, then tried in the jail of foreign code.
 */
const WAYS: Readonly<Record<string, string>> = {
  fetch: `fetch(to('fetch'), { mode: 'no-cors' })`,
  post: `fetch(to('post'), { method: 'POST', mode: 'no-cors', body: 'x' })`,
  request: `fetch(new Request(to('request'), { mode: 'no-cors' }))`,
  xhr: `new Promise((done, failed) => { const xhr = new XMLHttpRequest(); xhr.onload = done; xhr.onerror = failed; xhr.open('GET', to('xhr')); xhr.send(); })`,
  websocket: `new Promise((done, failed) => { const socket = new WebSocket(to('websocket').replace('http', 'ws')); socket.onopen = done; socket.onerror = failed; })`,
  eventsource: `new Promise((done, failed) => { const source = new EventSource(to('eventsource')); source.onopen = done; source.onerror = failed; })`,
  import: `import(to('import'))`,
  scripts: `importScripts(to('scripts'))`,
  cache: `caches.open('out').then((cache) => cache.add(to('cache')))`,
  'cache-all': `caches.open('out').then((cache) => cache.addAll([to('cache-all')]))`,
  font: `new FontFace('out', 'url(' + to('font') + ')').load()`,
};

/** Tries all of them; which were open is told by who arrived. */
const trying = (url: string): string => `(async () => {
  const to = (way) => '${url}' + way;
  const patience = () => new Promise((done) => setTimeout(done, 1500));
  await Promise.all([${Object.values(WAYS)
    .map((way) => `(async () => { try { await Promise.race([${way}, patience()]); } catch {} })()`)
    .join(', ')}]);
  return 'tried';
})()`;

test.describe.configure({ mode: 'parallel', timeout: 120_000 });

let target: Outside;
test.beforeEach(async () => {
  target = await outside();
});
test.afterEach(() => {
  target.close();
});

test('without protection every way out of a worker reaches another host', async ({ browser }) => {
  const { server, url } = await serve({ root: 'build', port: 0, protect: false });
  const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
  await page.goto(`${url}/headers.json`);
  await page.evaluate(
    (code) =>
      new Promise((done) => {
        const worker = new Worker(URL.createObjectURL(new Blob([`${code}.then(postMessage)`])));
        worker.onmessage = done;
      }),
    trying(target.url),
  );
  await page.context().close();
  server.close();
  expect(Object.keys(WAYS).filter((way) => !target.arrived.has(way))).toEqual([]);
});

test('foreign code in its jail gets no network, no storage, no locks, no parent; it gets bytes and gives bytes', async ({
  page,
}) => {
  await openWithGuest(page);
  expect(await runGuest(page, `onmessage = ({ data }) => postMessage(data.map((byte) => byte + 1))`)).toEqual({
    ok: true,
    value: {
      bytes: [2, 3],
      label: { sources: ['file:a', 'tool:guest'], integrity: 'untrusted', confidentiality: 'sealed', readers: [] },
    },
  });

  const walls = `
    const found = {};
    const wall = async (name, open) => { try { found[name] = await Promise.race([open(), new Promise((done) => setTimeout(done, 800, 'nothing came'))]); } catch (error) { found[name] = 'closed'; } };
    onmessage = async () => {
      await Promise.all([
        wall('database', () => new Promise((done, failed) => { const asked = indexedDB.open('out'); asked.onsuccess = () => done('open'); asked.onerror = failed; })),
        wall('private files', async () => (await navigator.storage.getDirectory(), 'open')),
        wall('caches', async () => (await caches.open('out'), 'open')),
        wall('locks', () => navigator.locks.request('out', () => 'open')),
        wall('rtc', async () => (new RTCPeerConnection(), 'open')),
        wall('parent', async () => (parent.document, 'open')),
        wall('eval', async () => (new Function('return 1')(), 'open')),
        wall('own files', async () => ((await fetch('/headers.json')), 'open')),
        wall('way out', async () => ((await fetch('/egress/aa')), 'open')),
        wall('tabs', () => new Promise((done) => { const tabs = new BroadcastChannel('agent'); tabs.onmessage = () => done('open'); new BroadcastChannel('egress').postMessage({ kind: 'pull', token: 'aa', question: 'bb' }); })),
        wall('module', () => new Promise((done, failed) => { const inner = new Worker(URL.createObjectURL(new Blob(['postMessage(self.origin)']))); inner.onmessage = ({ data }) => done(data); inner.onerror = failed; })),
        ${trying(target.url)},
      ]);
      postMessage(new TextEncoder().encode(JSON.stringify(found)));
    };`;
  const heard = page.evaluate(
    () =>
      new Promise<string>((done) => {
        new BroadcastChannel('egress').onmessage = () => done('the guest was heard');
        setTimeout(done, 3_000, 'nothing was heard');
      }),
  );
  const out = await runGuest(page, walls, { deadline: 20_000 });
  if (!('value' in out)) throw new Error(JSON.stringify(out));
  expect(JSON.parse(Buffer.from(out.value.bytes).toString())).toEqual({
    ...Object.fromEntries(
      ['database', 'private files', 'caches', 'locks', 'rtc', 'parent', 'eval', 'own files', 'way out'].map((name) => [
        name,
        'closed',
      ]),
    ),
    tabs: 'nothing came',
    // It may start more of its own, which are as shut in and go with the frame.
    module: 'null',
  });
  expect(await heard).toBe('nothing was heard');
  expect([...target.arrived]).toEqual([]);
});

test('foreign code that is slow, says too much, says no bytes or breaks is ended, and nothing of it stays', async ({
  page,
}) => {
  await openWithGuest(page);
  const code = (out: Awaited<ReturnType<typeof runGuest>>): string => (out.ok ? 'done' : out.error.code);
  expect(code(await runGuest(page, `onmessage = () => { for (;;); }`, { deadline: 500 }))).toBe('timeout');
  expect(code(await runGuest(page, `onmessage = () => postMessage(new Uint8Array(4_001))`))).toBe('too-large');
  expect(code(await runGuest(page, `onmessage = () => postMessage('text')`))).toBe('not-bytes');
  expect(code(await runGuest(page, `throw new Error('no')`))).toBe('crashed');
  expect(await page.locator('iframe').count()).toBe(0);
  expect(page.workers().every((worker) => !worker.url().startsWith('blob:'))).toBe(true);
});

test('where the jail’s page comes without its headers, foreign code is not run', async ({ browser }) => {
  const { server, url } = await serve({ root: 'build', port: 0, protect: false });
  const context = await browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  await openWithGuest(page, url);
  const out = await runGuest(page, `onmessage = () => fetch('${target.url}fetch')`, { deadline: 5_000 });
  await context.close();
  server.close();
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

async function openWithGuest(page: Page, url = ''): Promise<void> {
  await page.goto(`${url}/`);
  await page.evaluate(await adapter);
}

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
