/** What a domain and a problem say, as they were read: names, nothing ground. All names are in small letters. */
export interface Domain {
  readonly name: string;
  /** By type, all types that it is, itself among them. Every type is an `object`. */
  readonly types: ReadonlyMap<string, ReadonlySet<string>>;
  /** Type by name. */
  readonly constants: ReadonlyMap<string, string>;
  /** Number of arguments by name. */
  readonly predicates: ReadonlyMap<string, number>;
  /** Number of arguments by name; `total-cost` among them where it is declared. */
  readonly functions: ReadonlyMap<string, number>;
  readonly actions: ReadonlyMap<string, Action>;
}

export interface Action {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly precondition: readonly Literal[];
  /** Where an atom is in both, it holds afterwards: deleted first, then added. */
  readonly adds: readonly Atom[];
  readonly deletes: readonly Atom[];
  /** What it adds to the total cost; each is a number, or one looked up. */
  readonly costs: readonly Cost[];
}

export interface Parameter {
  readonly name: string;
  /** One of these. */
  readonly types: readonly string[];
}

/** A parameter by its number, or an object by its name. */
export type Term = number | string;

export interface Atom {
  /** A predicate, or `=` in a condition. */
  readonly predicate: string;
  readonly terms: readonly Term[];
}

export interface Literal extends Atom {
  readonly negated: boolean;
}

export type Cost = number | { readonly function: string; readonly terms: readonly Term[] };

export interface Problem {
  readonly name: string;
  /** Type by name, the constants of the domain among them. */
  readonly objects: ReadonlyMap<string, string>;
  readonly init: readonly Atom[];
  /** Values of functions, by `keyOf`. */
  readonly values: ReadonlyMap<string, number>;
  readonly goal: readonly Literal[];
  /** Whether the total cost counts; otherwise every action costs 1. */
  readonly hasCosts: boolean;
}

/** One step of a plan. */
export interface PlanStep {
  readonly action: string;
  readonly objects: readonly string[];
}

export const EQUALITY = '=';
export const TOTAL_COST = 'total-cost';

/** `(name a b)`: as it is written, and no two atoms have the same, as names have no spaces. */
export function keyOf(name: string, objects: readonly Term[]): string {
  return `(${[name, ...objects].join(' ')})`;
}
