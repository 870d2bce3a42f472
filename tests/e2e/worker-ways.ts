/** The ways by which a worker can reach another host, as expressions over `to` (a way's address there) and `quic`. */
export const OUTSIDE_WAYS: Readonly<Record<string, string>> = {
  fetch: `fetch(to('fetch'), { mode: 'no-cors' })`,
  post: `fetch(to('post'), { method: 'POST', mode: 'no-cors', body: 'x' })`,
  request: `fetch(new Request(to('request'), { mode: 'no-cors' }))`,
  xhr: `new Promise((done, failed) => { const xhr = new XMLHttpRequest(); xhr.onload = done; xhr.onerror = failed; xhr.open('GET', to('xhr')); xhr.send(); })`,
  websocket: `new Promise((done, failed) => { const socket = new WebSocket(to('websocket').replace('http', 'ws')); socket.onopen = done; socket.onerror = failed; })`,
  eventsource: `new Promise((done, failed) => { const source = new EventSource(to('eventsource')); source.onopen = done; source.onerror = failed; })`,
  webtransport: `new WebTransport('https://' + quic + '/').ready`,
  import: `import(to('import'))`,
  scripts: `importScripts(to('scripts'))`,
  cache: `caches.open('out').then((cache) => cache.add(to('cache')))`,
  'cache-all': `caches.open('out').then((cache) => cache.addAll([to('cache-all')]))`,
  font: `new FontFace('out', 'url(' + to('font') + ')').load()`,
};
