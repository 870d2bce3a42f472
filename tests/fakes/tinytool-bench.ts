import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Engine, Message } from '#ports/engine.ts';
import type { EngineBench } from '../conformance/engine.ts';
import cases from '../fixtures/tinytool/cases.json';
import { fits } from './schema-check.ts';
import { asked, type ToolCase } from './tinytool.ts';

export const TOOL_CASES = cases as unknown as readonly ToolCase[];

/** What the model that comes with the app can do, as the suite of engines asks it. */
export function tinytoolBench(engine: Engine): EngineBench {
  const [first] = TOOL_CASES;
  if (first === undefined) throw new Error('there are no cases');
  const { messages, tools } = asked(first);
  return {
    ...{ engine, model: 'tinytool', text: say('Who are you?'), call: { messages, tools }, fits },
    json: {
      messages: say('Set a timer for 12 minutes.'),
      schema: {
        type: 'object',
        properties: { minutes: { type: 'integer', minimum: 1, maximum: 90 }, sort: { enum: ['timer', 'alarm'] } },
        required: ['minutes', 'sort'],
        additionalProperties: false,
      },
    },
  };
}

function say(text: string): readonly Message[] {
  return [{ role: 'user', text, label: OWNER_TYPED }];
}
