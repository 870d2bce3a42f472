import type { Json } from '../base/json.ts';
import type { StepId } from '../base/ids.ts';
import type { ToolName } from '../tools/definition.ts';
import { actsOutside, definitions } from '../tools/definitions.ts';
import type { Network } from './htn.ts';
import type { Step } from './plan.ts';

/** A tool call as the methods ask for it: the one primitive task of the domain. */
export interface ToolUse {
  readonly tool: ToolName;
  /** For this goal, naming the data: "Read 212 messages in inbox.mbox". */
  readonly title: string;
  readonly args: { readonly [key: string]: Json };
  readonly produces: readonly string[];
  readonly consumes: readonly string[];
}

export const USE_TOOL = 'use-tool';

export function useTool(use: ToolUse): Network {
  return { task: USE_TOOL, input: use };
}

/** A tool call as a step of a plan. */
export function toStep(
  { tool, title, args, produces, consumes }: ToolUse,
  id: StepId,
  dependsOn: readonly StepId[],
): Step {
  const { effects, parallelSafe } = definitions[tool];
  const outside = actsOutside(definitions[tool]);
  return {
    id,
    tool,
    title,
    args,
    dependsOn,
    produces,
    consumes,
    parallelizable: parallelSafe,
    approval: outside,
    undo: !outside ? 'nothing-to-undo' : effects.inverse === null ? 'cannot-undo' : 'can-undo',
  };
}
