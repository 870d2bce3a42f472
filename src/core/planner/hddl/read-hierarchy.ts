import type { Result } from '../../base/result.ts';
import type { Domain, Literal, Parameter } from '../pddl/model.ts';
import { listAt, wordAt } from '../pddl/names.ts';
import {
  CONDITIONS_MAX,
  domainFrom,
  numbersOf,
  partsOf,
  readDefinition,
  readFields,
  readParameters,
} from '../pddl/read-domain.ts';
import { readCondition, readTerms, type Scope } from '../pddl/read-formula.ts';
import { problemFrom } from '../pddl/read-problem.ts';
import { headOf, type List, type Place, reading, refuse, type TextProblem, textOf } from '../pddl/syntax.ts';
import { type HierarchicalProblem, type Hierarchy, type Method, type Network, ROOT, type Task } from './model.ts';

const NETWORK_FIELDS = [':subtasks', ':tasks', ':ordered-subtasks', ':ordered-tasks', ':ordering', ':constraints'];
export const SUBTASKS_MAX = 500;

/** Whether a text in PDDL has tasks and methods. A text that cannot be read has none. */
export function isHierarchical(text: string): boolean {
  const read = reading(() => readDefinition(text, 'domain').sections);
  return read.ok && read.value.some((section) => [':task', ':method'].includes(headOf(section) ?? ''));
}

export function readHierarchy(text: string): Result<Hierarchy, TextProblem> {
  return reading(() => {
    const { name, sections } = readDefinition(text, 'domain');
    const named = (head: string): List[] => sections.filter((section) => headOf(section) === head);
    const domain = domainFrom(
      name,
      sections.filter((section) => ![':task', ':method'].includes(headOf(section) ?? '')),
    );
    const tasks = new Map<string, readonly Parameter[]>();
    for (const section of named(':task')) {
      const task = wordAt(section.parts[1], 'name of the task', section);
      if (tasks.has(task.text) || domain.actions.has(task.text)) {
        refuse('duplicate', task, `there are two tasks or actions called "${task.text}": rename or remove one`);
      }
      // Some write what a task needs and does, which says nothing that its methods do not.
      const fields = readFields(section, 2, 'a task', [':parameters', ':precondition', ':effect']);
      tasks.set(task.text, readParameters(fields.get(':parameters')?.parts ?? [], domain.types, section));
    }
    const methods = new Map<string, Method>();
    for (const section of named(':method')) {
      const method = readMethod(section, domain, tasks);
      if (methods.has(method.name)) {
        refuse('duplicate', section, `there are two methods called "${method.name}": rename or remove one`);
      }
      methods.set(method.name, method);
    }
    return { domain, tasks, methods };
  });
}

export function readHierarchicalProblem(text: string, hierarchy: Hierarchy): Result<HierarchicalProblem, TextProblem> {
  return reading(() => {
    const { name, sections } = readDefinition(text, 'problem');
    const [htn, more] = sections.filter((section) => headOf(section) === ':htn');
    if (!htn) return refuse('syntax', { line: 1, column: 1 }, 'nothing is to be done: add (:htn :subtasks (and ...))');
    if (more) refuse('duplicate', more, 'there is a second section :htn: make one of the two');
    const problem = problemFrom(
      name,
      sections.filter((section) => section !== htn),
      hierarchy.domain,
    );
    const fields = readFields(htn, 1, ':htn', [':parameters', ...NETWORK_FIELDS]);
    const { domain, tasks } = hierarchy;
    const parameters = readParameters(fields.get(':parameters')?.parts ?? [], domain.types, htn);
    const scope = scopeOf(domain, problem.objects, parameters, htn);
    const network = readNetwork(fields, scope, domain, tasks);
    const precondition = readConstraints(fields, scope);
    return { problem, root: { name: ROOT, parameters, task: { name: ROOT, terms: [] }, precondition, ...network } };
  });
}

type Tasks = Hierarchy['tasks'];

function readMethod(list: List, domain: Domain, tasks: Tasks): Method {
  const name = wordAt(list.parts[1], 'name of the method', list);
  const fields = readFields(list, 2, 'a method', [':parameters', ':task', ':precondition', ...NETWORK_FIELDS]);
  const parameters = readParameters(fields.get(':parameters')?.parts ?? [], domain.types, list);
  const scope = scopeOf(domain, domain.constants, parameters, list);
  const given = fields.get(':task');
  if (!given) return refuse('syntax', list, `"${name.text}" is a method for nothing: add :task (NAME ...)`);
  const task = readTask(given, scope, domain, tasks);
  if (!tasks.has(task.name)) {
    refuse('syntax', given, `"${task.name}" is an action, which needs no method: name a task of :task`);
  }
  const condition = fields.get(':precondition');
  const precondition = [...(condition ? readCondition(condition, scope) : []), ...readConstraints(fields, scope)];
  if (precondition.length > CONDITIONS_MAX) {
    refuse('limit', list, `"${name.text}" has more than ${CONDITIONS_MAX} preconditions: split the method`);
  }
  return { name: name.text, parameters, task, precondition, ...readNetwork(fields, scope, domain, tasks) };
}

function scopeOf(
  { predicates, functions }: Domain,
  objects: ReadonlyMap<string, string>,
  parameters: readonly Parameter[],
  place: Place,
): Scope {
  return { predicates, functions, objects, parameters: numbersOf(parameters, place) };
}

/** Only what objects are the same and what are not. */
function readConstraints(fields: ReadonlyMap<string, List>, scope: Scope): Literal[] {
  const given = fields.get(':constraints');
  const literals = given ? readCondition(given, scope) : [];
  if (given && literals.some(({ predicate }) => predicate !== '=')) {
    refuse('unsupported', given, 'constraints are about objects being the same: put the rest into :precondition');
  }
  return literals;
}

function readNetwork(fields: ReadonlyMap<string, List>, scope: Scope, domain: Domain, tasks: Tasks): Network {
  const given = NETWORK_FIELDS.slice(0, 4).flatMap((name) => {
    const list = fields.get(name);
    return list ? [{ list, isOrdered: name.startsWith(':ordered') }] : [];
  });
  const [first, more] = given;
  if (more) refuse('duplicate', more.list, 'subtasks are given twice: make one of the two');
  const ordering = fields.get(':ordering');
  if (!first) return { subtasks: [], before: [] };
  const lists = partsIn(first.list);
  if (lists.length > SUBTASKS_MAX) refuse('limit', first.list, `more than ${SUBTASKS_MAX} subtasks: split them`);
  const names = new Map<string, number>();
  const subtasks = lists.map((list, index): Task => {
    const [name, task] = list.parts;
    if (name?.kind !== 'word' || task?.kind !== 'list') return readTask(list, scope, domain, tasks);
    if (names.has(name.text)) refuse('duplicate', name, `two subtasks are called "${textOf(name)}": rename one`);
    names.set(name.text, index);
    return readTask(task, scope, domain, tasks);
  });
  if (first.isOrdered) {
    if (ordering && ordering.parts.length > 0) {
      refuse('duplicate', ordering, 'these subtasks are ordered already: remove :ordering, or write :subtasks');
    }
    return { subtasks, before: subtasks.map((_, index) => (index === 0 ? [] : [index - 1])) };
  }
  const before = subtasks.map((): number[] => []);
  for (const list of ordering ? partsIn(ordering) : []) {
    const [sign, earlier, later, rest] = list.parts.map((part) => wordAt(part, 'name', list));
    if (sign?.text !== '<' || !earlier || !later || rest) {
      return refuse('syntax', list, `${textOf(list)} is no order: write (< NAME NAME)`);
    }
    const [from, to] = [earlier, later].map((word) => {
      return (
        names.get(word.text) ?? refuse('unknown', word, `no subtask is called "${textOf(word)}": correct the name`)
      );
    }) as [number, number];
    before[to]?.push(from);
  }
  refuseCircle(before, ordering);
  return { subtasks, before };
}

function refuseCircle(before: readonly (readonly number[])[], place: List | undefined): void {
  const done = new Set<number>();
  for (let size = -1; size < done.size;) {
    size = done.size;
    for (const [index, earlier] of before.entries()) if (earlier.every((each) => done.has(each))) done.add(index);
  }
  if (place && done.size < before.length) refuse('syntax', place, 'subtasks come before themselves: remove one order');
}

/** `(and A B)`, `A` alone, or `()`. */
function partsIn(list: List): readonly List[] {
  if (list.parts.length === 0) return [];
  return headOf(list) === 'and' ? partsOf(list).map((part) => listAt(part, 'a task or order', list)) : [list];
}

function readTask(list: List, scope: Scope, domain: Domain, tasks: Tasks): Task {
  const name = wordAt(list.parts[0], 'name of a task', list);
  const parameters = tasks.get(name.text) ?? domain.actions.get(name.text)?.parameters;
  if (!parameters) {
    return refuse('unknown', name, `there is no task or action "${textOf(name)}": declare it, or correct the name`);
  }
  return { name: name.text, terms: readTerms(list, parameters.length, list.parts.slice(1), scope) };
}
