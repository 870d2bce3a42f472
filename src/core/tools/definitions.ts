import { calendarDefinitions } from './calendar/definitions.ts';
import type { ToolDefinition, ToolName } from './definition.ts';
import { documentDefinitions } from './documents/definitions.ts';
import { mailDefinitions } from './mail/definitions.ts';
import { modelDefinitions } from './models/definitions.ts';
import { tableDefinitions } from './tables/definitions.ts';

const saveFile: ToolDefinition = {
  name: 'save-file',
  version: 1,
  title: 'Save the answer as a file',
  effects: { reads: [], writes: ['file'], egress: 'none', irreversible: true, idempotent: false, inverse: null },
  takes: { needs: ['answer'] },
  gives: ['saved'],
  parallelSafe: false,
};

const sendAnswer: ToolDefinition = {
  name: 'send-answer',
  version: 1,
  title: 'Send the answer by a way out',
  effects: { reads: [], writes: [], egress: 'channel', irreversible: true, idempotent: false, inverse: null },
  takes: { needs: ['answer'] },
  gives: ['sent'],
  parallelSafe: false,
};

/** Whether a tool changes something outside the app: it is asked for, and never done twice by itself. */
export function actsOutside({ effects }: Pick<ToolDefinition, 'effects'>): boolean {
  return effects.writes.length > 0 || effects.egress === 'channel';
}

/** Every tool there is, by name. */
export const definitions = Object.fromEntries(
  [
    ...mailDefinitions,
    ...calendarDefinitions,
    ...documentDefinitions,
    ...tableDefinitions,
    ...modelDefinitions,
    saveFile,
    sendAnswer,
  ].map((definition) => [definition.name, definition]),
) as Readonly<Record<ToolName, ToolDefinition>>;
