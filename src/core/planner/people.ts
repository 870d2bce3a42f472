import { fold, STOP_WORDS } from '../text/words.ts';
import type { GoalContext } from './goal.ts';
import type { Reading } from './reading.ts';
import { VOCABULARY } from './vocabulary.ts';

export interface Person {
  readonly name: string;
  /** '' when the files do not know the person. */
  readonly address: string;
}

/** Given names that are also everyday words: only with a capital inside the sentence, or after a word such as "with". */
const WORDS_TOO = new Set(
  `will may mark grace rose april june august summer chase bill art hope faith joy sue pat rob drew dawn eve ivy jack
  dean dale guy grant jean max miles norm penny ray rich rusty sandy sky star sunny wade bob gene don mike page price
  young long brown green white black gray king hall hill wood stone field marsh lake rivers banks fields waters snow
  day north west frost baker cook carter mason taylor turner walker fisher porter hunter potter smith major bishop
  church parish read reed short small little wise noble bond cash`.split(/\s+/),
);
const LEADS =
  /\b(?:with|from|to|by|of|about|and|or|for|between|both|neither|nor|plus|also|ask|tell|did|does|has|is|are|was|can|,|&)\s*(?:mr|mrs|ms|dr|prof|professor)?\.?\s*$/i;

/**
 * People the goal names, besides the owner: by address, full name, first or last name, as the files know them; then
 * capitalised names after "with", "from" and the like that the files do not know.
 */
export function peopleIn(reading: Reading, context: GoalContext): Person[] {
  const known = knownPeople(context);
  const taken: { readonly start: number; readonly end: number; readonly person: Person }[] = [];
  const free = (start: number, end: number): boolean => !taken.some((other) => other.start < end && start < other.end);
  const { words, text } = reading;
  const lower = words.map((word) => word.lower.replace(/'s?$/, ''));
  for (let length = Math.min(4, words.length); length >= 1; length--) {
    for (let at = 0; at + length <= words.length; at++) {
      const first = words[at];
      const last = words[at + length - 1];
      if (!first || !last || !free(first.start, last.end) || /[,;:?!]/.test(text.slice(first.end, last.start)))
        continue;
      const phrase = lower.slice(at, at + length).join(' ');
      const candidates = known.get(phrase);
      if (!candidates || (length === 1 && !standsAsName(phrase, first, text, reading))) continue;
      const person = best(
        candidates,
        taken.map((other) => other.person),
        context,
      );
      taken.push({ start: first.start, end: last.end, person });
    }
  }
  for (const found of unknownNames(reading, context)) if (free(found.start, found.end)) taken.push(found);
  const mine = ownerNames(context);
  const seen = new Set<string>();
  return taken
    .sort((a, b) => a.start - b.start)
    .map(({ person }) => person)
    .filter((person) => {
      const key = person.address === '' ? fold(person.name) : person.address;
      const again = seen.has(key) || mine.has(fold(person.name)) || context.owner.addresses.includes(person.address);
      seen.add(key);
      return !again;
    });
}

/** Every way to name a person the files know, folded. */
function knownPeople(context: GoalContext): ReadonlyMap<string, readonly Person[]> {
  const names = new Map<string, Person[]>();
  const add = (way: string, person: Person): void => {
    if (way.length < 2) return;
    const list = names.get(way) ?? [];
    if (!list.some((other) => other.address === person.address && other.name === person.name)) list.push(person);
    names.set(way, list);
  };
  for (const person of everyone(context)) {
    const parts = nameParts(person.name);
    add(person.address, person);
    add(parts.join(' '), person);
    if (isOrganisation(parts)) continue;
    if (parts.length > 0) add(parts[0] ?? '', person);
    if (parts.length > 1) add(parts.at(-1) ?? '', person);
    if (parts.length > 2) add(`${parts[0] ?? ''} ${parts.at(-1) ?? ''}`, person);
    if (parts.length === 0)
      for (const part of person.address.split('@')[0]?.split(/[._-]/) ?? [])
        if (part.length > 2 && !VOCABULARY.has(part)) add(part, person);
  }
  return names;
}

/** Firms, teams and papers are known by their whole name only: "the" is no first name of "The Puzzle Post". */
function isOrganisation(parts: readonly string[]): boolean {
  return (
    parts.length > 1 && parts.some((part) => ORGANISATION.test(part) || (STOP_WORDS.has(part) && !WORDS_TOO.has(part)))
  );
}

const ORGANISATION =
  /^(?:team|teams|office|support|service|services|club|society|association|foundation|council|committee|board|department|desk|group|company|gmbh|ag|ltd|limited|inc|llc|plc|co|sa|bv|oy|ab|newsletter|news|shop|store|bank|school|university|institute|library|museum|theatre|festival|press|agency|studio|studios|partners|weekly|daily|online|systems|software|project|helpdesk|reception|notifications?|alerts?|updates?)$/;

/** People met in mail and calendars, and those whom a calendar belongs to. */
function everyone(context: GoalContext): Person[] {
  const { people, calendars } = context.inventory;
  const owners = calendars.flatMap((calendar): Person[] => {
    if (calendar.owner === null) return [];
    const address = calendar.owner.toLowerCase();
    if (!address.includes('@'))
      return people.some((person) => fold(person.name) === fold(address))
        ? []
        : [{ name: calendar.owner, address: '' }];
    return people.some((person) => person.address === address) ? [] : [{ name: calendar.name, address }];
  });
  return [...people, ...owners];
}

/** "Moreau, Alice (Sales)" is alice moreau. */
export function nameParts(name: string): string[] {
  const plain = name.replace(/\([^)]*\)|"|'(?=\s|$)/g, ' ');
  const comma = /^([^,]+),\s*([^,]+)$/.exec(plain);
  const ordered = comma ? `${comma[2] ?? ''} ${comma[1] ?? ''}` : plain;
  return (fold(ordered).match(/[\p{L}\p{N}][\p{L}\p{N}'.]*/gu) ?? [])
    .map((part) => part.replace(/[.']+$/, ''))
    .filter((part) => !/^(?:mr|mrs|ms|dr|prof|calendar)$/.test(part) && part !== '');
}

function standsAsName(
  phrase: string,
  word: { readonly start: number; readonly text: string },
  text: string,
  reading: Reading,
): boolean {
  if (phrase.includes('@')) return true;
  if (STOP_WORDS.has(phrase) && !WORDS_TOO.has(phrase)) return false;
  const capital = /^\p{Lu}/u.test(word.text);
  const before = text.slice(0, word.start);
  if (
    reading.dates.some((date) => date.start <= word.start && word.start < date.end) &&
    !/\b(?:with|and)\s*$/i.test(before)
  )
    return false;
  if (!WORDS_TOO.has(phrase)) return capital || phrase.length > 2;
  const opens = /(?:^|[.!?]\s*)$/.test(before);
  return (
    (capital && !opens) ||
    (LEADS.test(before) && /\b(?:with|from|by)\s*$/i.test(before)) ||
    (capital && /^(?:mark|rose|jack|bob|mike|don|max|ray)$/.test(phrase))
  );
}

/** Somebody with a calendar before somebody without, a name once before the same again, then the most frequent. */
function best(candidates: readonly Person[], taken: readonly Person[], context: GoalContext): Person {
  const fresh = candidates.filter(
    (person) => !taken.includes(person) && !context.owner.addresses.includes(person.address),
  );
  const pool = fresh.length > 0 ? fresh : candidates;
  return pool.find((person) => hasCalendar(person, context)) ?? (pool[0] as Person);
}

/** Whether a calendar in the files is this person's, by owner address or by name. */
export function hasCalendar(person: Person, context: GoalContext): boolean {
  const parts = nameParts(person.name);
  return context.inventory.calendars.some((calendar) => {
    const owner = (calendar.owner ?? '').toLowerCase();
    if (person.address !== '' && owner.includes(person.address)) return true;
    const named = new Set([...nameParts(calendar.name), ...nameParts(owner.includes('@') ? '' : owner)]);
    return (
      parts.length > 0 &&
      (parts.every((part) => named.has(part)) || (parts.length > 0 && named.has(parts[0] ?? '') && named.size <= 2))
    );
  });
}

function ownerNames(context: GoalContext): ReadonlySet<string> {
  return new Set(
    context.owner.names.flatMap((name) => [fold(name), nameParts(name)[0] ?? '']).concat(['me', 'i', 'myself', 'us']),
  );
}

/** What follows "with" or "from" with a capital, or was found to be a person, and is not otherwise known. */
function unknownNames(reading: Reading, context: GoalContext): { start: number; end: number; person: Person }[] {
  const found: { start: number; end: number; person: Person }[] = [];
  const { text } = reading;
  const inDate = (start: number): boolean => reading.dates.some((date) => date.start <= start && start < date.end);
  const known = new Set(
    [
      ...context.language.places,
      ...context.language.organisations,
      ...context.inventory.documents.map((document) => document.title),
    ].map(fold),
  );
  for (const name of context.language.people) {
    const start = text.indexOf(name);
    if (start < 0 || inDate(start)) continue;
    if (!/\b(?:with|from|and|by|to|,)\s*$/i.test(text.slice(0, start))) continue;
    if (/^(?:my|the|our|your|his|her|their|a|an)\b/i.test(name) || COMMON.test(name)) continue;
    found.push({ start, end: start + name.length, person: { name: titled(name), address: '' } });
  }
  for (const match of text.matchAll(NAMED)) {
    const name = match[1] ?? '';
    const start = match.index + match[0].length - name.length;
    if (
      inDate(start) ||
      known.has(fold(name)) ||
      COMMON.test(name) ||
      (/^and\b/i.test(match[0]) && found.length === 0 && !/\b(?:with|meet)\b/i.test(text.slice(0, start)))
    )
      continue;
    found.push({ start, end: start + name.length, person: { name, address: '' } });
  }
  return found;
}

/** A capitalised name after a word that people follow: "with Mara", "meet Mara", "is Mara Lund free". */
const NAMED = new RegExp(
  String.raw`(?:\b(?:with|from|and|by|meet|(?:talk|speak|chat) to)|\b(?:[Ii]s|[Aa]re|[Ii]f|[Ww]hether|[Dd]oes|[Cc]an)(?=(?:\s+\S+){1,4}\s+(?:free|available|busy|meet|time)\b))\s+` +
    String.raw`((?:\p{Lu}[\p{L}'’-]+)(?:\s+(?:van|von|de|der|den|di|da|la|le)?\s*\p{Lu}[\p{L}'’-]+){0,2})`,
  'gu',
);

const COMMON =
  /^(?:q[1-4]|h[12]|[a-z]*day|week|january|february|march|april|may|june|july|august|september|october|november|december|mon|tue|wed|thu|fri|sat|sun|team|everyone|everybody|someone|anyone|all|inbox|mail|email|me|them|him|her|us|people|colleagues|europe|the|our|my)\b/i;

function titled(name: string): string {
  return name.replace(/(?<![\p{L}\p{N}'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}
