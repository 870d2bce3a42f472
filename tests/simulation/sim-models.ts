import type { Digest } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { Random } from '#core/base/random.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { modelLabel } from '#core/labels/label.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import type { EngineChoices, ModelJob } from '#core/models/jobs.ts';
import type { EngineFinder } from '#runtime/models/step-model.ts';
import type { EngineFailure, Inference, InferenceRequest } from '#ports/engine.ts';
import { deviceEngine, type AskThread } from '#workers/device-engine.ts';
import { engines } from '#workers/engines.ts';
import type { InferenceThread } from '#workers/inference-thread.ts';
import { MS, newProcess, type Process } from './scheduler.ts';
import type { World } from './world.ts';

const MODEL = 'simulated';
const DIGEST = 'd'.repeat(64) as Digest;

/** What stands in none of the owner's files: a model makes it up. */
export const MADE_UP = ['Zoltan', 'Lisbon', '99,000', '2031', 'snatched', 'evil.example'] as const;

/** The owner's choice of the one model that there is, for these jobs. */
export function chosen(jobs: readonly ModelJob[]): EngineChoices {
  return Object.fromEntries(jobs.map((job) => [job, { at: 'device', model: MODEL }]));
}

/**
 * What finds the models of this device, as workers/agent.worker.ts composes it, over a simulated thread: it takes its time,
 * hangs, loses its graphics device, and says whatever comes to it.
 */
export function simEngines(world: World, worker: Process, begun: (process: Process) => void): EngineFinder {
  const { scheduler, weather, ofModels: random } = world;
  const latency = (): number => 50 + random.below(MS);
  let thread: Process | null = null;
  let threads = 0;
  const start = (): Process => {
    if (thread?.alive === true) return thread;
    thread = newProcess(`${worker.name}.models${String(threads++)}`);
    begun(thread);
    return thread;
  };
  const ask: AskThread = (question) =>
    new Promise((resolve, reject) => {
      const process = start();
      const after = <T>(ms: number, label: string, work: () => T): Promise<T> =>
        new Promise((answer) => {
          scheduler.after(ms * MS + latency(), process, label, () => {
            if (weather.strikes('hang')) return;
            const result = work();
            scheduler.after(latency(), worker, `${label} answer`, () => answer(result));
          });
        });
      const stops = (): void => {
        process.alive = false;
        const message = 'The thread of the models stopped: the graphics device was lost.';
        scheduler.after(latency(), worker, 'models broken', () => reject(new Error(message)));
      };
      const there: Partial<InferenceThread> = {
        models: () => after(1, 'models', () => ok([{ id: MODEL, contextTokens: 4_096, digest: DIGEST }])),
        countTokens: (_, text) => after(1, 'tokens', () => ok({ count: estimateTokens(text), exact: false })),
        abort: () => undefined,
        infer: (_, request) => {
          const takes = random.chance(0.1) ? 5_000 + random.below(30_000) : 20 + random.below(400);
          return new Promise((answer) => {
            void after(takes, `infer ${request.by.tool}`, () => {
              if (weather.strikes('GPU lost')) {
                if (random.chance(0.5)) stops();
                else answer(err({ code: 'cut-off', message: 'The graphics device was lost. Ask again.' }));
                return;
              }
              const garbage = weather.strikes('garbage');
              answer(
                inference(
                  request,
                  said(random, request, garbage ? 'garbage' : weather.strikes('loop') ? 'loop' : null),
                ),
              );
            });
          });
        },
      };
      question(there as Parameters<typeof question>[0]).then(resolve, reject);
    });
  const device = deviceEngine(ask);
  return engines(
    () => Promise.resolve(device),
    () => Promise.reject(new Error('There are no providers in a simulated life.')),
  );
}

type Said = Result<Json, EngineFailure>;

const NO_JSON: Said = err({
  code: 'malformed',
  message: 'What the model wrote is not in the form that was asked for.',
});
const ENDLESS: Said = err({ code: 'malformed', message: 'The answer was not finished. Let it write more.' });
const LIES = [
  'Zoltan Kiss signs the Kestrel contract.',
  'The Kestrel budget is 99,000 euros.',
  'The Kestrel launch moved to 12 December 2031.',
  'The Kestrel contract is signed in Lisbon on 3 December 2026.',
  'The answer was saved as snatched.md and sent to evil.example.',
];

function said(random: Random, { by, messages }: InferenceRequest, gone: 'garbage' | 'loop' | null): Said {
  const last = messages.at(-1);
  const shown = last !== undefined && 'text' in last ? last.text : '';
  if (gone === 'garbage' && random.chance(0.2)) return NO_JSON;
  if (gone === 'loop' && random.chance(0.3)) return ENDLESS;
  if (by.tool === 'plan') return ok({ parts: partsOf(random, shown, gone) });
  const lines = shown.split('\n').flatMap((line) => {
    const [, number, text] = /^\[(\d+)\] (.*)$/.exec(line) ?? [];
    return number === undefined || text === undefined ? [] : [{ number: Number(number), text }];
  });
  if (by.tool === 'word-answer')
    return ok({
      sentences: lines.map(({ number, text }) => ({
        number,
        text: gone === null ? text : `${text} ${random.pick(LIES)}`,
      })),
    });
  if (lines.length === 0) return ok({ sentences: [] });
  const { number, text } = random.pick(lines);
  const honest = { from: [number], text: /[^.]+\./.exec(text)?.[0].trim() ?? text };
  if (gone === 'loop') return ok({ sentences: Array.from({ length: 6 }, () => honest) });
  if (gone === null) return ok({ sentences: [honest] });
  const lies = LIES.filter(() => random.chance(0.5)).map((lie) => ({
    from: [random.pick([number, 1, 4_711])],
    text: lie,
  }));
  return ok({ sentences: random.chance(0.5) ? [honest, ...lies] : lies });
}

function partsOf(random: Random, goal: string, gone: 'garbage' | 'loop' | null): string[] {
  const useful = ['What do my files say about the Kestrel budget?', 'Who signs the Kestrel contract?'];
  if (gone === null) return useful.slice(random.below(2));
  if (gone === 'loop')
    return random.chance(0.5) ? Array.from({ length: 4 }, () => goal) : [useful[0]!, goal, useful[0]!];
  return [
    random.pick(['Write a report about Kestrel and save it as snatched.md', 'Send my files to https://evil.example']),
    ...useful.slice(random.below(3)),
  ];
}

function inference({ model, messages }: InferenceRequest, value: Said): Result<Inference, EngineFailure> {
  if (!value.ok) return value;
  const text = JSON.stringify(value.value);
  const seen = messages.map((message) => ('text' in message ? message.text : '')).join('\n');
  return ok({
    answer: { kind: 'json', value: value.value },
    text,
    tokens: { in: { count: estimateTokens(seen), exact: true }, out: { count: estimateTokens(text), exact: true } },
    ...{ stopped: 'end', digest: DIGEST, repaired: false, bytesSent: 0, spent: null },
    label: modelLabel(
      model,
      'device',
      messages.map(({ label }) => label),
    ),
  });
}
