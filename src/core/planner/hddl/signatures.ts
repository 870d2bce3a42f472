import type { Domain } from '../pddl/model.ts';
import type { Facts } from './facts.ts';
import type { OpenTask } from './node.ts';

/** Which states with which open tasks were met before. Texts are compared, not hashes: what is left out is the same. */
export class Signatures {
  readonly #changing: readonly string[];
  readonly #numbers = new Map<string, number>();
  readonly #met = new Set<string>();

  constructor({ actions }: Domain) {
    const effects = [...actions.values()].flatMap(({ adds, deletes }) => [...adds, ...deletes]);
    this.#changing = [...new Set(effects.map(({ predicate }) => predicate))];
  }

  isNew(facts: Facts, network: readonly OpenTask[]): boolean {
    const state = this.#changing.flatMap((predicate) => [...facts.keys(predicate)].map((key) => this.#numberOf(key)));
    const places = new Map(network.map(({ id }, place) => [id, place]));
    const tasks = network.map(({ name, objects, waits }) => {
      const before = waits.map((id) => places.get(id) ?? -1).sort((a, b) => a - b);
      return `${String(this.#numberOf([name, ...objects].join(' ')))}:${before.join()}`;
    });
    const signature = `${state.sort((a, b) => a - b).join()};${tasks.join(' ')}`;
    if (this.#met.has(signature)) return false;
    this.#met.add(signature);
    return true;
  }

  #numberOf(key: string): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}
