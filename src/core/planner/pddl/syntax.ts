import { err, ok, type Result } from '../../base/result.ts';

/** Parentheses and words of PDDL, with their places. Read without recursion, within bounds: the text is anybody's. */
export const TEXT_CHARS_MAX = 16 * 1024 * 1024;
export const PARTS_MAX = 3_000_000;
/** Parentheses inside each other. What walks over the parts may call itself this often. */
export const NESTING_MAX = 100;
export const WORD_CHARS_MAX = 500;

export interface Place {
  /** Both from 1. */
  readonly line: number;
  readonly column: number;
}

export interface Word extends Place {
  readonly kind: 'word';
  /** In small letters: PDDL takes them as the same. */
  readonly text: string;
}

export interface List extends Place {
  readonly kind: 'list';
  readonly parts: readonly Part[];
}

export type Part = Word | List;

export interface TextProblem extends Place {
  readonly code: 'syntax' | 'unknown' | 'duplicate' | 'unsupported' | 'limit';
  /** What is wrong, and what to do about it. */
  readonly message: string;
}

/** Thrown inside the reader only; `reading` makes a result of it. */
class Refusal extends Error {
  readonly problem: TextProblem;

  constructor(problem: TextProblem) {
    super(problem.message);
    this.problem = problem;
  }
}

export function refuse(code: TextProblem['code'], { line, column }: Place, message: string): never {
  throw new Refusal({ code, line, column, message });
}

export function reading<T>(read: () => T): Result<T, TextProblem> {
  try {
    return ok(read());
  } catch (error) {
    if (error instanceof Refusal) return err(error.problem);
    throw error;
  }
}

/** @returns the lists that stand outside all others, `starts` a text such as `(define` for what is missing */
export function readLists(text: string, starts: string): readonly List[] {
  const start: Place = { line: 1, column: 1 };
  if (text.length > TEXT_CHARS_MAX) {
    refuse('limit', start, `the text has more than ${TEXT_CHARS_MAX} characters: give a smaller one`);
  }
  const found: List[] = [];
  const open: { readonly parts: Part[]; readonly line: number; readonly column: number }[] = [];
  let [count, line, lineStart] = [0, 1, 0];
  const words = /;[^\n]*|\n|[()]|[^\s();]+/g;
  for (const { 0: piece, index } of text.matchAll(words)) {
    const place: Place = { line, column: index - lineStart + 1 };
    if (piece === '\n') {
      line++;
      lineStart = index + 1;
    } else if (piece === '(') {
      if (open.length >= NESTING_MAX) {
        refuse('limit', place, `more than ${NESTING_MAX} parentheses are open here: write it less deep`);
      }
      open.push({ parts: [], ...place });
    } else if (piece === ')') {
      const closed = open.pop();
      if (!closed) refuse('syntax', place, 'this ")" closes nothing: remove it, or add the "(" that it belongs to');
      const list: List = { kind: 'list', ...closed };
      (open.at(-1)?.parts ?? found).push(list);
    } else if (!piece.startsWith(';')) {
      const parts = open.at(-1)?.parts;
      if (!parts)
        refuse('syntax', place, `"${shown(piece)}" stands outside of any parentheses: begin with "${starts}"`);
      if (piece.length > WORD_CHARS_MAX) {
        refuse('limit', place, `a name has more than ${WORD_CHARS_MAX} characters: shorten it`);
      }
      parts.push({ kind: 'word', text: piece.toLowerCase(), ...place });
    }
    if (++count > PARTS_MAX) refuse('limit', place, `the text has more than ${PARTS_MAX} parts: give a smaller one`);
  }
  const unclosed = open.at(-1);
  if (unclosed) refuse('syntax', unclosed, 'this "(" is never closed: add the ")" that it lacks');
  return found;
}

/** The first word of a list, or null. */
export function headOf(part: Part): string | null {
  const first = part.kind === 'list' ? part.parts[0] : undefined;
  return first?.kind === 'word' ? first.text : null;
}

/** A part as it stands in a message: never long. */
export function textOf(part: Part): string {
  if (part.kind === 'word') return shown(part.text);
  const head = headOf(part);
  return head === null ? '(...)' : `(${shown(head)} ...)`;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
