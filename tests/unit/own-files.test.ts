import { afterEach, expect, test } from 'vitest';
import { OWN_FILE_MS, ownFileLoader } from '#adapters/http/own-files.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';

const platform = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = platform;
});

test('a file of the app that hangs is given up after a time, and says so', async () => {
  globalThis.fetch = (_path, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(new Error('aborted'))));
  const clock = fakeClock();
  const loading = ownFileLoader(clock)('/sample/manifest.json');
  await clock.advance(OWN_FILE_MS);
  expect(await loading).toEqual({ ok: false, error: '/sample/manifest.json did not come within 30 seconds' });
});

test('a file that comes is there, one that is missing says how, one that cannot be loaded too', async () => {
  const load = ownFileLoader(fakeClock());
  globalThis.fetch = () => Promise.resolve(new Response('here'));
  const loaded = await load('/sample/a.md');
  expect(loaded.ok && (await loaded.value.text())).toBe('here');
  globalThis.fetch = () => Promise.resolve(new Response('', { status: 429 }));
  expect(await load('/sample/a.md')).toEqual({ ok: false, error: '/sample/a.md is not there (429)' });
  globalThis.fetch = () => Promise.reject(new TypeError('redirected'));
  expect((await load('/sample/a.md')).ok).toBe(false);
});
