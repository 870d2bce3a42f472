import type { Json } from '#core/base/json.ts';

type Schema = Readonly<Record<string, Json>>;

/** Whether a value is valid, as the words of JSON Schema say it, one by one: written apart from what it judges. */
export function fits(schema: Json, value: Json, root: Json = schema): boolean {
  if (typeof schema === 'boolean') return schema;
  const words = schema as Schema;
  return Object.entries(words).every(([word, says]) => keeps(word, says, words, value, root));
}

function keeps(word: string, says: Json, words: Schema, value: Json, root: Json): boolean {
  const list = Array.isArray(value) ? (value as readonly Json[]) : null;
  const object =
    typeof value === 'object' && value !== null && list === null ? (value as Readonly<Record<string, Json>>) : null;
  const known = (words['properties'] ?? {}) as Schema;
  const first = (words['prefixItems'] ?? []) as readonly Json[];
  switch (word) {
    case 'type':
      return [says].flat().some((type) => isOf(type as string, value));
    case 'const':
      return same(says, value);
    case 'enum':
      return (says as readonly Json[]).some((one) => same(one, value));
    case 'anyOf':
      return (says as readonly Json[]).some((one) => fits(one, value, root));
    case 'required':
      return object === null || (says as readonly string[]).every((key) => Object.hasOwn(object, key));
    case 'properties':
      return (
        object === null ||
        Object.entries(known).every(([key, part]) => !Object.hasOwn(object, key) || fits(part, object[key]!, root))
      );
    case 'additionalProperties':
      return (
        object === null ||
        Object.entries(object).every(([key, part]) => Object.hasOwn(known, key) || fits(says, part, root))
      );
    case 'prefixItems':
      return list === null || list.every((item, at) => at >= first.length || fits(first[at]!, item, root));
    case 'items':
      return list === null || list.slice(first.length).every((item) => fits(says, item, root));
    case 'minItems':
      return list === null || list.length >= (says as number);
    case 'maxItems':
      return list === null || list.length <= (says as number);
    case 'minLength':
      return typeof value !== 'string' || Array.from(value).length >= (says as number);
    case 'maxLength':
      return typeof value !== 'string' || Array.from(value).length <= (says as number);
    case 'minimum':
      return typeof value !== 'number' || value >= (says as number);
    case 'maximum':
      return typeof value !== 'number' || value <= (says as number);
    default:
      throw new Error(`${word} is not known here`);
  }
}

function isOf(type: string, value: Json): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}

function same(a: Json, b: Json): boolean {
  const sorted = (value: Json): string =>
    JSON.stringify(value, (_, part: Json) =>
      typeof part === 'object' && part !== null && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
        : part,
    );
  return sorted(a) === sorted(b);
}
