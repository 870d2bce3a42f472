import type { ToolName } from '#core/tools/definition.ts';
import type { Tool } from './tool.ts';

/** Every tool by its name. A new tool is one file beside this one and one line here. */
export const tools: ReadonlyMap<ToolName, Tool> = new Map(
  ([] as readonly Tool[]).map((tool) => [tool.definition.name, tool]),
);
