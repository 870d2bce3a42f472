import { describe, test } from 'vitest';
import type { Json } from '#core/base/json.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { JsonSchema, Message } from '#ports/engine.ts';
import { ENGINE_CASES, type EngineBench } from '#tests/conformance/engine.ts';
import { fakeEngine, FAKE_MODEL } from '#tests/fakes/fake-engine.ts';

describe('the engine in memory', () => {
  test.each(ENGINE_CASES)('$name', async ({ run }) => {
    await run(bench());
  });
});

const PERSON: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
  required: ['name', 'guests'],
  additionalProperties: false,
};

function bench(): EngineBench {
  return {
    engine: fakeEngine(7),
    model: FAKE_MODEL,
    text: [asked('When is the meeting?')],
    json: { messages: [asked('Who comes?')], schema: PERSON },
    call: {
      messages: [asked('Invite somebody')],
      tools: [
        { name: 'invite', description: 'Invites a person.', arguments: PERSON, label: OWNER_TYPED },
        {
          name: 'note',
          description: 'Writes a note.',
          arguments: { type: 'object', properties: {} },
          label: OWNER_TYPED,
        },
      ],
    },
    fits,
  };
}

function asked(text: string): Message {
  return { role: 'user', text, label: OWNER_TYPED };
}

/** As far as these schemas go. */
function fits(schema: JsonSchema, value: Json): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const record = value as Readonly<Record<string, Json>>;
  if (schema !== PERSON) return Object.keys(record).length === 0;
  return typeof record['name'] === 'string' && Number.isInteger(record['guests']) && Object.keys(record).length === 2;
}
