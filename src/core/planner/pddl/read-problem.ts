import type { Result } from '../../base/result.ts';
import { type Atom, type Domain, EQUALITY, keyOf, type Literal, type Problem, TOTAL_COST } from './model.ts';
import { listAt, readTypedNames, wordAt } from './names.ts';
import { OBJECTS_MAX, partsOf, readDefinition, sectionsOf } from './read-domain.ts';
import { readAtom, readCondition, readFunction, readNumber, type Scope } from './read-formula.ts';
import { addObjects } from './read-types.ts';
import { headOf, type List, reading, refuse, type TextProblem, textOf } from './syntax.ts';

/** `:length`, in old problems, is a hint at how long plans are; it is not needed. */
const SECTIONS = [':domain', ':requirements', ':objects', ':init', ':goal', ':metric', ':length'];

/** The name after :domain is not compared: published problems often have another than their domain. */
export function readProblem(text: string, domain: Domain): Result<Problem, TextProblem> {
  return reading(() => {
    const { name, sections } = readDefinition(text, 'problem');
    if (!sections.some((section) => headOf(section) === ':goal')) {
      refuse('syntax', { line: 1, column: 1 }, 'there is no goal: add (:goal (and ...))');
    }
    return problemFrom(name, sections, domain);
  });
}

export function problemFrom(name: string, sections: readonly List[], domain: Domain): Problem {
  const once = sectionsOf(sections, SECTIONS, 'problem');
  const objects = new Map(domain.constants);
  addObjects(objects, readTypedNames(partsOf(once.get(':objects')), 'object'), domain.types, OBJECTS_MAX);
  const { predicates, functions } = domain;
  const scope: Scope = { predicates, functions, objects, parameters: new Map() };
  const init = readInit(once.get(':init'), scope);
  const goal = once.get(':goal');
  if (goal && goal.parts.length !== 2) {
    refuse('syntax', goal, 'a goal is one condition: join several with (and ...)');
  }
  const conditions: Literal[] = goal ? readCondition(listAt(goal.parts[1], 'a condition', goal), scope) : [];
  return { name, objects, ...init, goal: conditions, hasCosts: readMetric(once.get(':metric'), scope) };
}

function readInit(list: List | undefined, scope: Scope): Pick<Problem, 'init' | 'values'> {
  const init = new Map<string, Atom>();
  const absent = new Map<string, List>();
  const values = new Map<string, number>();
  for (const part of partsOf(list)) {
    const atom = listAt(part, 'an atom', part);
    if (headOf(atom) === EQUALITY) {
      readValue(atom, scope, values);
    } else if (headOf(atom) === 'not') {
      const { predicate, terms } = readAtom(listAt(atom.parts[1], 'an atom', atom), scope, false);
      absent.set(keyOf(predicate, terms), atom);
    } else {
      const read = readAtom(atom, scope, false);
      init.set(keyOf(read.predicate, read.terms), read);
    }
  }
  for (const [key, place] of absent) {
    if (init.has(key)) refuse('duplicate', place, `${key} is said to hold and not to hold in :init: remove one`);
  }
  return { init: [...init.values()], values };
}

/** `(= (distance a b) 3)`. */
function readValue(list: List, scope: Scope, values: Map<string, number>): void {
  const [, function_, value, more] = list.parts;
  if (more) refuse('syntax', more, 'a value is one number: remove what follows it');
  const { function: name, terms } = readFunction(listAt(function_, 'a function', list), scope);
  const key = keyOf(name, terms);
  if (values.has(key)) refuse('duplicate', list, `${key} has two values in :init: remove one`);
  values.set(key, readNumber(wordAt(value, 'number', list)));
}

function readMetric(list: List | undefined, { functions }: Scope): boolean {
  if (!list) return false;
  const [, direction, measure, more] = list.parts;
  const isCost = measure && headOf(measure) === TOTAL_COST && functions.has(TOTAL_COST);
  if (direction?.kind !== 'word' || direction.text !== 'minimize' || !isCost || more) {
    const asked = measure ? ` ${textOf(measure)}` : '';
    refuse(
      'unsupported',
      list,
      `the metric${asked} is not read: give (:metric minimize (total-cost)), or leave it out`,
    );
  }
  return true;
}
