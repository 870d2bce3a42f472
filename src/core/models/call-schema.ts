import type { Json } from '../base/json.ts';

interface Callable {
  readonly name: string;
  readonly arguments: Readonly<Record<string, Json>>;
}

/** The JSON Schema of one call of one of the tools: `{ "tool": name, "arguments": … }`. */
export function callSchema(tools: readonly Callable[]): Readonly<Record<string, Json>> {
  const calls = tools.map(({ name, arguments: fitting }) => ({
    type: 'object',
    properties: { tool: { const: name }, arguments: fitting },
    required: ['tool', 'arguments'],
    additionalProperties: false,
  }));
  return calls.length === 1 && calls[0] !== undefined ? calls[0] : { anyOf: calls };
}
