import type { IntList } from './int-list.ts';
import type { Relation } from './relation.ts';

/** An atom with variables: a parameter by its number, an object as `-1 - object`. */
export interface Pattern {
  readonly relation: Relation;
  readonly terms: readonly number[];
  /** Whether its facts can change: such facts start joins. */
  readonly changes: boolean;
}

export interface JoinRules {
  readonly parameters: number;
  readonly patterns: readonly Pattern[];
  /** By parameter, the objects that its type allows: a list, and a 1 for each. */
  readonly allowed: readonly { readonly objects: readonly number[]; readonly has: Uint8Array }[];
  /** Pairs of terms that must be the same or must not be. */
  readonly equalities: readonly { readonly left: number; readonly right: number; readonly same: boolean }[];
}

export interface JoinEvents {
  /** `binding` is filled. */
  readonly found: () => void;
  /** Asked at every step; false ends the join. */
  readonly goesOn: () => boolean;
}

const UNBOUND = -1;

/** Finds all bindings of an action's parameters under which its patterns hold, the most selective pattern next. */
export class Join {
  readonly binding: number[];
  readonly #rules: JoinRules;
  readonly #on: JoinEvents;
  #waiting: number[] = [];
  #first = -1;
  #fact = 0;

  constructor(rules: JoinRules, on: JoinEvents) {
    this.#rules = rules;
    this.#on = on;
    this.binding = new Array<number>(rules.parameters).fill(UNBOUND);
  }

  /** All bindings where no pattern can change. @returns false when ended early */
  all(): boolean {
    this.#first = -1;
    this.#waiting = this.#rules.patterns.map((_, index) => index);
    return this.#equal() && this.#next();
  }

  /** All bindings in which the pattern `first` is matched by that fact, and others by no later one. */
  from(first: number, row: number): boolean {
    const pattern = this.#rules.patterns[first] as Pattern;
    this.#first = first;
    this.#fact = pattern.relation.facts.at(row);
    this.#waiting = this.#rules.patterns.map((_, index) => index).filter((index) => index !== first);
    return this.#match(pattern, row);
  }

  /** Binds what the row says, goes on, and takes it back. */
  #match(pattern: Pattern, row: number): boolean {
    const bound: number[] = [];
    let fits = true;
    for (let i = 0; i < pattern.terms.length && fits; i++) {
      const term = pattern.terms[i] as number;
      const object = pattern.relation.argument(row, i);
      const known = this.#valueOf(term);
      if (known !== UNBOUND) {
        fits = known === object;
      } else {
        fits = this.#rules.allowed[term]?.has[object] === 1;
        this.binding[term] = object;
        bound.push(term);
      }
    }
    const goesOn = this.#on.goesOn() && (!fits || !this.#equal() || this.#next());
    for (const term of bound) this.binding[term] = UNBOUND;
    return goesOn;
  }

  #next(): boolean {
    if (this.#waiting.length === 0) return this.#enumerate(0);
    const place = this.#mostSelective();
    const index = this.#waiting[place] as number;
    const pattern = this.#rules.patterns[index] as Pattern;
    this.#waiting[place] = this.#waiting[this.#waiting.length - 1] as number;
    this.#waiting.pop();
    const goesOn = this.#matchAll(pattern, index);
    this.#waiting.push(this.#waiting[place]);
    this.#waiting[place] = index;
    return goesOn;
  }

  #matchAll(pattern: Pattern, index: number): boolean {
    const { relation } = pattern;
    const tuple = pattern.terms.map((term) => this.#valueOf(term));
    if (!tuple.includes(UNBOUND)) {
      const row = relation.find(tuple);
      return row === -1 || !this.#inTurn(pattern, index, row) || this.#match(pattern, row);
    }
    const rows = this.#shortest(relation, tuple);
    // Facts that come while it joins are for later joins.
    const count = rows ? rows.length : relation.rows;
    for (let i = 0; i < count; i++) {
      const row = rows ? rows.at(i) : i;
      if (!this.#inTurn(pattern, index, row)) break;
      if (!this.#match(pattern, row)) return false;
    }
    return true;
  }

  /** Each combination of facts is found once: from its last fact, and of the patterns that this matches from the first. */
  #inTurn(pattern: Pattern, index: number, row: number): boolean {
    if (!pattern.changes) return true;
    const fact = pattern.relation.facts.at(row);
    return index < this.#first ? fact < this.#fact : fact <= this.#fact;
  }

  #mostSelective(): number {
    let [best, least] = [0, Infinity];
    for (let place = 0; place < this.#waiting.length; place++) {
      const { relation, terms } = this.#rules.patterns[this.#waiting[place] as number] as Pattern;
      const tuple = terms.map((term) => this.#valueOf(term));
      const size = tuple.includes(UNBOUND) ? (this.#shortest(relation, tuple)?.length ?? relation.rows) : 0;
      if (size < least) [best, least] = [place, size];
    }
    return best;
  }

  #shortest(relation: Relation, tuple: readonly number[]): IntList | null {
    let shortest: IntList | null = null;
    for (let i = 0; i < tuple.length; i++) {
      if (tuple[i] === UNBOUND) continue;
      const rows = relation.rowsWith(i, tuple[i] as number);
      if (shortest === null || rows.length < shortest.length) shortest = rows;
    }
    return shortest;
  }

  /** Parameters that no pattern binds take every object of their type. */
  #enumerate(parameter: number): boolean {
    if (parameter === this.#rules.parameters) {
      this.#on.found();
      return this.#on.goesOn();
    }
    if (this.binding[parameter] !== UNBOUND) return this.#enumerate(parameter + 1);
    let goesOn = true;
    for (const object of this.#rules.allowed[parameter]?.objects ?? []) {
      this.binding[parameter] = object;
      goesOn = this.#on.goesOn() && (!this.#equal() || this.#enumerate(parameter + 1));
      if (!goesOn) break;
    }
    this.binding[parameter] = UNBOUND;
    return goesOn;
  }

  #equal(): boolean {
    return this.#rules.equalities.every(({ left, right, same }) => {
      const [a, b] = [this.#valueOf(left), this.#valueOf(right)];
      return a === UNBOUND || b === UNBOUND || (a === b) === same;
    });
  }

  #valueOf(term: number): number {
    return term < 0 ? -1 - term : (this.binding[term] as number);
  }
}
