import type { Json } from '#core/base/json.ts';
import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Message, OfferedTool, ToolCall } from '#ports/engine.ts';

/** A prompt as the small model was taught them, and the call that is right. */
export type ToolCase = readonly [prompt: string, { readonly name: string; readonly arguments: Json }];

/** One of its cases, as an engine is asked. */
export function asked([prompt, { name, arguments: given }]: ToolCase): {
  readonly messages: readonly Message[];
  readonly tools: readonly OfferedTool[];
  readonly call: ToolCall;
} {
  const tools = /\nTools: (.*)<\|im_end\|>/.exec(prompt)?.[1] ?? '';
  const question = /<\|im_start\|>user\n([\s\S]*?)<\|im_end\|>/.exec(prompt)?.[1] ?? '';
  return {
    messages: [{ role: 'user', text: question, label: OWNER_TYPED }],
    tools: [...tools.matchAll(/(\w+)\(([^)]*)\)/g)].map(([, tool = '', names = '']) =>
      offered(tool, names.split(', ')),
    ),
    call: { tool: name, arguments: given },
  };
}

function offered(name: string, required: readonly string[]): OfferedTool {
  const properties = Object.fromEntries(
    required.map((key) => [key, { type: key === 'minutes' ? 'integer' : 'string' }]),
  );
  return {
    name,
    description: '',
    arguments: { type: 'object', properties, required, additionalProperties: false },
    label: OWNER_TYPED,
  };
}
