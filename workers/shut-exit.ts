/**
 * The service worker's first import. Its headers let it connect elsewhere, or nothing could leave; so all that reaches
 * another host is taken away here from whatever else is loaded in it. What is left of `fetch` and of filling caches reaches
 * only GETs of our own origin.
 */
import '../src/trusted.ts';
import { takeNetwork } from './network-globals.ts';

const platformFetch = globalThis.fetch.bind(globalThis);

/** For the exit alone, which checks everything of a request before: no other code of this thread reaches another host. */
export function sendOut(request: Request): Promise<Response> {
  return platformFetch(request);
}

takeNetwork((input, init) =>
  isOwn(input, init)
    ? platformFetch(input, init)
    : Promise.reject(new TypeError('fetch is closed in this worker but for its own files')),
);

const filling = Cache.prototype as unknown as Record<'add' | 'addAll', (this: Cache, given: unknown) => Promise<void>>;
for (const name of ['add', 'addAll'] as const) {
  const fill = filling[name];
  const value = function (this: Cache, given: RequestInfo | URL | Iterable<RequestInfo | URL>): Promise<void> {
    const requests = name === 'add' ? [given as RequestInfo | URL] : [...(given as Iterable<RequestInfo | URL>)];
    return requests.every((request) => isOwn(request))
      ? fill.call(this, name === 'add' ? given : requests)
      : Promise.reject(new TypeError('a cache is filled with files of this app only'));
  };
  Object.defineProperty(Cache.prototype, name, { value, configurable: false, writable: false });
}

function isOwn(input: RequestInfo | URL, init?: RequestInit): boolean {
  const url = new URL(input instanceof Request ? input.url : input, location.href);
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  return url.origin === location.origin && method.toUpperCase() === 'GET';
}
