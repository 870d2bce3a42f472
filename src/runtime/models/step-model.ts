import { err, ok, type Result } from '#core/base/result.ts';
import type { Ms, SourceId } from '#core/base/ids.ts';
import { joinAll, NEUTRAL, type Label } from '#core/labels/label.ts';
import type { EngineChoice, EngineUse, ModelJob } from '#core/models/jobs.ts';
import { bothSpent } from '#core/spend/money.ts';
import type { Clock } from '#ports/clock.ts';
import type { Engine, EngineFailure } from '#ports/engine.ts';
import { withinLimit } from '../time-limit.ts';
import type { ModelTrouble, StepModel } from '../tools/tool.ts';

/** Finds what answers under a name; or says in words for the owner why nothing does. */
export type EngineFinder = (choice: EngineChoice) => Promise<Result<Engine, string>>;

export interface StepModelParts {
  readonly engine: Engine;
  readonly choice: EngineChoice;
  readonly job: ModelJob;
  readonly by: { readonly tool: string; readonly run: string; readonly step: string };
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  /** Of what a step is asked with beside the files: the plan's words. */
  readonly asked: Label;
  /** The join of all that the planner had in its window. */
  readonly planner: Label;
  readonly labelOf: (source: SourceId) => Label;
  readonly signal: AbortSignal;
}

/** Where a host does not say how large the window of a model is. It is taken to be half of that where that is too much. */
const WINDOW_TOKENS = 4_096;
/** More is of no use for the passages of one question. */
const WINDOW_TOKENS_MAX = 16_384;
/** How long whatever runs a model may take to say what models it has. */
export const FOUND_MS = 60_000 as Ms;
/** How long a model may take over one answer. */
const ANSWER_MS = 120_000 as Ms;
/** How long it may take over one step: the rest is done without it. */
const MODEL_STEP_MS = 480_000 as Ms;
/** When a step is given up that still waits for a model. */
export const MODEL_STEP_LIMIT_MS = MODEL_STEP_MS + 2 * ANSWER_MS;

/** The model of one step: what it is shown, and what was used, in one place. */
export async function stepModel(parts: StepModelParts): Promise<StepModel & { readonly label: () => Label }> {
  const { engine, choice, job, by, clock, asked, planner, labelOf, signal } = parts;
  const about = engine.describe();
  const windowTokens = await windowOf(engine, choice, clock, signal);
  const began = clock.monotonic();
  let use: EngineUse | null = null;
  let written: Label = NEUTRAL;
  return {
    windowTokens,
    used: () => use,
    label: () => written,
    ask: async ({ told, shown, from, schema, tokensMax }) => {
      if (clock.monotonic() - began > MODEL_STEP_MS)
        return err({
          tooLong: false,
          message: `${choice.model} took longer than ${String(MODEL_STEP_MS / 60_000)} minutes.`,
        });
      const label = joinAll([asked, ...Array.from(from, labelOf)]);
      const limit = new AbortController();
      const cancel = clock.after(ANSWER_MS, () => {
        limit.abort();
      });
      const stop = (): void => {
        limit.abort();
      };
      signal.addEventListener('abort', stop, { once: true });
      try {
        const answer = await engine.infer(
          {
            model: choice.model,
            messages: [
              { role: 'system', text: told, label: NEUTRAL },
              { role: 'user', text: shown, label },
            ],
            ...{ tools: [], answer: { kind: 'json', schema }, tokensMax, temperature: 0, seed: 0 },
            ...{ by, planned: true, planner },
          },
          () => undefined,
          limit.signal,
        );
        if (!answer.ok) return err(troubleOf(answer.error, choice.model, limit.signal.aborted && !signal.aborted));
        const { tokens, bytesSent, digest, label: made, answer: said } = answer.value;
        const spent = bothSpent(use?.spent ?? null, answer.value.spent);
        const before: EngineUse = use ?? unused(job, about, choice.model);
        use = {
          ...before,
          digest,
          requests: before.requests + 1,
          tokensIn: before.tokensIn + tokens.in.count,
          tokensOut: before.tokensOut + tokens.out.count,
          bytesSent: before.bytesSent + bytesSent,
          ...(spent === null ? {} : { spent }),
        };
        written = joinAll([written, made]);
        return said.kind === 'json' ? ok(said.value) : err({ tooLong: false, message: 'The model wrote no JSON.' });
      } finally {
        cancel();
        signal.removeEventListener('abort', stop);
      }
    },
  };
}

function unused(job: ModelJob, { name, where, host }: ReturnType<Engine['describe']>, model: string): EngineUse {
  return { job, name, model, where, host, digest: null, requests: 0, tokensIn: 0, tokensOut: 0, bytesSent: 0 };
}

/** A host is not asked for its list before each step. */
async function windowOf(
  engine: Engine,
  { at, model }: EngineChoice,
  clock: Pick<Clock, 'after'>,
  signal: AbortSignal,
): Promise<number> {
  if (at === 'provider') return WINDOW_TOKENS;
  const models = await withinLimit(
    clock,
    FOUND_MS,
    (within) => engine.models(within),
    () => null,
    signal,
  );
  const known = models?.ok === true ? models.value.find(({ id }) => id === model)?.contextTokens : null;
  return Math.min(known ?? WINDOW_TOKENS, WINDOW_TOKENS_MAX);
}

function troubleOf(failure: EngineFailure, model: string, slow: boolean): ModelTrouble {
  if (slow) return { tooLong: false, message: `${model} took longer than ${String(ANSWER_MS / 1000)} seconds.` };
  if (failure.code === 'asks')
    return {
      tooLong: false,
      message: `${model} was not asked: what it would be sent holds words of your files, and you have not said that it may have them.`,
    };
  return { tooLong: failure.code === 'context-too-long', message: failure.message };
}
