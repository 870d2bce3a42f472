import { readTypedNames, type TypedName } from './names.ts';
import { type Part, type Place, refuse } from './syntax.ts';

export const TYPES_MAX = 1_000;
const OBJECT = 'object';

type Types = ReadonlyMap<string, ReadonlySet<string>>;

/** By type, all that it is. A type that stands only behind a "-" is declared by that. */
export function readTypes(parts: readonly Part[], place: Place): Types {
  const parents = new Map<string, Set<string>>([[OBJECT, new Set()]]);
  const places = new Map<string, Place>();
  for (const { name, types, line, column } of readTypedNames(parts, 'type')) {
    places.set(name, { line, column });
    const over = parents.get(name) ?? new Set();
    for (const type of types ?? []) {
      if (type.text !== name || name !== OBJECT) over.add(type.text);
      if (!parents.has(type.text)) parents.set(type.text, new Set());
      if (!places.has(type.text)) places.set(type.text, type);
    }
    parents.set(name, over);
    if (parents.size > TYPES_MAX) refuse('limit', place, `there are more than ${TYPES_MAX} types: use fewer`);
  }
  const found = new Map<string, ReadonlySet<string>>();
  for (const type of parents.keys()) {
    const above = allAbove(type, parents);
    if (above.has(type)) {
      refuse('syntax', places.get(type) ?? place, `the type "${type}" is above itself: remove one "-" of the circle`);
    }
    found.set(type, new Set([type, OBJECT, ...above]));
  }
  return found;
}

function allAbove(type: string, parents: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const found = new Set<string>();
  const waiting = [...(parents.get(type) ?? [])];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    waiting.push(...(parents.get(next) ?? []));
  }
  return found;
}

/** The types of a parameter, each of them declared. */
export function knownTypes({ types }: TypedName, known: Types): readonly string[] {
  if (types === null) return [OBJECT];
  return types.map((type) => {
    if (known.has(type.text)) return type.text;
    return refuse('unknown', type, `there is no type "${type.text}": declare it in :types, or correct the name`);
  });
}

/** Adds objects with their one type each. Said twice in the same way is as good as once. */
export function addObjects(objects: Map<string, string>, names: readonly TypedName[], known: Types, max: number): void {
  for (const named of names) {
    const [type = OBJECT] = knownTypes(named, known);
    if (named.either) {
      refuse('unsupported', named, `"${named.name}" has several types: give it one, if need be one above them`);
    }
    if (named.name.startsWith('?')) {
      refuse('syntax', named, `"${named.name}" is a variable, not an object: remove the "?"`);
    }
    const before = objects.get(named.name);
    if (before !== undefined && before !== type) {
      refuse('duplicate', named, `"${named.name}" is declared twice, with different types: remove one`);
    }
    objects.set(named.name, type);
    if (objects.size > max) refuse('limit', named, `there are more than ${max} objects: use fewer`);
  }
}
