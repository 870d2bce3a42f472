import type { Json } from '../base/json.ts';
import { utf8 } from '../base/bytes.ts';
import { err, ok, type Result } from '../base/result.ts';

/**
 * What a model may write, as a tree: JSON of a schema, or literals around it. Made from the subset of JSON Schema (draft
 * 2020-12) that can be decided while a value is being written. Every property may come at any place, and whitespace as
 * writers of JSON have it. What has the same id accepts the same.
 */
export type Grammar =
  | { readonly kind: 'literal'; readonly id: string; readonly bytes: Uint8Array }
  | { readonly kind: 'string'; readonly id: string; readonly min: number; readonly max: number }
  | {
      readonly kind: 'number';
      readonly id: string;
      readonly integer: boolean;
      readonly min: number;
      readonly max: number;
    }
  | {
      readonly kind: 'object';
      readonly id: string;
      /** By the text of the key between its quotes, as JSON has it. */
      readonly properties: ReadonlyMap<string, Grammar>;
      readonly required: readonly string[];
      /** What stands under any other key; null where there may be none. */
      readonly additional: Grammar | null;
    }
  | {
      readonly kind: 'array';
      readonly id: string;
      readonly first: readonly Grammar[];
      readonly rest: Grammar | null;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'choice'; readonly id: string; readonly of: readonly Grammar[] }
  | { readonly kind: 'sequence'; readonly id: string; readonly of: readonly Grammar[] }
  /** Any JSON. */
  | { readonly kind: 'any'; readonly id: string }
  | { readonly kind: 'reference'; readonly id: string; readonly to: () => Grammar };

type Schema = Readonly<Record<string, Json>>;

const SCHEMA_PARTS_MAX = 2_000;

/** Keywords that say nothing of what is valid. */
const ANNOTATIONS = new Set([
  '$schema',
  '$id',
  '$comment',
  '$defs',
  'definitions',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
]);
const DECIDED = new Set([
  'type',
  'enum',
  'const',
  'properties',
  'required',
  'additionalProperties',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  '$ref',
]);

/**
 * The grammar of a schema.
 * @param name tells its parts from those of other schemas in the same text
 * @returns the reason, in words for whoever wrote the schema, where it cannot be decided while a value is written
 */
export function grammarOf(schema: Json, name = ''): Result<Grammar, string> {
  try {
    const grammar = new Compiler(schema, name).compile(schema, '#');
    refuseLoops(grammar, new Set(), new Set());
    return ok(grammar);
  } catch (error) {
    if (error instanceof Undecidable) return err(error.message);
    throw error;
  }
}

/** Parts one after the other; a text stands for itself. */
export function sequence(...parts: readonly (Grammar | string)[]): Grammar {
  const of = parts.map((part): Grammar => (typeof part === 'string' ? literal(part) : part));
  return { kind: 'sequence', id: `(${of.map(({ id }) => id).join(' ')})`, of };
}

/** One of them. */
export function choice(of: readonly Grammar[]): Grammar {
  return { kind: 'choice', id: `[${of.map(({ id }) => id).join(' ')}]`, of };
}

function literal(text: string): Grammar {
  return { kind: 'literal', id: `'${text}'`, bytes: utf8(text) };
}

class Undecidable extends Error {}

class Compiler {
  readonly #root: Json;
  readonly #referred = new Map<string, Grammar | null>();
  #parts = 0;
  readonly #name: string;

  constructor(root: Json, name: string) {
    this.#root = root;
    this.#name = name;
  }

  #id(): string {
    if (this.#parts >= SCHEMA_PARTS_MAX) throw new Undecidable(`The schema has more than ${SCHEMA_PARTS_MAX} parts.`);
    return `${this.#name}${this.#parts++}`;
  }

  compile(schema: Json, place: string): Grammar {
    const id = this.#id();
    if (schema === true) return { kind: 'any', id };
    if (schema === false) throw new Undecidable(`Nothing can be valid at ${place}.`);
    if (!isSchema(schema)) throw new Undecidable(`There is no schema at ${place}.`);
    const unknown = Object.keys(schema).filter((word) => !DECIDED.has(word) && !ANNOTATIONS.has(word));
    if (unknown.length > 0)
      throw new Undecidable(`The schema uses ${unknown.join(', ')} at ${place}, which cannot be kept while writing.`);
    if (typeof schema['$ref'] === 'string') return this.#reference(schema['$ref'], id, place);
    if ('const' in schema) return this.#constant(schema['const'] ?? null);
    if (Array.isArray(schema['enum']))
      return this.#choice(
        schema['enum'].map((value: Json) => this.#constant(value)),
        id,
        place,
      );
    // Whatever matches exactly one of them matches one of them; that it matches no other is for the schemas to see to.
    const among = schema['anyOf'] ?? schema['oneOf'];
    if (Array.isArray(among))
      return this.#choice(
        among.map((part: Json, index) => this.compile(part, `${place}/${index}`)),
        id,
        place,
      );
    const types = typesOf(schema);
    if (types === null) return { kind: 'any', id };
    return this.#choice(
      types.map((type) => this.#typed(type, schema, place)),
      id,
      place,
    );
  }

  #typed(type: string, schema: Schema, place: string): Grammar {
    const id = this.#id();
    switch (type) {
      case 'null':
        return this.#constant(null);
      case 'boolean':
        return this.#choice([this.#constant(true), this.#constant(false)], id, place);
      case 'string': {
        const [min, max] = this.#bounds(schema, 'minLength', 'maxLength', place);
        return { kind: 'string', id, min, max };
      }
      case 'integer':
      case 'number': {
        const min = numberAt(schema, 'minimum', -Infinity);
        const max = numberAt(schema, 'maximum', Infinity);
        if (min > max) throw new Undecidable(`No number is between the bounds at ${place}.`);
        if (type === 'integer' && Math.ceil(min) > Math.floor(max))
          throw new Undecidable(`No integer is between the bounds at ${place}.`);
        return { kind: 'number', id, integer: type === 'integer', min, max };
      }
      case 'array':
        return this.#array(schema, id, place);
      case 'object':
        return this.#object(schema, id, place);
      default:
        throw new Undecidable(`There is no type ${type} (at ${place}).`);
    }
  }

  #array(schema: Schema, id: string, place: string): Grammar {
    const given = schema['prefixItems'];
    const first = Array.isArray(given)
      ? given.map((part: Json, index) => this.compile(part, `${place}/prefixItems/${index}`))
      : [];
    const items = schema['items'] ?? true;
    const rest = items === false ? null : this.compile(items, `${place}/items`);
    const [min, most] = this.#bounds(schema, 'minItems', 'maxItems', place);
    const max = rest === null ? Math.min(most, first.length) : most;
    if (min > max) throw new Undecidable(`No list has so many items at ${place}.`);
    return { kind: 'array', id, first, rest, min, max };
  }

  #object(schema: Schema, id: string, place: string): Grammar {
    const given = schema['properties'];
    const properties = new Map<string, Grammar>();
    if (isSchema(given))
      for (const [key, part] of Object.entries(given))
        if (part !== false) properties.set(keyText(key), this.compile(part, `${place}/properties/${key}`));
    const forbidden = isSchema(given) && Object.values(given).includes(false);
    const others = schema['additionalProperties'] ?? true;
    if (forbidden && others !== false) throw new Undecidable(`A property is forbidden by name at ${place}.`);
    const additional = others === false ? null : this.compile(others, `${place}/additionalProperties`);
    const names = schema['required'];
    const required = Array.isArray(names) ? names.filter((name) => typeof name === 'string').map(keyText) : [];
    for (const key of required) {
      if (properties.has(key)) continue;
      if (additional === null) throw new Undecidable(`${key} is required at ${place}, and there is no such property.`);
      properties.set(key, additional);
    }
    return { kind: 'object', id, properties, required: [...new Set(required)], additional };
  }

  /** One value: of text and numbers as JSON writes them, of lists and objects with any whitespace and order. */
  #constant(value: Json): Grammar {
    if (isList(value)) {
      const first = value.map((item) => this.#constant(item));
      return { kind: 'array', id: this.#id(), first, rest: null, min: first.length, max: first.length };
    }
    if (isSchema(value)) {
      const properties = new Map(Object.entries(value).map(([key, part]) => [keyText(key), this.#constant(part)]));
      return { kind: 'object', id: this.#id(), properties, required: [...properties.keys()], additional: null };
    }
    return literal(JSON.stringify(value));
  }

  #choice(of: readonly Grammar[], id: string, place: string): Grammar {
    const [only] = of;
    if (only === undefined) throw new Undecidable(`There is nothing to choose from at ${place}.`);
    return of.length === 1 ? only : { kind: 'choice', id, of };
  }

  /** Schemas may refer to themselves: what is referred to is looked up when it is come to. */
  #reference(pointer: string, id: string, place: string): Grammar {
    if (!pointer.startsWith('#')) throw new Undecidable(`${pointer} is not in this schema.`);
    if (!this.#referred.has(pointer)) {
      this.#referred.set(pointer, null);
      const target = pointed(this.#root, pointer);
      if (target === undefined) throw new Undecidable(`${pointer} is not in this schema.`);
      if (isSchema(target) && typeof target['$ref'] === 'string')
        throw new Undecidable(`${pointer} refers on (at ${place}).`);
      this.#referred.set(pointer, this.compile(target, pointer));
    }
    return { kind: 'reference', id, to: () => this.#referred.get(pointer) ?? { kind: 'choice', id, of: [] } };
  }

  #bounds(schema: Schema, least: string, most: string, place: string): readonly [number, number] {
    const min = Math.max(0, Math.ceil(numberAt(schema, least, 0)));
    const max = Math.floor(numberAt(schema, most, Infinity));
    if (min > max) throw new Undecidable(`${least} is more than ${most} at ${place}.`);
    return [min, max];
  }
}

/** A schema that is itself, or one of several that it is one of, says nothing. */
function refuseLoops(grammar: Grammar, within: ReadonlySet<Grammar>, seen: Set<Grammar>): void {
  if (within.has(grammar)) throw new Undecidable('The schema refers to itself with nothing between.');
  if (grammar.kind === 'choice' || grammar.kind === 'reference') {
    const inner = new Set(within).add(grammar);
    for (const part of grammar.kind === 'choice' ? grammar.of : [grammar.to()]) refuseLoops(part, inner, seen);
    return;
  }
  if (seen.has(grammar)) return;
  seen.add(grammar);
  const parts =
    grammar.kind === 'object'
      ? [...grammar.properties.values(), grammar.additional]
      : grammar.kind === 'array'
        ? [...grammar.first, grammar.rest]
        : [];
  for (const part of parts) if (part !== null) refuseLoops(part, new Set(), seen);
}

/** A key between its quotes, each byte a character: keys are compared while they are written. */
function keyText(key: string): string {
  return String.fromCharCode(...utf8(JSON.stringify(key).slice(1, -1)));
}

/** Null: any. A schema that has properties or items means objects or lists. */
function typesOf(schema: Schema): readonly string[] | null {
  const type = schema['type'];
  if (typeof type === 'string') return [type];
  if (Array.isArray(type)) {
    const types = type.filter((name) => typeof name === 'string');
    return types.includes('number') ? types.filter((name) => name !== 'integer') : types;
  }
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return ['object'];
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema || 'maxItems' in schema) return ['array'];
  if ('minLength' in schema || 'maxLength' in schema) return ['string'];
  if ('minimum' in schema || 'maximum' in schema) return ['number'];
  return null;
}

function numberAt(schema: Schema, word: string, otherwise: number): number {
  const value = schema[word];
  return typeof value === 'number' ? value : otherwise;
}

/** RFC 6901, of a fragment. */
function pointed(root: Json, pointer: string): Json | undefined {
  const steps = pointer
    .slice(1)
    .split('/')
    .slice(1)
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<Json | undefined>(
    (value, step) =>
      value !== undefined && isList(value)
        ? value[Number(step)]
        : value !== undefined && isSchema(value) && Object.hasOwn(value, step)
          ? value[step]
          : undefined,
    root,
  );
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
