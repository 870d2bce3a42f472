import { utf8 } from '../base/bytes.ts';

/** Byte-pair encodings of English take some four bytes a token; of other languages fewer. */
const BYTES_PER_TOKEN = 4;

/** How many tokens a text has, about, where its tokenizer is not here. */
export function estimateTokens(text: string): number {
  return Math.ceil(utf8(text).length / BYTES_PER_TOKEN);
}
