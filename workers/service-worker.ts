/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />
import { sendOut } from './shut-exit.ts';
import { version } from '$service-worker';
import { broadcastChannel } from '#adapters/broadcast/broadcast-channel.ts';
import { answerEgress } from '#adapters/http/egress-exit.ts';
import { EGRESS_PATH } from '#adapters/http/egress-path.ts';
import { EGRESS_CHANNEL, type EgressMessage } from '#adapters/http/egress-wire.ts';
import { platformClock } from '#adapters/platform/clock.ts';
import { webCryptoEntropy } from '#adapters/webcrypto/entropy.ts';
import { violationLog } from './violations.ts';
import { answerNoticeClick } from './notice-click.ts';

/**
 * The app's offline copy, and its only way out. It holds the shell and every file of one build, answers navigations with
 * the shell at any deep link, and never takes over by itself: a new version waits until the owner accepts it. Elsewhere
 * it connects only for a request that a worker of the app holds for it, of which it checks everything again; the rest of
 * this thread is shut in.
 */
const scope = globalThis.self as unknown as ServiceWorkerGlobalScope;
const CACHE = `windhover-${version}`;
const SHELL = '/';
/** Pages of their own, which the shell does not answer for. */
const STANDALONE = ['/verify.html', '/guest.html'];
const ADD_AT_ONCE = 8;
/** As in header-rules.js: what is not kept from the start. */
const KEPT_WHEN_USED = /^\/(sample|models)\/|\/ort-wasm[^/]*\.(mjs|wasm)$/;
const exit = {
  broadcast: broadcastChannel<EgressMessage>(EGRESS_CHANNEL),
  clock: platformClock,
  entropy: webCryptoEntropy,
  hash: async (bytes: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)),
  send: sendOut,
  blocked: violationLog(scope),
};

scope.addEventListener('install', (event) => {
  if (!import.meta.env.DEV) event.waitUntil(precache());
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      for (const key of await caches.keys())
        if (key.startsWith('windhover-') && key !== CACHE) await caches.delete(key);
      await scope.clients.claim();
    })(),
  );
});

scope.addEventListener('message', (event) => {
  if (event.data === 'skip-waiting') event.waitUntil(scope.skipWaiting());
  if (event.data === 'claim') event.waitUntil(scope.clients.claim());
});

scope.addEventListener('notificationclick', (event) => {
  event.waitUntil(answerNoticeClick(scope.clients, event.notification, event.action));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.location.origin) return;
  if (request.mode !== 'navigate' && url.pathname.startsWith(EGRESS_PATH)) {
    event.respondWith(answerEgress(url.pathname.slice(EGRESS_PATH.length), exit));
    return;
  }
  // Nothing is kept of what a development server serves.
  if (import.meta.env.DEV) return;
  const shell = request.mode === 'navigate' && !STANDALONE.includes(url.pathname);
  event.respondWith(shell ? answerNavigation(request) : answerFile(request, url.pathname));
});

async function precache(): Promise<void> {
  const cache = await caches.open(CACHE);
  const list = (await (await fetch('/precache.json', { cache: 'no-store' })).json()) as string[];
  const files = [SHELL, '/headers.json', ...list];
  for (let i = 0; i < files.length; i += ADD_AT_ONCE) {
    await cache.addAll(files.slice(i, i + ADD_AT_ONCE).map((file) => new Request(file, { cache: 'no-cache' })));
  }
  await keepUsed(cache);
}

/** What the owner used of the version before works offline in this one too, where it is still there. */
async function keepUsed(cache: Cache): Promise<void> {
  for (const name of await caches.keys()) {
    if (!name.startsWith('windhover-') || name === CACHE) continue;
    const paths = (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname);
    for (const path of paths.filter((file) => KEPT_WHEN_USED.test(file))) await cache.add(path).catch(() => undefined);
  }
}

async function answerNavigation(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const shell = await cache.match(SHELL);
  return shell ? shielded(shell, '/index.html') : fetch(request);
}

async function answerFile(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(CACHE);
  const hit = await cache.match(path);
  if (hit) return shielded(hit, path);
  const response = await fetch(request);
  // Samples, models and what runs them are kept from their first use, so that they work offline too.
  if (response.ok && KEPT_WHEN_USED.test(path)) await cache.put(path, response.clone());
  return response;
}

/**
 * Adds the headers to a response whose host sent none, from the build's own rules. Weaker than a host that sends them,
 * because the very first load had none; the app says so.
 */
async function shielded(response: Response, path: string): Promise<Response> {
  if (response.headers.has('Content-Security-Policy')) return response;
  const cache = await caches.open(CACHE);
  const rules = (await (await cache.match('/headers.json'))?.json()) as
    { exact: Record<string, Record<string, string>>; rest: Record<string, string> } | undefined;
  if (!rules) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(rules.exact[path] ?? rules.rest)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
