import { type List, type Part, type Place, refuse, textOf, type Word } from './syntax.ts';

/** Lists of names, with or without types: `a b - block c - (either box crate)`. */
export interface TypedName extends Place {
  readonly name: string;
  /** Null where none is said, which means `object`. */
  readonly types: readonly Word[] | null;
  /** Whether it says `either`. */
  readonly either: boolean;
}

export function readTypedNames(parts: readonly Part[], what: string): TypedName[] {
  const found: TypedName[] = [];
  let waiting: Word[] = [];
  for (let i = 0; i < parts.length; i++) {
    const word = wordAt(parts[i], what);
    if (word.text !== '-') {
      waiting.push(word);
      continue;
    }
    const type = parts[++i];
    if (!type) refuse('syntax', word, 'a type must follow this "-": name one, or remove the "-"');
    if (waiting.length === 0) refuse('syntax', word, `no ${what} stands before this "-": add one, or remove the type`);
    const types = typesOf(type);
    for (const { text, line, column } of waiting) {
      found.push({ name: text, types, either: type.kind === 'list', line, column });
    }
    waiting = [];
  }
  for (const { text, line, column } of waiting) found.push({ name: text, types: null, either: false, line, column });
  return found;
}

function typesOf(part: Part): readonly Word[] {
  if (part.kind === 'word') return [part];
  const [first, ...rest] = part.parts;
  if (first?.kind !== 'word' || first.text !== 'either' || rest.length === 0) {
    refuse('syntax', part, `${textOf(part)} is no type: give a name, or (either NAME NAME)`);
  }
  return rest.map((type) => wordAt(type, 'type'));
}

export function wordAt(part: Part | undefined, what: string, list?: List): Word {
  if (part?.kind === 'word') return part;
  const place = part ?? list ?? { line: 1, column: 1 };
  return refuse('syntax', place, `a ${what} is expected here${part ? `, not ${textOf(part)}` : ''}: give its name`);
}

/** The name of a variable without its `?`, or null for another word. */
export function isVariable({ text }: Word): boolean {
  return text.startsWith('?') && text.length > 1;
}

export function listAt(part: Part | undefined, what: string, place: Place): List {
  if (part?.kind === 'list') return part;
  return refuse(
    'syntax',
    part ?? place,
    `${what} is expected here in parentheses${part ? `, not ${textOf(part)}` : ''}`,
  );
}
