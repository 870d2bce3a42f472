/** Integers by two keys, both lowest first. */
export class Heap {
  readonly #keys: number[] = [];
  readonly #ties: number[] = [];
  readonly #items: number[] = [];

  get size(): number {
    return this.#items.length;
  }

  get lowest(): number {
    return this.#keys[0] as number;
  }

  add(key: number, tie: number, item: number): void {
    let at = this.#items.length;
    while (at > 0) {
      const above = (at - 1) >>> 1;
      if (!isBefore(key, tie, this.#keys[above] as number, this.#ties[above] as number)) break;
      this.#move(above, at);
      at = above;
    }
    this.#put(at, key, tie, item);
  }

  take(): number {
    const taken = this.#items[0] as number;
    const [key, tie, item] = [this.#keys.pop(), this.#ties.pop(), this.#items.pop()] as [number, number, number];
    const count = this.#items.length;
    if (count === 0) return taken;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= count) break;
      if (below + 1 < count && this.#isFirst(below + 1, below)) below++;
      if (!isBefore(this.#keys[below] as number, this.#ties[below] as number, key, tie)) break;
      this.#move(below, at);
      at = below;
    }
    this.#put(at, key, tie, item);
    return taken;
  }

  clear(): void {
    this.#keys.length = this.#ties.length = this.#items.length = 0;
  }

  #isFirst(a: number, b: number): boolean {
    const [keys, ties] = [this.#keys, this.#ties];
    return isBefore(keys[a] as number, ties[a] as number, keys[b] as number, ties[b] as number);
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#keys[from] as number, this.#ties[from] as number, this.#items[from] as number);
  }

  #put(at: number, key: number, tie: number, item: number): void {
    this.#keys[at] = key;
    this.#ties[at] = tie;
    this.#items[at] = item;
  }
}

function isBefore(key: number, tie: number, otherKey: number, otherTie: number): boolean {
  return key < otherKey || (key === otherKey && tie < otherTie);
}
