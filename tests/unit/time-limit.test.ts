import { expect, test } from 'vitest';
import type { Ms } from '#core/base/ids.ts';
import { waited, withinLimit } from '#runtime/time-limit.ts';
import { fakeClock } from '#tests/fakes/fake-clock.ts';

const LIMIT = 100 as Ms;

test('work that ends in time is what it came to, and leaves no timer behind', async () => {
  const clock = fakeClock();
  expect(
    await withinLimit(
      clock,
      LIMIT,
      () => Promise.resolve('done'),
      () => 'late',
    ),
  ).toBe('done');
  await expect(
    withinLimit(
      clock,
      LIMIT,
      () => Promise.reject(new Error('broken')),
      () => 'late',
    ),
  ).rejects.toThrow('broken');
  expect(clock.waiting()).toBe(0);
});

test('work that is too late is told so, and its result is not waited for', async () => {
  const clock = fakeClock();
  let told: AbortSignal | undefined;
  const result = withinLimit(
    clock,
    LIMIT,
    (signal) => {
      told = signal;
      return new Promise<string>(() => undefined);
    },
    () => 'late',
  );
  await clock.advance(99);
  expect(told?.aborted).toBe(false);
  await clock.advance(1);
  expect(told?.aborted).toBe(true);
  expect(await result).toBe('late');
});

test('what stops the caller stops the work', async () => {
  const [clock, stop] = [fakeClock(), new AbortController()];
  const seen: boolean[] = [];
  const work = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(`stopped ${String(seen.push(true))}`)));
  const result = withinLimit(clock, LIMIT, work, () => 'late', stop.signal);
  stop.abort();
  expect(await result).toBe('stopped 1');
  expect(clock.waiting()).toBe(0);
});

test('a wait is over after its time, or at once when it is stopped, and then no timer is left', async () => {
  const [clock, stop] = [fakeClock(), new AbortController()];
  const over: string[] = [];
  void waited(clock, LIMIT, new AbortController().signal).then(() => over.push('by itself'));
  void waited(clock, LIMIT, stop.signal).then(() => over.push('stopped'));
  await clock.advance(50);
  stop.abort();
  await clock.advance(0);
  expect(over).toEqual(['stopped']);
  expect(clock.waiting()).toBe(1);
  await clock.advance(50);
  expect(over).toEqual(['stopped', 'by itself']);
  await waited(clock, LIMIT, stop.signal);
});
