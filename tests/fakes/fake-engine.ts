import { utf8 } from '#core/base/bytes.ts';
import { seededRandom } from '#core/base/random.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { modelLabel } from '#core/labels/label.ts';
import type { Engine, EngineFailure, Inference, InferenceRequest, Message } from '#ports/engine.ts';
import { valueOf, WORDS } from './schema-value.ts';

export const FAKE_MODEL = 'fake-1';
const CONTEXT_TOKENS = 2_000;

/**
 * An engine in memory: the same seed, messages and form give the same answer. Its words mean nothing; what it answers in a
 * form fits the form.
 */
export function fakeEngine(seed: number): Engine {
  return {
    describe: () => ({ name: 'Fake', where: 'device', host: null }),
    models: () => Promise.resolve(ok([{ id: FAKE_MODEL, contextTokens: CONTEXT_TOKENS, digest: null }])),
    countTokens: (_, text) => Promise.resolve(ok({ count: tokensOf(text).length, exact: true })),
    infer: async (request, onText, signal) => {
      const { model, messages, tools, answer, tokensMax } = request;
      if (model !== FAKE_MODEL) return failed('no-such-model', `There is no model ${model} here. Choose another one.`);
      if (answer.kind === 'tool-call' && tools.length === 0)
        return failed('not-supported', 'There is no tool to call. Offer one.');
      const taken = messages.reduce((sum, message) => sum + tokensOf(textOf(message)).length, 0);
      if (taken > CONTEXT_TOKENS) return failed('context-too-long', 'That is more than the model takes. Ask for less.');
      const { text, said } = written(request, seed);
      const tokens = tokensOf(text);
      const kept = tokens.slice(0, tokensMax);
      for (const piece of kept) {
        await Promise.resolve();
        if (signal.aborted) return failed('aborted', 'It was stopped.');
        onText(piece);
      }
      if (signal.aborted) return failed('aborted', 'It was stopped.');
      if (kept.length < tokens.length && answer.kind !== 'text')
        return failed('malformed', 'The answer was not finished. Let it write more.');
      return ok({
        answer: said,
        text: kept.join(''),
        tokens: { in: { count: taken, exact: true }, out: { count: kept.length, exact: true } },
        stopped: kept.length < tokens.length ? 'length' : 'end',
        digest: null,
        repaired: false,
        bytesSent: 0,
        spent: null,
        label: modelLabel(
          model,
          'device',
          [...messages, ...tools].map(({ label }) => label),
        ),
      });
    },
  };
}

function written(
  { messages, tools, answer, seed: asked }: InferenceRequest,
  seed: number,
): { readonly text: string; readonly said: Inference['answer'] } {
  const last = messages.at(-1);
  const question = utf8(last === undefined ? '' : textOf(last));
  const random = seededRandom(question.reduce((sum, byte) => (sum * 31 + byte) | 0, seed + (asked ?? 0)));
  switch (answer.kind) {
    case 'text':
      return {
        text: Array.from({ length: 8 + random.below(20) }, () => random.pick(WORDS)).join(' '),
        said: { kind: 'text' },
      };
    case 'json': {
      const value = valueOf(answer.schema, random);
      return { text: JSON.stringify(value), said: { kind: 'json', value } };
    }
    case 'tool-call': {
      const tool = random.pick(tools);
      const call = { tool: tool.name, arguments: valueOf(tool.arguments, random) };
      return { text: JSON.stringify(call), said: { kind: 'tool-call', call } };
    }
  }
}

function textOf(message: Message): string {
  return 'call' in message ? JSON.stringify(message.call) : message.text;
}

/** Words with what stands before them: joined they are the text. */
function tokensOf(text: string): readonly string[] {
  return text.match(/\s*\S+|\s+/gu) ?? [];
}

function failed(code: Exclude<EngineFailure['code'], 'asks' | 'busy'>, message: string): Result<never, EngineFailure> {
  return err({ code, message });
}
