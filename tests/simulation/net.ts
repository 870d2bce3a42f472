import type { World } from './world.ts';
import { MS } from './scheduler.ts';
import { simBlob } from './sim-tab.ts';
import { SAMPLE } from './vault.ts';

/** Longer than anybody waits. */
const HANGS_MS = 10 * 60_000;
const TIMEOUT_MS = 25_000;

/** The app's own static files, through the service worker, as `fetch` of a worker brings them while this world lives. */
export function installNet(world: World): void {
  Object.defineProperty(globalThis, 'fetch', {
    value: (path: string, init: { readonly signal: AbortSignal }) => fetched(world, path, init.signal),
    configurable: true,
  });
}

async function fetched(world: World, path: string, signal: AbortSignal): Promise<unknown> {
  const { weather, scheduler, random } = world;
  const process = scheduler.current;
  const slow = weather.strikes('hang') ? HANGS_MS : weather.strikes('timeout') ? TIMEOUT_MS : 0;
  await new Promise<void>((resolve, reject) => {
    scheduler.after(50 + random.below(MS) + slow * MS, process, `own file ${path}`, resolve);
    signal.addEventListener('abort', () => reject(new DOMException('The user aborted a request.', 'AbortError')));
  });
  // A redirect is an error to who does not follow any.
  for (const fault of ['offline', 'kill service worker', 'redirect'] as const)
    if (weather.strikes(fault)) throw new TypeError(`${path}: ${fault}`);
  const answer = (status: number, text: string): unknown => ({
    ok: status === 200,
    status,
    blob: () =>
      weather.strikes('reset in mid-body')
        ? Promise.reject(new TypeError(`${path}: reset`))
        : Promise.resolve(simBlob(text)),
  });
  if (weather.strikes('429')) return answer(429, '');
  if (weather.strikes('5xx')) return answer(503, '');
  const text = SAMPLE[path];
  if (text === undefined) return answer(404, '');
  if (weather.strikes('malformed JSON')) return answer(200, '<!doctype html>');
  return answer(200, weather.strikes('truncated stream') ? text.slice(0, text.length >> 1) : text);
}
