import type { ToolName } from '../tools/definition.ts';
import { definitions } from '../tools/definitions.ts';
import type { GoalContext } from './goal.ts';
import type { PlanningState } from './goal-method.ts';
import type { Domain, Network, Task } from './htn.ts';
import { METHODS } from './methods/all-methods.ts';
import { explainLimits } from './methods/explain-limits.ts';
import { USE_TOOL, type ToolUse } from './tool-use.ts';

const EXPLAIN = 'explain-limits';

export const ROOT: Task = { task: 'reach-goal' };

/**
 * The root has one method for each kind of goal, which applies when the files hold what it works on, and last the
 * honest explanation, so that every goal has a plan.
 */
export const domain: Domain<PlanningState, ToolUse> = {
  methods: {
    'reach-goal': [
      ...METHODS.map((method) => ({
        name: method.kind,
        applies: ({ goal, context }: PlanningState) => goal.kind === method.kind && method.missing(context) === null,
        subtasks: ({ goal, context }: PlanningState) => method.network(goal, context),
      })),
      { name: EXPLAIN, applies: () => true, subtasks: explanation },
    ],
    ...Object.fromEntries(METHODS.flatMap((method) => Object.entries(method.subtasks))),
  },
  operators: {
    [USE_TOOL]: {
      apply: (state, { input }) => {
        const use = input as ToolUse;
        const ready =
          use.consumes.every((artifact) => state.artifacts.has(artifact)) && canRead(use.tool, state.context);
        if (!ready) return null;
        return { state: { ...state, artifacts: new Set([...state.artifacts, ...use.produces]) }, action: use };
      },
    },
  },
};

/** How a plan may begin, one of these: all that files can choose of what a plan does outside them. */
export const PLAN_METHODS: readonly string[] = [...METHODS.map(({ kind }) => kind), EXPLAIN];

function canRead(tool: ToolName, { inventory }: GoalContext): boolean {
  const held = {
    messages: inventory.messages,
    events: inventory.events + inventory.calendars.length,
    documents: inventory.documents.length,
    tables: inventory.tables.length,
  };
  const { reads } = definitions[tool].effects;
  return reads.length === 0 || reads.some((kind) => held[kind] > 0);
}

function explanation({ goal, context }: PlanningState): Network {
  const missing = METHODS.find((method) => method.kind === goal.kind)?.missing(context) ?? null;
  return explainLimits(goal, context, missing);
}
