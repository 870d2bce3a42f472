import { type Atom, type Cost, type Domain, EQUALITY, type Literal, type Term, TOTAL_COST } from './model.ts';
import { isVariable, listAt, wordAt } from './names.ts';
import { headOf, type List, type Part, type Place, refuse, textOf, type Word } from './syntax.ts';

/** What names may stand in a formula: the parameters of its action by number, and objects. */
export interface Scope {
  readonly predicates: Domain['predicates'];
  readonly functions: Domain['functions'];
  readonly parameters: ReadonlyMap<string, number>;
  readonly objects: ReadonlyMap<string, string>;
}

export interface Effect {
  readonly adds: Atom[];
  readonly deletes: Atom[];
  readonly costs: Cost[];
}

/** Known words of PDDL that mean something which is not read, with what to do instead. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['or', 'write an action for each case'],
  ['imply', 'write an action for each case'],
  ['forall', 'write out the cases for each object'],
  ['exists', 'make the object a parameter of the action'],
  ['when', 'write an action for each case'],
  ['preference', 'remove it, or make it a part of the goal'],
  ['oneof', 'effects are certain here: write an action for each'],
  ['probabilistic', 'effects are certain here: remove the chances'],
]);
const NUMERIC = new Set(['<', '>', '<=', '>=', 'assign', 'decrease', 'scale-up', 'scale-down', '+', '-', '*', '/']);
const COST_MAX = 1_000_000_000;

export function readCondition(part: Part, scope: Scope, found: Literal[] = [], negated = false): Literal[] {
  const list = listAt(part, 'a condition', part);
  const head = headOf(list);
  if (list.parts.length === 0 && !negated) return found;
  if (head === 'and' && !negated) {
    for (const each of list.parts.slice(1)) readCondition(each, scope, found);
  } else if (head === 'not' && !negated) {
    readCondition(only(list, 'not'), scope, found, true);
  } else if (head === 'and' || head === 'not') {
    refuse('unsupported', list, `(${head} ...) inside of "not" is not read: put "not" before single atoms`);
  } else {
    found.push({ ...readAtom(list, scope, true), negated });
  }
  return found;
}

export function readEffect(part: Part, scope: Scope, found: Effect = { adds: [], deletes: [], costs: [] }): Effect {
  const list = listAt(part, 'an effect', part);
  const head = headOf(list);
  if (list.parts.length === 0) return found;
  if (head === 'and') for (const each of list.parts.slice(1)) readEffect(each, scope, found);
  else if (head === 'not') found.deletes.push(readAtom(listAt(only(list, 'not'), 'an atom', list), scope, false));
  else if (head === 'increase') found.costs.push(readIncrease(list, scope));
  else found.adds.push(readAtom(list, scope, false));
  return found;
}

export function readAtom(list: List, scope: Scope, inCondition: boolean): Atom {
  const first = wordAt(list.parts[0], 'predicate', list);
  const predicate = first.text;
  const terms = list.parts.slice(1);
  refuseKnown(predicate, list);
  if (predicate === EQUALITY && inCondition) {
    if (terms.some((term) => term.kind === 'list')) {
      refuse('unsupported', list, 'numbers in conditions are not read: "=" compares two objects here');
    }
    return { predicate, terms: readTerms(list, 2, terms, scope) };
  }
  const arity = scope.predicates.get(predicate);
  if (arity === undefined) {
    refuse(
      'unknown',
      first,
      `there is no predicate "${textOf(first)}": declare it in :predicates, or correct the name`,
    );
  }
  return { predicate, terms: readTerms(list, arity, terms, scope) };
}

/** `(increase (total-cost) 3)` or `(increase (total-cost) (distance ?a ?b))`. */
function readIncrease(list: List, scope: Scope): Cost {
  const [, target, amount, more] = list.parts;
  const isCost = target && headOf(target) === TOTAL_COST;
  if (!isCost || more) {
    refuse(
      'unsupported',
      target ?? list,
      'only (total-cost) can be increased: other numbers are not read, remove them',
    );
  }
  if (!scope.functions.has(TOTAL_COST)) {
    refuse('unknown', target, '"total-cost" is not declared: add (:functions (total-cost)) to the domain');
  }
  if (!amount) refuse('syntax', list, 'by how much is not said: add a number, or a function of :functions');
  if (amount.kind === 'word') return readNumber(amount);
  const term = readFunction(amount, scope);
  if (term.function === TOTAL_COST)
    refuse('unsupported', amount, 'the total cost cannot grow by itself: give a number');
  return term;
}

export function readFunction(list: List, scope: Scope): { readonly function: string; readonly terms: readonly Term[] } {
  const name = wordAt(list.parts[0], 'function', list);
  refuseKnown(name.text, list);
  const arity = scope.functions.get(name.text);
  if (arity === undefined) {
    refuse('unknown', name, `there is no function "${textOf(name)}": declare it in :functions, or correct the name`);
  }
  return { function: name.text, terms: readTerms(list, arity, list.parts.slice(1), scope) };
}

export function readNumber(word: Word): number {
  const value = /^\d+(\.0*)?$/.test(word.text) ? Number(word.text) : Number.NaN;
  if (!(value <= COST_MAX)) {
    refuse('unsupported', word, `"${textOf(word)}" is no cost: give a whole number from 0 to ${COST_MAX}`);
  }
  return value;
}

/** Arguments, as many as were declared. */
export function readTerms(list: List, arity: number, parts: readonly Part[], scope: Scope): Term[] {
  if (parts.length !== arity) {
    const has = `${textOf(list)} has ${parts.length} argument${parts.length === 1 ? '' : 's'}`;
    refuse('syntax', list, `${has}, not ${arity} as declared: correct one of the two`);
  }
  return parts.map((part) => readTerm(wordAt(part, 'name'), scope));
}

function readTerm(word: Word, { parameters, objects }: Scope): Term {
  if (isVariable(word)) {
    const number = parameters.get(word.text);
    if (number !== undefined) return number;
    return refuse(
      'unknown',
      word,
      `"${textOf(word)}" is no parameter here: add it to :parameters, or correct the name`,
    );
  }
  if (objects.has(word.text)) return word.text;
  return refuse('unknown', word, `there is no object "${textOf(word)}": declare it, or correct the name`);
}

function refuseKnown(head: string, place: Place): void {
  const instead = REFUSED.get(head);
  if (instead !== undefined) refuse('unsupported', place, `"${head}" is not read: ${instead}`);
  if (NUMERIC.has(head)) {
    refuse('unsupported', place, `"${head}" is about numbers, which are not read but for total-cost: remove it`);
  }
}

function only(list: List, head: string): Part {
  const [, part, more] = list.parts;
  if (part && !more) return part;
  return refuse('syntax', more ?? list, `"${head}" takes exactly one part: give one`);
}
