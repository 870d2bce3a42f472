import { type Atom, EQUALITY, keyOf, type Literal, type Term } from '../pddl/model.ts';

export type Binding = readonly (string | undefined)[];

/** What holds, by predicate; a change makes another and shares what stays. */
export class Facts {
  readonly #byPredicate: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>;

  private constructor(byPredicate: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>) {
    this.#byPredicate = byPredicate;
  }

  static of(atoms: readonly Atom[]): Facts {
    return new Facts(new Map()).after([], atoms, []);
  }

  has(predicate: string, key: string): boolean {
    return this.#byPredicate.get(predicate)?.has(key) === true;
  }

  /** The arguments for which it holds. */
  with(predicate: string): Iterable<readonly string[]> {
    return this.#byPredicate.get(predicate)?.values() ?? [];
  }

  count(predicate: string): number {
    return this.#byPredicate.get(predicate)?.size ?? 0;
  }

  keys(predicate: string): Iterable<string> {
    return this.#byPredicate.get(predicate)?.keys() ?? [];
  }

  after(deletes: readonly Atom[], adds: readonly Atom[], binding: Binding): Facts {
    const changed = new Map<string, Map<string, readonly string[]>>();
    const copyOf = (predicate: string): Map<string, readonly string[]> => {
      const copy = changed.get(predicate) ?? new Map(this.#byPredicate.get(predicate));
      changed.set(predicate, copy);
      return copy;
    };
    for (const { predicate, terms } of deletes) copyOf(predicate).delete(keyOf(predicate, objectsOf(terms, binding)));
    for (const { predicate, terms } of adds) {
      const objects = objectsOf(terms, binding);
      copyOf(predicate).set(keyOf(predicate, objects), objects);
    }
    return new Facts(new Map([...this.#byPredicate, ...changed]));
  }
}

export function objectsOf(terms: readonly Term[], binding: Binding): string[] {
  return terms.map((term) => (typeof term === 'string' ? term : (binding[term] ?? '')));
}

export function holds({ predicate, terms, negated }: Literal, binding: Binding, facts: Facts): boolean {
  const objects = objectsOf(terms, binding);
  const isSo = predicate === EQUALITY ? objects[0] === objects[1] : facts.has(predicate, keyOf(predicate, objects));
  return isSo !== negated;
}
