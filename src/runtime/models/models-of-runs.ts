import type { Run } from '#core/agent/run.ts';
import type { SourceId } from '#core/base/ids.ts';
import { err } from '#core/base/result.ts';
import { labelOfSource } from '#core/items/sealing.ts';
import type { Source } from '#core/items/source.ts';
import { OWNER_TYPED, WORST, type Label } from '#core/labels/label.ts';
import {
  MODEL_JOBS,
  type EngineChoice,
  type EngineChoices,
  type ModelHelper,
  type ModelJob,
} from '#core/models/jobs.ts';
import type { Step } from '#core/planner/plan.ts';
import type { ToolName } from '#core/tools/definition.ts';
import type { Clock } from '#ports/clock.ts';
import { labelOfPlanner } from '../agent/labelled-plan.ts';
import type { StoredChannel } from '../channels/channel-facts.ts';
import type { StepModel } from '../tools/tool.ts';
import { withinLimit } from '../time-limit.ts';
import { FOUND_MS, stepModel, type EngineFinder } from './step-model.ts';

/** The models that the owner chose, as a plan names them. What is gone since is named by what it was called. */
export function helpersOf(
  chosen: EngineChoices,
  { channels }: { readonly channels: ReadonlyMap<string, StoredChannel> },
): readonly ModelHelper[] {
  return MODEL_JOBS.flatMap((job): ModelHelper[] => {
    const engine = chosen[job];
    return engine === undefined ? [] : [{ job, engine, name: nameOf(engine, channels) }];
  });
}

function nameOf(engine: EngineChoice, channels: ReadonlyMap<string, StoredChannel>): string {
  if (engine.at === 'device') return `${engine.model} on this device`;
  return `${engine.model} at ${channels.get(engine.provider)?.channel.origin ?? 'a provider that was removed'}`;
}

export interface ModelOfStepParts {
  readonly engineFor: EngineFinder;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly run: Run;
  readonly step: Step;
  readonly sources: ReadonlyMap<SourceId, Source>;
  readonly signal: AbortSignal;
}

/** The model that a step names; one that cannot be had says why to whoever asks it. */
export async function modelOfStep(
  parts: ModelOfStepParts,
): Promise<(StepModel & { readonly label: () => Label }) | null> {
  const { engineFor, clock, run, step, sources, signal } = parts;
  const choice = (step.args['engine'] ?? null) as unknown as EngineChoice | null;
  const job = JOB_OF[step.tool];
  // A provider is asked in a step of its own, with its owner's yes.
  if (choice === null || choice.at === 'provider' || job === undefined) return null;
  const engine = await engineOrWhyNot(engineFor, choice, clock);
  if (!engine.ok) {
    const trouble = { tooLong: false, message: `${choice.model} could not be asked: ${engine.error}` };
    return { windowTokens: 0, used: () => null, label: () => OWNER_TYPED, ask: () => Promise.resolve(err(trouble)) };
  }
  return stepModel({
    ...{ engine: engine.value, choice, job, clock, signal },
    by: { tool: step.tool, run: run.id, step: step.id },
    asked: run.planLabel ?? WORST,
    planner: labelOfPlanner(run),
    labelOf: (source) => labelOfSource(sources.get(source)),
  });
}

const JOB_OF: Partial<Readonly<Record<ToolName, ModelJob>>> = {
  'answer-with-model': 'answering',
  'word-answer': 'wording',
};

/** A thread that cannot be started, or never answers, is no reason to lose a run. */
export async function engineOrWhyNot(
  engineFor: EngineFinder,
  choice: EngineChoice,
  clock: Pick<Clock, 'after'>,
): ReturnType<EngineFinder> {
  const seconds = String(FOUND_MS / 1000);
  const late = (): Awaited<ReturnType<EngineFinder>> => err(`it did not answer within ${seconds} seconds.`);
  try {
    return await withinLimit(clock, FOUND_MS, () => engineFor(choice), late);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
