import { calendarDefinitions } from './calendar/definitions.ts';
import type { ToolDefinition, ToolName } from './definition.ts';
import { documentDefinitions } from './documents/definitions.ts';
import { mailDefinitions } from './mail/definitions.ts';
import { tableDefinitions } from './tables/definitions.ts';

const saveFile: ToolDefinition = {
  name: 'save-file',
  version: 1,
  title: 'Save the answer as a file',
  effects: { reads: [], writes: ['file'], egress: 'none', irreversible: true, idempotent: false },
  parallelSafe: false,
};

/** Every tool there is, by name. */
export const definitions = Object.fromEntries(
  [...mailDefinitions, ...calendarDefinitions, ...documentDefinitions, ...tableDefinitions, saveFile].map(
    (definition) => [definition.name, definition],
  ),
) as Readonly<Record<ToolName, ToolDefinition>>;
