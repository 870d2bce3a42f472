import type { Result } from '../../base/result.ts';
import type { Action, Domain, Parameter } from './model.ts';
import { isVariable, listAt, readTypedNames, wordAt } from './names.ts';
import { readCondition, readEffect, type Scope } from './read-formula.ts';
import { addObjects, knownTypes, readTypes } from './read-types.ts';
import {
  headOf,
  type List,
  type Part,
  type Place,
  readLists,
  reading,
  refuse,
  type TextProblem,
  textOf,
} from './syntax.ts';

export const OBJECTS_MAX = 100_000;
export const ARGUMENTS_MAX = 60;
/** Of one action: the joins call themselves once for each. */
export const CONDITIONS_MAX = 1_000;

/** Anything of these that is used is refused where it is; to have said so is no mistake. */
const REQUIREMENTS = new Set(
  `strips typing negative-preconditions equality action-costs adl disjunctive-preconditions existential-preconditions
  universal-preconditions quantified-preconditions conditional-effects fluents numeric-fluents preferences constraints
  derived-predicates timed-initial-literals hierarchy method-preconditions`.split(/\s+/),
);
const SECTIONS = [':requirements', ':types', ':constants', ':predicates', ':functions'];

export function readDomain(text: string): Result<Domain, TextProblem> {
  return reading(() => {
    const { name, sections } = readDefinition(text, 'domain');
    return domainFrom(name, sections);
  });
}

export function domainFrom(name: string, sections: readonly List[]): Domain {
  const place = { line: 1, column: 1 };
  const once = sectionsOf(
    sections.filter((section) => headOf(section) !== ':action'),
    SECTIONS,
    'domain',
  );
  checkRequirements(once.get(':requirements'));
  const types = readTypes(partsOf(once.get(':types')), once.get(':types') ?? place);
  const constants = new Map<string, string>();
  addObjects(constants, readTypedNames(partsOf(once.get(':constants')), 'constant'), types, OBJECTS_MAX);
  const predicates = readSignatures(once.get(':predicates'), 'predicate', types);
  const functions = readSignatures(once.get(':functions'), 'function', types);
  const actions = new Map<string, Action>();
  for (const section of sections.filter((part) => headOf(part) === ':action')) {
    const action = readAction(section, { predicates, functions, objects: constants }, types);
    if (actions.has(action.name)) {
      refuse('duplicate', section, `there are two actions called "${action.name}": rename or remove one`);
    }
    actions.set(action.name, action);
  }
  return { name, types, constants, predicates, functions, actions };
}

/** `(define (domain NAME) SECTION...)` or `(define (problem NAME) SECTION...)`. */
export function readDefinition(text: string, kind: 'domain' | 'problem'): { name: string; sections: List[] } {
  const [definition, more] = readLists(text, `(define (${kind} NAME)`);
  const [, title, ...sections] = definition?.parts ?? [];
  if (!definition || headOf(definition) !== 'define' || title?.kind !== 'list' || headOf(title) !== kind) {
    const isOther = title && ['domain', 'problem'].includes(headOf(title) ?? '');
    const advice = isOther ? 'give the domain first, then the problem' : `begin with "(define (${kind} NAME)"`;
    return refuse('syntax', title ?? definition ?? { line: 1, column: 1 }, `this is no ${kind}: ${advice}`);
  }
  if (more) refuse('syntax', more, `something follows after the ${kind} ended: remove it, or a ")" before it`);
  return {
    name: wordAt(title.parts[1], 'name', title).text,
    sections: sections.map((section) => listAt(section, 'a section such as (:predicates ...)', section)),
  };
}

/** Sections by name, each at most once. */
export function sectionsOf(sections: readonly List[], known: readonly string[], kind: string): Map<string, List> {
  const found = new Map<string, List>();
  for (const section of sections) {
    const name = headOf(section);
    if (name === null || !known.includes(name)) {
      const advice = name?.startsWith(':') === true ? 'it is not read: remove it' : `known are ${known.join(', ')}`;
      return refuse('unsupported', section, `a ${kind} has no section ${textOf(section)} here: ${advice}`);
    }
    if (found.has(name)) refuse('duplicate', section, `there is a second section ${name}: make one of the two`);
    found.set(name, section);
  }
  return found;
}

export const partsOf = (list: List | undefined): readonly Part[] => list?.parts.slice(1) ?? [];

function checkRequirements(list: List | undefined): void {
  for (const part of partsOf(list)) {
    const word = wordAt(part, 'requirement');
    if (!REQUIREMENTS.has(word.text.slice(1)) || !word.text.startsWith(':')) {
      refuse('unsupported', word, `the requirement ${textOf(word)} is not met here: remove it, if nothing needs it`);
    }
  }
}

function readSignatures(list: List | undefined, what: string, types: Domain['types']): Map<string, number> {
  const found = new Map<string, number>();
  const parts = partsOf(list);
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as Part;
    // Functions may be followed by "- number".
    if (what === 'function' && part.kind === 'word' && part.text === '-') {
      const type = wordAt(parts[++i], 'type', list);
      if (type.text !== 'number') refuse('unsupported', type, `functions give numbers here: write "- number"`);
      continue;
    }
    const signature = listAt(part, `a ${what}`, part);
    const name = wordAt(signature.parts[0], what, signature);
    if (found.has(name.text)) refuse('duplicate', name, `the ${what} "${textOf(name)}" is declared twice: remove one`);
    if (name.text === '=') refuse('duplicate', name, '"=" is declared already: remove it here');
    found.set(name.text, readParameters(signature.parts.slice(1), types, signature).length);
  }
  return found;
}

export function readParameters(parts: readonly Part[], types: Domain['types'], place: Place): Parameter[] {
  const named = readTypedNames(parts, 'variable');
  if (named.length > ARGUMENTS_MAX) refuse('limit', place, `there are more than ${ARGUMENTS_MAX} arguments: use fewer`);
  return named.map((each) => {
    if (!isVariable({ kind: 'word', text: each.name, line: each.line, column: each.column })) {
      refuse('syntax', each, `"${each.name}" is no variable: begin it with "?"`);
    }
    return { name: each.name, types: knownTypes(each, types) };
  });
}

function readAction(list: List, known: Omit<Scope, 'parameters'>, types: Domain['types']): Action {
  const name = wordAt(list.parts[1], 'name of the action', list);
  const fields = readFields(list, 2, 'an action', [':parameters', ':precondition', ':effect']);
  const parameters = readParameters(fields.get(':parameters')?.parts ?? [], types, list);
  const scope: Scope = { ...known, parameters: numbersOf(parameters, fields.get(':parameters') ?? list) };
  const [condition, effect] = [fields.get(':precondition'), fields.get(':effect')];
  const precondition = condition ? readCondition(condition, scope) : [];
  if (precondition.length > CONDITIONS_MAX) {
    refuse('limit', list, `"${name.text}" has more than ${CONDITIONS_MAX} preconditions: split the action`);
  }
  const read = effect ? readEffect(effect, scope) : { adds: [], deletes: [], costs: [] };
  return { name: name.text, parameters, precondition, ...read };
}

/** `:name (...) :name (...)` from there on. */
export function readFields(list: List, from: number, what: string, known: readonly string[]): Map<string, List> {
  const fields = new Map<string, List>();
  for (let i = from; i < list.parts.length; i += 2) {
    const field = wordAt(list.parts[i], 'field such as :parameters');
    if (!known.includes(field.text)) {
      refuse('unsupported', field, `${what} has no ${textOf(field)} here: it has ${known.join(', ')}`);
    }
    if (fields.has(field.text)) refuse('duplicate', field, `a second ${field.text}: make one of the two`);
    fields.set(field.text, listAt(list.parts[i + 1], `what ${field.text} is`, field));
  }
  return fields;
}

export function numbersOf(parameters: readonly Parameter[], place: Place): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [number, { name }] of parameters.entries()) {
    if (numbers.has(name)) refuse('duplicate', place, `there are two parameters "${name}": rename one`);
    numbers.set(name, number);
  }
  return numbers;
}
