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

const { add, addAll } = Cache.prototype;
shutCache('add', function (this: Cache, request) {
  return onlyOwn([request], () => add.call(this, request));
});
shutCache('addAll', function (this: Cache, requests) {
  const all = [...requests];
  return onlyOwn(all, () => addAll.call(this, all));
});

function shutCache<Name extends 'add' | 'addAll'>(name: Name, value: Cache[Name]): void {
  Object.defineProperty(Cache.prototype, name, { value, configurable: false, writable: false });
}

function onlyOwn(requests: readonly (RequestInfo | URL)[], fill: () => Promise<void>): Promise<void> {
  return requests.every((request) => isOwn(request))
    ? fill()
    : Promise.reject(new TypeError('a cache is filled with files of this app only'));
}

function isOwn(input: RequestInfo | URL, init?: RequestInit): boolean {
  const given = input instanceof Request ? input : null;
  const url = new URL(given?.url ?? String(input), location.href);
  return url.origin === location.origin && (init?.method ?? given?.method ?? 'GET').toUpperCase() === 'GET';
}
