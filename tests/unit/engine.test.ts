import { afterEach, beforeEach, describe, test } from 'vitest';
import { schemaChecker } from '#adapters/json-schema/schema-checker.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Engine, JsonSchema, Message } from '#ports/engine.ts';
import { ENGINE_CASES, type EngineBench } from '#tests/conformance/engine.ts';
import { askingWorld, type AskingWorld } from '#tests/fakes/asking-world.ts';
import { fakeEngine, FAKE_MODEL } from '#tests/fakes/fake-engine.ts';

describe('the engine in memory', () => {
  test.each(ENGINE_CASES)('$name', async ({ run }) => {
    await run(bench(fakeEngine(7), FAKE_MODEL));
  });
});

const PERSON: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
  required: ['name', 'guests'],
  additionalProperties: false,
};

describe('a host of models behind the gate', () => {
  let world: AskingWorld;
  beforeEach(async () => {
    world = await askingWorld('sk-test');
  });
  afterEach(() => world.close());

  test.each(ENGINE_CASES)('$name', async ({ run }) => {
    await run(bench(world.engine, 'parrot'));
  });
});

function bench(engine: Engine, model: string): EngineBench {
  return {
    engine,
    model,
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
    fits: (schema, value) => schemaChecker(schema, value) === null,
  };
}

function asked(text: string): Message {
  return { role: 'user', text, label: OWNER_TYPED };
}
