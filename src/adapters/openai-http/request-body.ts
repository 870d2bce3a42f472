import type { Json } from '#core/base/json.ts';
import { callSchema } from '#core/models/call-schema.ts';
import type { AnswerForm, InferenceRequest, JsonSchema, Message, OfferedTool } from '#ports/engine.ts';

/** What a host was found not to take. */
export interface Quirks {
  readonly noSchema: boolean;
  readonly noUsage: boolean;
  readonly noSeed: boolean;
  readonly noTemperature: boolean;
  /** It calls the limit of tokens by its newer name. */
  readonly completionTokens: boolean;
}

export const NO_QUIRKS: Quirks = {
  noSchema: false,
  noUsage: false,
  noSeed: false,
  noTemperature: false,
  completionTokens: false,
};

/**
 * The body of a chat completion in the OpenAI dialect. A call of a tool is JSON by a schema: hosts differ in everything
 * else about tools.
 * @param again what was wrong with the first answer, in words of this app
 */
export function requestBody(request: InferenceRequest, quirks: Quirks, again: string | null): Json {
  const { model, tokensMax, temperature, seed, answer, tools } = request;
  const schema = schemaOf(answer, tools);
  return {
    model,
    messages: messagesOf(request, schema, again),
    stream: true,
    ...(quirks.noUsage ? {} : { stream_options: { include_usage: true } }),
    [quirks.completionTokens ? 'max_completion_tokens' : 'max_tokens']: tokensMax,
    ...(quirks.noTemperature ? {} : { temperature }),
    ...(seed === null || quirks.noSeed ? {} : { seed }),
    ...(schema === null || quirks.noSchema
      ? {}
      : { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } }),
  };
}

/** What the answer has to fit; null where it is free. */
export function schemaOf(answer: AnswerForm, tools: readonly OfferedTool[]): JsonSchema | null {
  switch (answer.kind) {
    case 'text':
      return null;
    case 'json':
      return answer.schema;
    case 'tool-call':
      return callSchema(tools);
  }
}

/** The same after a host refused it with these words; null where they name nothing that could be left out. */
export function quirksAfter(quirks: Quirks, words: string): Quirks | null {
  const names: [RegExp, keyof Quirks][] = [
    [/max_completion_tokens/, 'completionTokens'],
    [/response_format|json_schema/, 'noSchema'],
    [/stream_options|include_usage/, 'noUsage'],
    [/\bseed\b/, 'noSeed'],
    [/\btemperature\b/, 'noTemperature'],
  ];
  const found = names.find(([name, quirk]) => !quirks[quirk] && name.test(words));
  return found === undefined ? null : { ...quirks, [found[1]]: true };
}

function messagesOf(request: InferenceRequest, schema: JsonSchema | null, again: string | null): Json {
  const { messages, tools, answer } = request;
  const said = messages.map(messageOf);
  const form =
    schema === null
      ? []
      : [
          ...(answer.kind === 'tool-call' ? [toolsText(tools)] : []),
          `Answer with one JSON value and nothing else. It has to fit this JSON Schema: ${JSON.stringify(schema)}`,
          ...(again === null ? [] : [again]),
        ];
  if (form.length === 0) return said;
  // Many templates take one message of the system, and only as the first.
  const [first, ...rest] = said;
  const own = first?.role === 'system' ? [first.content] : [];
  const content = [...own, ...form].join('\n\n');
  return [{ role: 'system', content }, ...(first === undefined || first.role === 'system' ? rest : said)];
}

function messageOf(message: Message): { readonly role: string; readonly content: string } {
  if ('call' in message) return { role: 'assistant', content: JSON.stringify(message.call) };
  // Hosts take the role of a tool only after calls that they numbered themselves.
  if (message.role === 'tool') return { role: 'user', content: `What ${message.tool} gave:\n${message.text}` };
  return { role: message.role, content: message.text };
}

function toolsText(tools: readonly OfferedTool[]): string {
  const lines = tools.map(({ name, description }) => `- ${name}: ${description}`);
  return `Call one of these tools:\n${lines.join('\n')}`;
}
