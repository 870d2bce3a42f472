/** Rows of the two tables of pieces: whole words, and runs of three and four letters. */
export const WORD_ROWS = 8192;
export const RUN_ROWS = 12288;
const RUNS_MAX = 24;

/**
 * The rows a word is looked up in, as subword models do (Bojanowski and others, 2017): itself and its runs of letters,
 * hashed. A misspelt word shares most runs with the word meant. Digits count by how many there are.
 */
export function piecesOf(lower: string): { readonly word: number; readonly runs: readonly number[] } {
  const shape = `<${lower.replace(/\d/g, '0')}>`;
  const runs: number[] = [];
  for (const length of [3, 4])
    for (let at = 0; at + length <= shape.length && runs.length < RUNS_MAX; at++)
      runs.push(hash(shape.slice(at, at + length)) % RUN_ROWS);
  return { word: hash(shape) % WORD_ROWS, runs };
}

/** FNV-1a over UTF-16 units, its bits mixed once more. */
function hash(text: string): number {
  let state = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) state = Math.imul(state ^ text.charCodeAt(at), 0x01000193);
  state ^= state >>> 15;
  state = Math.imul(state, 0x2c1b3c6d);
  return (state ^ (state >>> 12)) >>> 0;
}
