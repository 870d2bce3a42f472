/** A JSON value with its place, by UTF-16 offsets. */
export type JsonNode = { readonly start: number; readonly end: number } & (
  | {
      readonly type: 'object';
      readonly members: readonly { readonly key: string; readonly start: number; readonly value: JsonNode }[];
    }
  | { readonly type: 'array'; readonly elements: readonly JsonNode[] }
  | { readonly type: 'scalar'; readonly value: string | number | boolean | null }
);

/** Where a JSON text stops being JSON. */
export class JsonSyntaxError extends Error {
  override readonly name = 'JsonSyntaxError';
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

const DEPTH_MAX = 100;
const SPACE = /[ \t\r\n]*/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;

/**
 * RFC 8259, with the offsets that JSON.parse does not give.
 * @throws JsonSyntaxError with the place
 */
export function parseJson(text: string): JsonNode {
  let at = 0;
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    if (found !== null) at += found.length;
    return found;
  };
  const expected = (what: string): JsonSyntaxError => {
    const found = at >= text.length ? 'the file ends' : `“${text.slice(at, at + 12)}” stands there`;
    return new JsonSyntaxError(at, `${what} was expected but ${found}`);
  };
  const take = (character: string): boolean => {
    match(SPACE);
    if (text[at] !== character) return false;
    at++;
    return true;
  };
  const value = (depth: number): JsonNode => {
    if (depth > DEPTH_MAX) throw new JsonSyntaxError(at, `it is nested more than ${String(DEPTH_MAX)} deep`);
    match(SPACE);
    const start = at;
    if (take('{')) {
      const members = list('}', () => {
        match(SPACE);
        const keyStart = at;
        const key = match(STRING);
        if (key === null) throw expected('a quoted key');
        if (!take(':')) throw expected('“:”');
        return { key: JSON.parse(key) as string, start: keyStart, value: value(depth + 1) };
      });
      return { type: 'object', members, start, end: at };
    }
    if (take('[')) {
      const elements = list(']', () => value(depth + 1));
      return { type: 'array', elements, start, end: at };
    }
    const scalar = match(STRING) ?? match(LITERAL);
    if (scalar === null) throw expected('a value');
    return { type: 'scalar', value: JSON.parse(scalar) as string | number | boolean | null, start, end: at };
  };
  const list = <T>(close: string, element: () => T): T[] => {
    const found: T[] = [];
    if (take(close)) return found;
    do found.push(element());
    while (take(','));
    if (!take(close)) throw expected(`“,” or “${close}”`);
    return found;
  };
  const root = value(0);
  match(SPACE);
  if (at < text.length) throw expected('the end');
  return root;
}
