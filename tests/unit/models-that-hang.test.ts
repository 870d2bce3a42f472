import { expect, test } from 'vitest';
import { OWNER_TYPED } from '#core/labels/label.ts';
import { engineOrWhyNot } from '#runtime/models/models-of-runs.ts';
import { FOUND_MS, stepModel } from '#runtime/models/step-model.ts';
import { ok } from '#core/base/result.ts';
import { fakeClock } from '../fakes/fake-clock.ts';
import { scriptedEngine } from '../fakes/scripted-engine.ts';

const CHOICE = { at: 'device', model: 'scripted' } as const;
const never = new Promise<never>(() => undefined);

test('a thread that never says what models it has is not waited for: the run is told why, and goes on', async () => {
  const clock = fakeClock();
  const found = engineOrWhyNot(() => never, CHOICE, clock);
  await clock.advance(FOUND_MS);
  expect(await found).toEqual({ ok: false, error: 'it did not answer within 60 seconds.' });
  expect(clock.waiting()).toBe(0);
});

test('one that hangs when it is asked for the window has the usual one, and leaves no timer behind', async () => {
  for (const models of [() => never, undefined]) {
    const clock = fakeClock();
    const engine = scriptedEngine(() => Promise.resolve(ok({})), 900);
    const made = stepModel({
      engine: models === undefined ? engine : { ...engine, models },
      ...{ choice: CHOICE, job: 'answering', clock, signal: new AbortController().signal },
      ...{ by: { tool: 'answer-with-model', run: 'run', step: 'step' }, asked: OWNER_TYPED, planner: OWNER_TYPED },
      labelOf: () => OWNER_TYPED,
    });
    await clock.advance(models === undefined ? 0 : FOUND_MS);
    expect((await made).windowTokens).toBe(models === undefined ? 900 : 4_096);
    expect(clock.waiting()).toBe(0);
  }
});
