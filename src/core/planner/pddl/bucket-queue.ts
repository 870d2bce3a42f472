import { IntList } from './int-list.ts';

/** Pairs of integers by a small priority: lowest first, and of the same priority the oldest first. */
export class BucketQueue {
  readonly #buckets: (IntList | undefined)[] = [];
  readonly #heads: number[] = [];
  #lowest = 0;
  size = 0;
  /** What `take` took. */
  first = 0;
  second = 0;

  add(priority: number, first: number, second: number): void {
    let bucket = this.#buckets[priority];
    if (!bucket) {
      for (let i = this.#buckets.length; i <= priority; i++) {
        this.#buckets.push(undefined);
        this.#heads.push(0);
      }
      this.#buckets[priority] = bucket = new IntList();
    }
    bucket.push(first);
    bucket.push(second);
    if (this.size++ === 0 || priority < this.#lowest) this.#lowest = priority;
  }

  /** @returns false when there is nothing left */
  take(): boolean {
    if (this.size === 0) return false;
    for (;;) {
      const bucket = this.#buckets[this.#lowest];
      const head = this.#heads[this.#lowest] as number;
      if (bucket && head < bucket.length) {
        this.first = bucket.at(head);
        this.second = bucket.at(head + 1);
        this.#heads[this.#lowest] = head + 2;
        this.size--;
        if (head + 2 === bucket.length) {
          this.#buckets[this.#lowest] = undefined;
          this.#heads[this.#lowest] = 0;
        }
        return true;
      }
      this.#lowest++;
    }
  }
}
