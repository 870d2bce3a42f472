/**
 * Each worker's first import. Takes the network away from everything that is loaded after it, and tests that it is
 * gone: the headers are the wall, this is the second one. What is left of `fetch` reaches only GETs of our own origin's
 * static files; the service worker, which alone can send elsewhere, only whoever was handed `knock`.
 */
import '../src/trusted.ts';
import { EGRESS_PATH } from '../src/adapters/http/egress-path.ts';
import { takeNetwork } from './network-globals.ts';

const platformFetch = globalThis.fetch.bind(globalThis);
takeNetwork(guardedFetch);

/** GET of a static file of this app; everything else is refused before the platform sees it. */
function guardedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const url = new URL(input instanceof Request ? input.url : input, location.href);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  if (url.origin !== location.origin || method !== 'GET' || url.search !== '' || url.pathname.startsWith(EGRESS_PATH)) {
    return Promise.reject(new TypeError(`fetch is closed in this worker: ${method} ${url.origin}${url.pathname}`));
  }
  return ownGet(url, init?.signal ?? null);
}

/**
 * Wakes the service worker for what is held under a token. For the egress adapter alone: it is handed over where a worker
 * is composed, and nothing else reaches it.
 * @param token hexadecimal
 */
export function knock(token: string, signal: AbortSignal): Promise<Response> {
  if (!/^[0-9a-f]+$/.test(token)) return Promise.reject(new TypeError(`this is no token: ${token}`));
  return ownGet(new URL(EGRESS_PATH + token, location.origin), signal);
}

function ownGet(url: URL, signal: AbortSignal | null): Promise<Response> {
  return platformFetch(url, { method: 'GET', credentials: 'omit', redirect: 'error', signal });
}

/**
 * What the headers of this worker's script fail to shut: empty when it is safe to run. Needs no network: without
 * `connect-src` a data: URL can be fetched, without `script-src` text can be evaluated.
 */
export async function selfTest(): Promise<string[]> {
  const open: string[] = [];
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the point is that this must throw
    new Function('');
    open.push('eval');
  } catch {
    // refused, as it must be
  }
  await platformFetch('data:,').then(
    () => open.push('fetch'),
    () => undefined,
  );
  return open;
}

/** Stops a worker whose script came without its headers. Development servers send none. */
export async function requireShut(): Promise<void> {
  const open = await selfTest();
  if (open.length > 0 && !import.meta.env.DEV)
    throw new Error(
      `This worker is not shut in (${open.join(', ')} open): the server must send the headers of _headers with every script`,
    );
}
