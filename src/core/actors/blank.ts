import type { Json } from '../base/json.ts';

/** Whose words they are: a goal and what came of it stand beside one of these. */
const NAMES = ['id', 'run', 'ask'] as const;
/** Between a goal's id and the number of what was asked of another for it. */
const ASKED = '.';

type Fields = { readonly [key: string]: Json };

/**
 * The goals that go with these runs: their own, whose ids they have, and those that asked for one, since the words of who
 * asks hold the words that are asked.
 */
export function goalsOfRuns(runs: readonly string[]): ReadonlySet<string> {
  const goals = new Set<string>();
  for (const run of runs)
    for (let id = run; id !== '' && !goals.has(id); id = id.slice(0, Math.max(0, id.lastIndexOf(ASKED)))) goals.add(id);
  return goals;
}

/**
 * An agent, an entry of its log or a message, without the words of these goals and of their answers. What happened stays,
 * so a log without its words folds to the state without its words. What holds none of them comes back as it is.
 */
export function blanked<T>(value: T, goals: ReadonlySet<string>): T {
  return walk(value as Json, goals, false) as T;
}

/** Every goal that something said by or to an agent tells of. */
export function goalsIn(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value as Json, found);
  return found;
}

function walk(value: Json, goals: ReadonlySet<string>, inside: boolean): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const members = value as readonly Json[];
    const walked = members.map((member) => walk(member, goals, inside));
    return walked.some((member, index) => member !== members[index]) ? walked : members;
  }
  const fields = value as Fields;
  const blank = inside || NAMES.some((name) => typeof fields[name] === 'string' && goals.has(fields[name]));
  const walked = Object.entries(fields).map(([key, member]): [string, Json] => [
    key,
    blank && key in EMPTY ? emptied(key, member) : walk(member, goals, blank),
  ]);
  return walked.some(([key, member]) => member !== fields[key]) ? Object.fromEntries(walked) : value;
}

/** Where the words are, and what is left in their place. */
const EMPTY: { readonly [key: string]: Json } = { goal: '', sentences: [], reason: null };

function emptied(key: string, member: Json): Json {
  const empty = EMPTY[key] as Json;
  const isEmpty = member === empty || (Array.isArray(member) && member.length === 0);
  return isEmpty ? member : empty;
}

function collect(value: Json, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return;
  if (Array.isArray(value)) return (value as readonly Json[]).forEach((member) => collect(member, found));
  const fields = value as Fields;
  for (const name of NAMES) if (typeof fields[name] === 'string') found.add(fields[name]);
  for (const member of Object.values(fields)) collect(member, found);
}
