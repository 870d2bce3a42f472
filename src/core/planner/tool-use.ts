import type { Json } from '../base/json.ts';
import type { ToolName } from '../tools/definition.ts';
import type { Network } from './htn.ts';

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
