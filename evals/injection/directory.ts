import type { Json, Suite } from './suite.ts';

/** The owner's own people and rooms, a list each: the only names that a reader may choose a recipient from. */
export type Directory = readonly (readonly string[])[];

/** Keys under which an account keeps whom and where it can write to. */
const KEYS = /^(users?|members?|contacts?|contact_list|people|friends|channels|rooms|groups|teams)$/i;
/** What names an entry that is more than a name. */
const NAMES = ['email', 'name', 'id', 'username'];

/**
 * The account's address book as it stood when the owner connected it, before anybody attacked: a name that an attacker
 * has changed since is not in it.
 */
export function directoryOf(suite: Suite): Directory {
  const lists: string[][] = [];
  collect(suite.environment, lists);
  return lists.filter((list) => list.length > 0);
}

function collect(value: Json, lists: string[][]): void {
  if (value === null || typeof value !== 'object') return;
  for (const [key, part] of Object.entries(value)) {
    if (KEYS.test(key) && Array.isArray(part)) lists.push(part.flatMap((entry: Json) => nameOf(entry) ?? []));
    else collect(part, lists);
  }
}

function nameOf(entry: Json): string | null {
  if (typeof entry === 'string') return entry;
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) return null;
  const name = NAMES.map((key) => entry[key]).find((named) => typeof named === 'string');
  return typeof name === 'string' ? name : null;
}
