/** Integers in an array that grows. */
export class IntList {
  #items: Int32Array;
  length = 0;

  constructor(capacity = 16) {
    this.#items = new Int32Array(capacity);
  }

  push(item: number): void {
    if (this.length === this.#items.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#items);
      this.#items = larger;
    }
    this.#items[this.length++] = item;
  }

  at(index: number): number {
    return this.#items[index] as number;
  }

  set(index: number, item: number): void {
    this.#items[index] = item;
  }

  pop(): number {
    return this.#items[--this.length] as number;
  }

  clear(): void {
    this.length = 0;
  }

  toArray(): Int32Array {
    return this.#items.slice(0, this.length);
  }
}

/** Many short lists of integers in two arrays: those of row `r` stand in `items` from `start[r]` to before `start[r + 1]`. */
export interface Rows {
  readonly start: Int32Array;
  readonly items: Int32Array;
}

export class RowsBuilder {
  readonly #start = new IntList();
  readonly #items = new IntList();

  constructor() {
    this.#start.push(0);
  }

  get rows(): number {
    return this.#start.length - 1;
  }

  add(items: Iterable<number>): void {
    for (const item of items) this.#items.push(item);
    this.#start.push(this.#items.length);
  }

  build(): Rows {
    return { start: this.#start.toArray(), items: this.#items.toArray() };
  }
}

export function rowOf({ start, items }: Rows, row: number): Int32Array {
  return items.subarray(start[row], start[row + 1]);
}

/** For every item, the rows that it is in. @param count how many items there are */
export function inverse({ start, items }: Rows, count: number): Rows {
  const starts = new Int32Array(count + 1);
  for (const item of items) starts[item + 1] = (starts[item + 1] as number) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const next = starts.slice();
  const rows = new Int32Array(items.length);
  for (let row = 0; row + 1 < start.length; row++) {
    for (let i = start[row] as number; i < (start[row + 1] as number); i++) {
      const item = items[i] as number;
      rows[next[item] as number] = row;
      next[item] = (next[item] as number) + 1;
    }
  }
  return { start: starts, items: rows };
}
