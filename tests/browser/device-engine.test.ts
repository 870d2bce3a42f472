import { afterAll, describe, expect, test } from 'vitest';
import { err, ok } from '#core/base/result.ts';
import { engines } from '#workers/engines.ts';
import { onDeviceInWorker } from '#workers/on-device-in-worker.ts';
import { ENGINE_CASES, request } from '../conformance/engine.ts';
import { fakeEngine } from '../fakes/fake-engine.ts';
import { tinytoolBench } from '../fakes/tinytool-bench.ts';

/** The real model in the real thread, asked from another one. */
const { engine, onDevice } = onDeviceInWorker();
const bench = tinytoolBench(engine);
const never = new AbortController().signal;
const long = request(bench, { temperature: 3, tokensMax: 900 });

afterAll(() => onDevice.unload());

describe('the models of this device, asked across threads', () => {
  test.each(ENGINE_CASES.map((one) => [one.name, one] as const))(
    '%s',
    async (_, one) => {
      await one.run(bench);
    },
    120_000,
  );

  test('one that waits for another is stopped at once, and the other is answered', async () => {
    const stop = new AbortController();
    let answered = false;
    const writing = engine.infer(long, () => stop.abort(), never).finally(() => (answered = true));
    const waiting = await engine.infer(long, () => undefined, stop.signal);
    expect(waiting).toMatchObject({ ok: false, error: { code: 'aborted' } });
    expect(answered).toBe(false);
    expect((await writing).ok).toBe(true);
  });

  test('its memory is not taken away from a run that asks meanwhile, and is had again after', async () => {
    const [, inference] = await Promise.all([
      onDevice.unload(),
      engine.infer(request(bench, {}), () => undefined, never),
    ]);
    expect(inference.ok && inference.value.text).toMatch(/\w/);
    await onDevice.unload();
    expect((await engine.countTokens('tinytool', 'Thanks!')).ok).toBe(true);
  });
});

test('a choice of the owner’s has what answers it, or says that it is gone', async () => {
  const host = fakeEngine(1);
  const engineFor = engines(
    () => Promise.resolve(engine),
    () => Promise.resolve({ engineOf: (id) => Promise.resolve(id === 'mine' ? ok(host) : err('It was removed.')) }),
  );
  expect(await engineFor({ at: 'device', model: 'tinytool' })).toEqual(ok(engine));
  expect(await engineFor({ at: 'device', model: 'gone' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('no model gone') as string,
  });
  expect(await engineFor({ at: 'provider', provider: 'mine', model: 'any' })).toEqual(ok(host));
  expect(await engineFor({ at: 'provider', provider: 'other', model: 'any' })).toEqual(err('It was removed.'));
});
