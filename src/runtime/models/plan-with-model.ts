import type { Run } from '#core/agent/run.ts';
import type { RunId, Sha256 } from '#core/base/ids.ts';
import { join, OWNER_TYPED } from '#core/labels/label.ts';
import type { EngineChoice } from '#core/models/jobs.ts';
import type { GoalContext, Inventory } from '#core/planner/goal.ts';
import { PLANNING, PLANNING_SCHEMA, planParts, readParts, withTrouble } from '#core/planner/parts.ts';
import { BY_MODEL, type Plan } from '#core/planner/plan.ts';
import type { Source } from '#core/items/source.ts';
import type { Clock } from '#ports/clock.ts';
import { labelledPlan, type LabelledPlan } from '../agent/labelled-plan.ts';
import { engineOrWhyNot } from './models-of-runs.ts';
import { stepModel, type EngineFinder } from './step-model.ts';

export interface PlanWithModelParts {
  /** What was planned without it. */
  readonly planned: LabelledPlan;
  readonly planning: {
    readonly sources: readonly Source[];
    readonly inventory: (sources: readonly Source[]) => Promise<Inventory>;
    readonly methods: readonly string[];
  };
  readonly planOver: (inventory: Inventory) => Plan;
  readonly contextOver: (inventory: Inventory) => GoalContext;
  readonly engineFor: EngineFinder;
  readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  readonly sha256: Sha256;
  readonly goal: string;
  /** What its owner changed of it. */
  readonly overrides: Run['overrides'];
  readonly run: RunId;
  readonly engine: EngineChoice;
  readonly signal: AbortSignal;
}

const PLAN_TOKENS_MAX = 400;

/**
 * Asks a model for the parts of a goal that was not understood. It sees the goal, which the owner typed, and nothing of the
 * files (SECURITY.md section 1, rule 5); what it names is planned by the methods like any other goal.
 */
export async function planWithModel(parts: PlanWithModelParts): Promise<LabelledPlan> {
  const {
    planned,
    planning,
    planOver,
    contextOver,
    engineFor,
    clock,
    sha256,
    goal,
    run,
    engine: choice,
    signal,
  } = parts;
  if (planned.plan.goal.kind !== 'not-understood') return planned;
  const failed = (trouble: string): LabelledPlan => ({ ...planned, plan: withTrouble(planned.plan, trouble, sha256) });
  const engine = await engineOrWhyNot(engineFor, choice, clock);
  if (!engine.ok) return failed(`${choice.model} could not be asked: ${engine.error}`);
  const model = await stepModel({
    ...{ engine: engine.value, choice, job: 'planning', clock, signal },
    ...{
      by: { tool: 'plan', run, step: 'plan' },
      asked: OWNER_TYPED,
      planner: OWNER_TYPED,
      labelOf: () => OWNER_TYPED,
    },
  });
  const asked = { told: PLANNING, shown: goal, from: [], schema: PLANNING_SCHEMA, tokensMax: PLAN_TOKENS_MAX };
  const answer = await model.ask(asked);
  if (!answer.ok) return failed(answer.error.message);
  const by = model.used();
  if (by === null) return failed(`${choice.model} did not answer.`);
  const named = readParts(answer.value);
  let trouble = '';
  const helped = await labelledPlan({
    ...planning,
    methods: [...planning.methods, BY_MODEL],
    planOver: (inventory) => {
      const plan = planOver(inventory);
      const made = planParts(plan.goal, named, by, contextOver(inventory), parts.overrides, sha256);
      if (!made.ok) trouble = made.error;
      return made.ok ? made.value : withTrouble(plan, made.error, sha256);
    },
  });
  return helped.plan.method === BY_MODEL ? { ...helped, label: join(helped.label, model.label()) } : failed(trouble);
}
