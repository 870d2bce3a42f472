import type { Json } from '#core/base/json.ts';
import { err, ok, type Result } from '#core/base/result.ts';
import { choice, grammarOf, sequence, type Grammar } from '#core/grammar/grammar.ts';
import type { AnswerForm, Inference, InferenceRequest, Message, OfferedTool } from '#ports/engine.ts';

/** Models that call tools were mostly taught to do it between these. */
const CALL_BEGINS = '<tool_call>';
const CALL_ENDS = '</tool_call>';

/** Messages as chat templates take them. */
export function chatOf(messages: readonly Message[]): readonly Record<string, unknown>[] {
  return messages.map((message) => {
    if ('call' in message) {
      const { tool, arguments: given } = message.call;
      const text = `${CALL_BEGINS}\n${JSON.stringify({ name: tool, arguments: given })}\n${CALL_ENDS}`;
      return { role: 'assistant', content: text };
    }
    return { role: message.role, content: message.text, ...('tool' in message ? { name: message.tool } : {}) };
  });
}

export function toolsOf(tools: readonly OfferedTool[]): readonly Json[] | null {
  if (tools.length === 0) return null;
  return tools.map(({ name, description, arguments: parameters }) => ({
    type: 'function',
    function: { name, description, parameters: { required: [], ...parameters } },
  }));
}

/**
 * What the model may write; null for any text.
 * @param marked it knows the marks that a tool call stands between
 */
export function grammarFor(
  { answer, tools }: Pick<InferenceRequest, 'answer' | 'tools'>,
  marked: boolean,
): Result<Grammar | null, string> {
  switch (answer.kind) {
    case 'text':
      return ok(null);
    case 'json':
      return grammarOf(answer.schema);
    case 'tool-call': {
      const calls: Grammar[] = [];
      for (const [index, tool] of tools.entries()) {
        const given = grammarOf(tool.arguments, `${index}:`);
        if (!given.ok) return err(`${tool.name}: ${given.error}`);
        calls.push(sequence(`{"name": ${JSON.stringify(tool.name)}, "arguments": `, given.value, '}'));
      }
      if (calls.length === 0) return err('There is no tool to call. Offer one.');
      return ok(marked ? sequence(`${CALL_BEGINS}\n`, choice(calls), `\n${CALL_ENDS}`) : choice(calls));
    }
  }
}

/** What a text that followed the grammar to its end says. */
export function answerIn(text: string, form: AnswerForm): Inference['answer'] {
  switch (form.kind) {
    case 'text':
      return { kind: 'text' };
    case 'json':
      return { kind: 'json', value: JSON.parse(text) as Json };
    case 'tool-call': {
      const bare = text.replace(CALL_BEGINS, '').replace(new RegExp(`${CALL_ENDS}$`), '');
      const { name, arguments: given } = JSON.parse(bare) as { readonly name: string; readonly arguments: Json };
      return { kind: 'tool-call', call: { tool: name, arguments: given } };
    }
  }
}
