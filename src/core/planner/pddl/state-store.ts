/** States that were met, each once, by number. They stand in few large arrays, outside of the heap of objects. */
const CHUNK_WORDS = 1 << 18;
export const STATE_BYTES_MAX = 1_500_000_000;
/** About what a search keeps for each state besides. */
const BESIDE_STATE_BYTES = 100;

export class StateStore {
  readonly #words: number;
  readonly #perChunk: number;
  readonly #chunks: Uint32Array[] = [];
  #table = new Int32Array(1 << 12).fill(-1);
  #hashes = new Int32Array(1 << 12);
  count = 0;
  /** Whether the state that was added last was new. */
  isNew = false;

  constructor(words: number) {
    this.#words = words;
    this.#perChunk = Math.max(1, Math.floor(CHUNK_WORDS / words));
  }

  get isFull(): boolean {
    return this.count * (4 * this.#words + BESIDE_STATE_BYTES) >= STATE_BYTES_MAX;
  }

  /** @returns its number */
  add(state: Uint32Array): number {
    const hash = hashOf(state);
    let slot = hash & (this.#table.length - 1);
    for (;;) {
      const found = this.#table[slot] as number;
      if (found === -1) break;
      if (this.#hashes[found] === hash && this.#isSame(found, state)) {
        this.isNew = false;
        return found;
      }
      slot = (slot + 1) & (this.#table.length - 1);
    }
    this.isNew = true;
    const number = this.count++;
    const place = number % this.#perChunk;
    if (place === 0) this.#chunks.push(new Uint32Array(this.#perChunk * this.#words));
    this.#chunks.at(-1)?.set(state, place * this.#words);
    this.#table[slot] = number;
    if (number >= this.#hashes.length) this.#hashes = larger(this.#hashes);
    this.#hashes[number] = hash;
    if (2 * this.count > this.#table.length) this.#rehash();
    return number;
  }

  /** Copies a state. */
  read(number: number, into: Uint32Array): void {
    const start = (number % this.#perChunk) * this.#words;
    into.set(this.#chunkOf(number).subarray(start, start + this.#words));
  }

  #isSame(number: number, state: Uint32Array): boolean {
    const chunk = this.#chunkOf(number);
    const start = (number % this.#perChunk) * this.#words;
    for (let i = 0; i < this.#words; i++) if (chunk[start + i] !== state[i]) return false;
    return true;
  }

  #chunkOf(number: number): Uint32Array {
    return this.#chunks[Math.floor(number / this.#perChunk)] as Uint32Array;
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length).fill(-1);
    for (let number = 0; number < this.count; number++) {
      let slot = (this.#hashes[number] as number) & (this.#table.length - 1);
      while (this.#table[slot] !== -1) slot = (slot + 1) & (this.#table.length - 1);
      this.#table[slot] = number;
    }
  }
}

function larger(array: Int32Array): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(2 * array.length);
  grown.set(array);
  return grown;
}

/** FNV-1a over words, mixed once more so that its low bits are good. */
function hashOf(state: Uint32Array): number {
  let hash = 0x811c9dc5;
  for (const word of state) {
    hash = Math.imul(hash ^ word, 0x01000193);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
