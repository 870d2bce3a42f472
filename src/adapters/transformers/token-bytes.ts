import { utf8 } from '#core/base/bytes.ts';
import { byteLevelBytes, spacedBytes, vocabularyOf, type Vocabulary } from '#core/grammar/vocabulary.ts';

/** The parts of a `tokenizer.json` that say which bytes a token stands for. */
interface TokenizerFile {
  readonly model?: { readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[] };
  readonly decoder?: unknown;
  readonly added_tokens?: readonly { readonly id: number; readonly content: string; readonly special: boolean }[];
}

/** What each token of a model writes. Special ones write nothing, and so are never let through by a grammar. */
export function vocabularyOfTokenizer(file: Uint8Array): Vocabulary & { readonly has: (token: string) => boolean } {
  const { model, decoder, added_tokens: added = [] } = JSON.parse(new TextDecoder().decode(file)) as TokenizerFile;
  const byteLevel = JSON.stringify(decoder ?? null).includes('"ByteLevel"');
  const bytes: (Uint8Array | null)[] = [];
  const put = (id: number, token: Uint8Array | null): void => {
    while (bytes.length <= id) bytes.push(null);
    bytes[id] = token;
  };
  const vocab = model?.vocab ?? {};
  const entries = Array.isArray(vocab)
    ? (vocab as readonly (readonly [string, number])[]).map(([token], id) => [token, id] as const)
    : Object.entries(vocab as Readonly<Record<string, number>>);
  for (const [token, id] of entries) put(id, byteLevel ? byteLevelBytes(token) : spacedBytes(token));
  for (const { id, content, special } of added) put(id, special ? null : utf8(content));
  return {
    ...vocabularyOf(bytes),
    has: (token) => added.some(({ content, special }) => content === token && !special),
  };
}
