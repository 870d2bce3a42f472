import fc from 'fast-check';
import type { Json } from '#core/base/json.ts';

/** A schema, and values that are valid by it. */
export interface SchemaAndValues {
  readonly schema: Json;
  readonly values: readonly Json[];
}

const text = fc.string({ unit: 'grapheme', maxLength: 8 });
const key = fc.oneof(fc.constantFrom('a', 'ab', 'name', 'arguments', 'größe'), fc.string({ maxLength: 5 }));

/** Schemas of the kind that tools have, nested, with values drawn along with them. */
export function schemas(depth = 2): fc.Arbitrary<SchemaAndValues> {
  const leaf = fc.oneof(
    fc.constant({ schema: { type: 'null' }, values: [null] as Json[] }),
    fc.constant({ schema: { type: 'boolean' }, values: [true, false] as Json[] }),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => ({ schema: { type: 'string' }, values })),
    fc.array(text, { minLength: 1, maxLength: 3 }).map((values) => {
      const lengths = values.map((value) => Array.from(value).length);
      return {
        schema: { type: 'string', minLength: Math.min(...lengths), maxLength: Math.max(...lengths) },
        values,
      };
    }),
    fc
      .array(fc.maxSafeInteger(), { minLength: 1, maxLength: 3 })
      .map((values) => ({ schema: { type: 'integer' }, values })),
    fc.array(fc.integer(), { minLength: 1, maxLength: 3 }).map((values) => ({
      schema: { type: 'integer', minimum: Math.min(...values), maximum: Math.max(...values) },
      values,
    })),
    fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 3 }).map((values) => ({
      schema: { type: 'number' },
      values: values.map((value) => (Object.is(value, -0) ? 0 : value)),
    })),
    fc.array(fc.integer({ min: -9_999, max: 9_999 }), { minLength: 1, maxLength: 3 }).map((hundredths) => {
      const values = hundredths.map((value) => value / 100);
      return { schema: { type: 'number', minimum: Math.min(...values), maximum: Math.max(...values) }, values };
    }),
    fc
      .array(fc.oneof(text, fc.integer(), fc.constantFrom(null, true, false)), { minLength: 1, maxLength: 4 })
      .map((values) => ({ schema: { enum: values }, values })),
    text.map((value) => ({ schema: { const: value }, values: [value] })),
  ) as fc.Arbitrary<SchemaAndValues>;
  if (depth === 0) return leaf;
  const inner = schemas(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: leaf },
    { weight: 1, arbitrary: inner.map(listOf) },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 3 }).map(choiceOf) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(
          fc.uniqueArray(key, { maxLength: 4 }),
          fc.array(inner, { minLength: 4, maxLength: 4 }),
          fc.nat(15),
          fc.boolean(),
        )
        .map(objectOf),
    },
  );
}

function listOf({ schema, values }: SchemaAndValues): SchemaAndValues {
  return {
    schema: { type: 'array', items: schema, minItems: 0, maxItems: values.length + 1 },
    values: [[], [...values], [...values.slice(0, 1), ...values]],
  };
}

function choiceOf(parts: readonly SchemaAndValues[]): SchemaAndValues {
  return { schema: { anyOf: parts.map(({ schema }) => schema) }, values: parts.flatMap(({ values }) => values) };
}

function objectOf([keys, parts, chosen, open]: [string[], SchemaAndValues[], number, boolean]): SchemaAndValues {
  const named = keys.map((name, at) => ({ name, part: parts[at]!, required: (chosen & (1 << at)) !== 0 }));
  const whole = named.map(({ name, part }): [string, Json] => [name, part.values[0]!]);
  const least = named
    .filter(({ required }) => required)
    .map(({ name, part }): [string, Json] => [name, part.values.at(-1)!]);
  const free = ['other', 'größer'].find((name) => !keys.includes(name))!;
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(named.map(({ name, part }) => [name, part.schema])),
      required: named.filter(({ required }) => required).map(({ name }) => name),
      additionalProperties: open ? { type: 'integer' } : false,
    },
    values: [whole, least, [...whole].reverse(), ...(open ? [[...least, [free, 7] as [string, Json]]] : [])].map(
      (entries) => Object.fromEntries(entries),
    ),
  };
}
