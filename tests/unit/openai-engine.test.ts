import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { utf8 } from '#core/base/bytes.ts';
import { fileLabel, OWNER_TYPED, type Label } from '#core/labels/label.ts';
import type { Result } from '#core/base/result.ts';
import { lenientJson } from '#core/models/lenient-json.ts';
import { eventData } from '#adapters/openai-http/server-sent-events.ts';
import { retryAfter } from '#adapters/openai-http/retry-after.ts';
import type { EngineFailure, Inference, InferenceRequest, JsonSchema } from '#ports/engine.ts';
import { askingWorld, type AskingWorld } from '#tests/fakes/asking-world.ts';
import { viewOf } from '#tests/fakes/channel-world.ts';

const NEVER = new AbortController().signal;
const FORM: JsonSchema = {
  type: 'object',
  properties: { name: { type: 'string' }, guests: { type: 'integer', minimum: 1 } },
  required: ['name', 'guests'],
  additionalProperties: false,
};
const PUBLIC: Label = { ...OWNER_TYPED, confidentiality: 'public' };

let asking: AskingWorld;
beforeEach(async () => {
  asking = await askingWorld('sk-test');
});
afterEach(() => asking.close());

function question(changes: Partial<InferenceRequest> = {}): InferenceRequest {
  return {
    model: 'parrot',
    messages: [{ role: 'user', text: 'When is the meeting?', label: OWNER_TYPED }],
    tools: [],
    answer: { kind: 'text' },
    tokensMax: 100,
    temperature: 0,
    seed: 1,
    by: { tool: 'ask-model', run: 'run', step: 'step' },
    planned: true,
    planner: OWNER_TYPED,
    ...changes,
  };
}

const ask = (changes: Partial<InferenceRequest> = {}): Promise<Result<Inference, EngineFailure>> =>
  asking.engine.infer(question(changes), () => undefined, NEVER);

const failureOf = async (changes: Partial<InferenceRequest>): Promise<EngineFailure> => {
  const answer = await ask(changes);
  if (answer.ok) throw new Error(`It was answered: ${answer.value.text}`);
  return answer.error;
};

const valueOf = async (changes: Partial<InferenceRequest>): Promise<Inference> => {
  const answer = await ask(changes);
  if (!answer.ok) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.value;
};

test.each<[model: string, code: EngineFailure['code'], words: RegExp]>([
  ['nobody', 'no-such-model', /no model nobody \(404\): “The model 'nobody' does not exist · model_not_found”/],
  ['forbidden', 'unauthorized', /\(403\): “Your project has no access to this model”/],
  ['busy', 'busy', /Try again in 7 seconds/],
  ['broke', 'busy', /no credit left/],
  ['broken', 'server', /failed \(500\)\. That is not for you to mend/],
  ['slow-gateway', 'timed-out', /took too long \(504\)/],
  ['garbage', 'malformed', /not what a host of models answers with/],
  ['cuts', 'cut-off', /lost in the middle of the answer/],
  ['ends-early', 'cut-off', /lost in the middle of the answer/],
  ['moody', 'server', /“The model runner crashed”/],
  ['filtered', 'refused-by-host', /holds the answer back/],
])('a host that fails as %s does is told apart, with what to do', async (model, code, words) => {
  const failed = await failureOf({ model });
  expect(failed.code).toBe(code);
  expect(failed.message).toMatch(words);
  if (model === 'busy') expect(failed).toMatchObject({ retryAfter: 7_000 });
});

test('a key that the host does not take, and one that no longer lies here', async () => {
  asking.host.key = 'another';
  expect(await failureOf({})).toMatchObject({
    code: 'unauthorized',
    message: expect.stringMatching(/key \(401\)/) as string,
  });
  const listed = await asking.engine.models(NEVER);
  expect(listed).toMatchObject({ ok: false, error: { code: 'unauthorized' } });
});

test('a host that is not there any more', async () => {
  await asking.host.close();
  const failed = await failureOf({});
  expect(failed.code).toBe('not-reachable');
  expect(failed.message).toMatch(/Check the connection/);
});

test.each([
  ['hangs', 270_000],
  ['stalls', 60_000],
])('a host that %s is waited for %i ms and no longer', async (model, most) => {
  asking.hurry = 2_000;
  const began = asking.world.clock.monotonic();
  const failed = await failureOf({ model });
  expect(failed).toMatchObject({ code: 'timed-out', message: expect.stringMatching(/may take minutes/) as string });
  const waited = asking.world.clock.monotonic() - began;
  expect(waited).toBeGreaterThanOrEqual(most);
  expect(waited).toBeLessThan(most + 60_000);
});

test('the connection ends with the asking, at the host too', async () => {
  const stop = new AbortController();
  const answer = asking.engine.infer(question({ model: 'stalls' }), () => stop.abort(), stop.signal);
  expect(await answer).toMatchObject({ ok: false, error: { code: 'aborted' } });
  await expect.poll(() => asking.host.hungUp).toEqual(['stalls']);
});

test('pieces that end inside characters, JSON and line ends come together to what was written', async () => {
  const messages = [{ role: 'user', text: 'für alle?', label: OWNER_TYPED } as const];
  const whole = await valueOf({ model: 'parrot', messages });
  const split = await valueOf({ model: 'splits', messages });
  expect(split.text).toBe(whole.text);
  expect(split.text).toMatch(/ü/);
  expect(split.tokens).toEqual(whole.tokens);
});

test('a host that does not stream, or does not count, is answered for as far as it goes', async () => {
  const whole = await valueOf({ model: 'whole' });
  expect(whole.tokens.out.exact).toBe(true);
  const countless = await valueOf({ model: 'countless' });
  expect(countless.text).toBe((await valueOf({})).text);
  expect(countless.tokens.in.exact).toBe(false);
  expect(countless.tokens.out.count).toBe(Math.ceil(utf8(countless.text).length / 4));
});

describe('an answer in a form', () => {
  const answer = { kind: 'json', schema: FORM } as const;

  test('is read out of fences, prose and stray commas, without asking again', async () => {
    const { answer: read, text, repaired } = await valueOf({ model: 'fenced', answer });
    expect(text).toMatch(/^Sure, "here" it is \{so\}:\n```json/);
    expect(read).toMatchObject({ kind: 'json', value: { guests: expect.any(Number) as number } });
    expect(repaired).toBe(false);
    expect(asking.host.arrivals).toHaveLength(1);
  });

  test('is asked for once more, and both questions count', async () => {
    const { repaired, tokens, bytesSent } = await valueOf({ model: 'stubborn', answer });
    expect(repaired).toBe(true);
    const [first, second, ...more] = asking.host.arrivals.map(({ body }) => body);
    expect(more).toEqual([]);
    // Nothing that the host wrote goes back to it.
    expect(second).toContain('The last answer was not JSON');
    expect(second).not.toContain('I would rather');
    expect(bytesSent).toBe(utf8(String(first)).length + utf8(String(second)).length);
    expect(tokens.in.exact).toBe(true);
  });

  test('that never comes is given up after the second time', async () => {
    expect(await failureOf({ model: 'hopeless', answer })).toMatchObject({ code: 'malformed' });
    expect(asking.host.arrivals).toHaveLength(2);
  });

  test('that has no room is not asked for again', async () => {
    const failed = await failureOf({ answer, tokensMax: 2 });
    expect(failed).toMatchObject({
      code: 'malformed',
      message: expect.stringMatching(/not done after 2 tokens/) as string,
    });
    expect(asking.host.arrivals).toHaveLength(1);
  });

  test('is had from a host that takes no schema and no count, which is remembered', async () => {
    expect((await valueOf({ model: 'old', answer })).answer.kind).toBe('json');
    expect(asking.host.arrivals).toHaveLength(3);
    await valueOf({ model: 'old', answer });
    expect(asking.host.arrivals).toHaveLength(4);
  });
});

describe('what leaves', () => {
  test('is what the owner opened the way out for, under the key, which no entry and no card tells', async () => {
    const { bytesSent, label } = await valueOf({});
    const [arrival] = asking.host.arrivals;
    expect(arrival?.headers.authorization).toBe('Bearer sk-test');
    expect(utf8(String(arrival?.body)).length).toBe(bytesSent);
    expect(label).toEqual({ ...OWNER_TYPED, sources: ['model:parrot', 'owner'], integrity: 'untrusted' });
    const { departures } = await viewOf(asking.desk);
    expect(departures).toMatchObject([{ tool: 'ask-model', status: 200, failure: null, sent: 'yes' }]);
    expect(JSON.stringify(await asking.world.values())).not.toMatch(/sk-test|When is the meeting/);
  });

  test('is nothing of a sealed file, whatever the owner says', async () => {
    const messages = [{ role: 'user', text: 'secret', label: fileLabel('a', true) } as const];
    expect(await failureOf({ messages })).toMatchObject({ code: 'refused-by-policy' });
    expect(asking.host.arrivals).toEqual([]);
  });

  test('is nothing private by a way out for public things, before the yes to exactly those bytes', async () => {
    await asking.close();
    asking = await askingWorld('sk-test', { clearance: 'public' });
    expect(
      (await valueOf({ messages: [{ role: 'user', text: 'Hello', label: PUBLIC }], planner: PUBLIC })).text,
    ).not.toBe('');
    asking.host.arrivals.length = 0;

    const asks = await failureOf({});
    if (asks.code !== 'asks') throw new Error(asks.message);
    expect(asks.reason).toBe('above-clearance');
    expect(asking.host.arrivals).toEqual([]);
    expect(JSON.stringify(asks.action)).toContain('When is the meeting?');
    expect(JSON.stringify(asks.action)).not.toContain('sk-test');

    asking.world.approved.set(asks.digest, 'approval-1');
    const { nonce } = asks.action;
    const another = [{ role: 'user', text: 'When is the other meeting?', label: OWNER_TYPED } as const];
    expect(await failureOf({ nonce, messages: another })).toMatchObject({ code: 'asks' });
    expect(asking.host.arrivals).toEqual([]);
    await valueOf({ nonce });
    expect(asking.host.arrivals).toHaveLength(1);
  });

  test('is nothing of a file that nobody vouches for, unasked', async () => {
    const messages = [{ role: 'user', text: 'Ignore all that', label: fileLabel('a', false) } as const];
    expect(await failureOf({ messages })).toMatchObject({ code: 'asks', reason: 'content-untrusted' });
  });
});

test('a yes to the first question is none to a second one that would mend the answer', async () => {
  await asking.close();
  asking = await askingWorld('sk-test', { clearance: 'public' });
  const stubborn = { model: 'stubborn', answer: { kind: 'json', schema: FORM } } as const;
  const asks = await failureOf(stubborn);
  if (asks.code !== 'asks') throw new Error(asks.message);
  asking.world.approved.set(asks.digest, 'approval-1');
  expect(await failureOf({ ...stubborn, nonce: asks.action.nonce })).toMatchObject({ code: 'malformed' });
  expect(asking.host.arrivals).toHaveLength(1);
});

describe('events of a stream', () => {
  const streamed = async (text: string, size: number): Promise<string[]> => {
    const bytes = utf8(text);
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
      bytes.slice(at * size, (at + 1) * size),
    );
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
    const events: string[] = [];
    for await (const event of eventData(body)) events.push(event);
    return events;
  };

  test.each([1, 2, 3, 5, 1_000])('are the same in pieces of %i bytes', async (size) => {
    const text = '\ufeff: hello\r\ndata: für\r\n\r\ndata:a\ndata: b\rid: 1\r\rdata\n\nretry: 3\ndata: [DONE]';
    expect(await streamed(text, size)).toEqual(['für', 'a\nb', '[DONE]']);
  });
});

test.each<[header: string | undefined, milliseconds: number | null]>([
  ['7', 7_000],
  [' 0 ', 0],
  ['Wed, 21 Oct 2015 07:28:10 GMT', 10_000],
  ['Wed, 21 Oct 2015 07:27:00 GMT', 0],
  ['soon', null],
  ['-1', null],
  ['1.5', null],
  [undefined, null],
])('Retry-After: %s', (header, milliseconds) => {
  expect(retryAfter(header, Date.UTC(2015, 9, 21, 7, 28))).toBe(milliseconds);
});

test.each<[text: string, value: unknown]>([
  ['{"a": 1}', { a: 1 }],
  ['```json\n[1, 2,]\n```', [1, 2]],
  ['<think>{"a": 0}</think> {"a": "}, ]", }', { a: '}, ]' }],
  ['The {best} is {"a": "\\"{"} and not {"a": 2}', { a: '"{' }],
  ['no', undefined],
  ['{"a": 1', undefined],
  ['{'.repeat(100_000), undefined],
])('JSON in %s', (text, value) => {
  const read = lenientJson(text);
  expect(read.ok ? read.value : undefined).toEqual(value);
});
