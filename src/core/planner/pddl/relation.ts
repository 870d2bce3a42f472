import { IntList } from './int-list.ts';

const NO_ROWS = new IntList(1);

/** The tuples of objects for which a predicate holds, in the order they came, with an index over each argument. */
export class Relation {
  readonly arity: number;
  /** By row, the number that the fact has among all facts that can change; -1 for one that cannot. */
  readonly facts = new IntList();
  readonly #tuples = new IntList();
  readonly #byArgument: Map<number, IntList>[];
  readonly #byTuple = new Map<number | string, number>();
  readonly #objects: number;

  constructor(arity: number, objects: number) {
    this.arity = arity;
    this.#objects = objects;
    this.#byArgument = Array.from({ length: arity }, () => new Map<number, IntList>());
  }

  get rows(): number {
    return this.facts.length;
  }

  /** @returns whether it is new */
  add(tuple: readonly number[], fact: number): boolean {
    const key = this.#key(tuple);
    if (this.#byTuple.has(key)) return false;
    const row = this.rows;
    this.#byTuple.set(key, row);
    this.facts.push(fact);
    for (let i = 0; i < this.arity; i++) {
      const object = tuple[i] as number;
      this.#tuples.push(object);
      const rows = this.#byArgument[i]?.get(object) ?? new IntList(4);
      rows.push(row);
      this.#byArgument[i]?.set(object, rows);
    }
    return true;
  }

  /** @returns its row, or -1 */
  find(tuple: readonly number[]): number {
    return this.#byTuple.get(this.#key(tuple)) ?? -1;
  }

  argument(row: number, index: number): number {
    return this.#tuples.at(row * this.arity + index);
  }

  /** The rows with that object as that argument, in order. */
  rowsWith(index: number, object: number): IntList {
    return this.#byArgument[index]?.get(object) ?? NO_ROWS;
  }

  #key(tuple: readonly number[]): number | string {
    let key = 0;
    for (let i = 0; i < this.arity; i++) key = key * this.#objects + (tuple[i] as number);
    return key <= Number.MAX_SAFE_INTEGER ? key : tuple.slice(0, this.arity).join();
  }
}
