import type { Json } from '#core/base/json.ts';
import type { Random } from '#core/base/random.ts';
import type { JsonSchema } from '#ports/engine.ts';

export const WORDS = [
  'the',
  'meeting',
  'is',
  'on',
  'Tuesday',
  'at',
  'noon',
  'für',
  'alle',
  'and',
  'Anna',
  'comes',
  'later',
];

/** Some value that fits a schema of plain types, required properties and lists. */
export function valueOf(schema: JsonSchema, random: Random): Json {
  if (Array.isArray(schema['anyOf'])) return valueOf(random.pick(schema['anyOf'] as readonly JsonSchema[]), random);
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return random.pick(schema['enum'] as readonly Json[]);
  switch (schema['type']) {
    case 'object':
      return Object.fromEntries(
        Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>).map(([name, part]) => [
          name,
          valueOf(part, random),
        ]),
      );
    case 'array':
      return Array.from({ length: 1 + random.below(3) }, () => valueOf(schema['items'] as JsonSchema, random));
    case 'integer':
    case 'number':
      return Number(schema['minimum'] ?? 0) + random.below(5);
    case 'boolean':
      return random.chance(0.5);
    default:
      return random.pick(WORDS);
  }
}
