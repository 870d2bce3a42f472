import { utf8 } from '../base/bytes.ts';
import { accept, begin, isComplete, keyOf, type Acceptance } from './acceptor.ts';
import type { Grammar } from './grammar.ts';

/** Masks of states that were met before: inside one string all states are alike. */
const MASKS_MAX = 256;

/** The tokens of a model. */
export interface Vocabulary {
  /** Which of them may come in a text of a grammar. */
  readonly within: (grammar: Grammar) => TokenMask;
}

export interface TokenMask {
  /** Before anything is written. */
  readonly start: Acceptance;
  /** After a token; empty where it may not come. */
  readonly after: (state: Acceptance, id: number) => Acceptance;
  /** The ids of all tokens that may come. */
  readonly allowed: (state: Acceptance) => readonly number[];
  /** The token that ends an answer may come. */
  readonly mayEnd: (state: Acceptance) => boolean;
}

/** The tokens as a tree of bytes, so that what many of them begin with is looked at once. */
interface Branch {
  readonly ids: number[];
  readonly next: Map<number, Branch>;
}

/** @param tokens the bytes of each, by its id; null for those that are no text: those that end or begin something */
export function vocabularyOf(tokens: readonly (Uint8Array | null)[]): Vocabulary {
  const root: Branch = { ids: [], next: new Map() };
  tokens.forEach((bytes, id) => {
    if (bytes === null || bytes.length === 0) return;
    let branch = root;
    for (const byte of bytes) {
      let next = branch.next.get(byte);
      if (next === undefined) branch.next.set(byte, (next = { ids: [], next: new Map() }));
      branch = next;
    }
    branch.ids.push(id);
  });
  return {
    within: (grammar) => {
      const masks = new Map<string, readonly number[]>();
      return {
        start: begin(grammar),
        after: (state, id) => {
          const bytes = tokens[id] ?? null;
          if (bytes === null || bytes.length === 0) return [];
          return bytes.reduce<Acceptance>((held, byte) => accept(held, byte), state);
        },
        allowed: (state) => {
          const key = keyOf(state);
          const known = masks.get(key);
          if (known !== undefined) return known;
          const ids: number[] = [];
          collect(root, state, ids);
          if (masks.size >= MASKS_MAX) masks.clear();
          masks.set(key, ids);
          return ids;
        },
        mayEnd: isComplete,
      };
    },
  };
}

function collect(branch: Branch, state: Acceptance, ids: number[]): void {
  for (const [byte, next] of branch.next) {
    const after = accept(state, byte);
    if (after.length === 0) continue;
    ids.push(...next.ids);
    if (next.next.size > 0) collect(next, after, ids);
  }
}

/**
 * The bytes that a token of a byte-level vocabulary stands for: each of its characters is one byte (GPT-2's table).
 * @returns null where a character is none of the table's
 */
export function byteLevelBytes(token: string): Uint8Array | null {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character));
  return bytes.includes(undefined) ? null : Uint8Array.from(bytes as number[]);
}

/** Of a vocabulary that writes spaces as U+2581, and bytes as `<0x0A>`. */
export function spacedBytes(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(token)?.[1];
  return byte === undefined ? utf8(token.replaceAll('\u2581', ' ')) : Uint8Array.of(Number.parseInt(byte, 16));
}

const BYTE_OF = byteTable();

/** Bytes that can be seen stand for themselves, the others for characters from U+0100 on, in their order. */
function byteTable(): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  let other = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const seen = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCodePoint(seen ? byte : other++), byte);
  }
  return table;
}
