import type { SourceId } from '../../base/ids.ts';
import type { Address, CalendarItem } from '../../items/item.ts';
import type { OwnerSettings } from '../../items/owner.ts';
import { personWords, samePerson } from './same-person.ts';

/** A calendar as the files show it: one name in one source. */
export interface CalendarFacts {
  readonly key: string;
  readonly source: SourceId;
  readonly path: string;
  readonly name: string;
  /** What the calendar itself says of its owner, '' when nothing. */
  readonly says: string;
  readonly events: number;
  /** Events that name people, and in how many of them each address takes part. */
  readonly peopled: number;
  readonly presence: ReadonlyMap<string, { readonly name: string; readonly events: number }>;
}

export interface Attribution {
  readonly calendars: readonly CalendarFacts[];
  /** How it was told, for the notes; '' when the calendars say so themselves. */
  readonly assumption: string;
}

/** In how many of the events with people an address must take part to be taken for the calendar's owner. */
const PRESENCE_SHARE_MIN = 0.8;
const PRESENCE_EVENTS_MIN = 2;

/** Words of calendar and file names that say nothing about whose it is. */
const GENERIC = new Set(
  (
    'my me mine own personal private work works office job home main default primary basic calendar calendars cal ' +
    'kalender agenda calendrier calendario schedule events event export exported backup ics ical icalendar business'
  ).split(' '),
);

export function calendarKey(item: CalendarItem): string {
  return `${item.span.source} ${item.calendar}`;
}

/** Gathers what tells whose calendars these are, one event after the other. */
export class CalendarGatherer {
  readonly #calendars = new Map<string, MutableFacts>();
  readonly #pathOf: (source: SourceId) => string;

  constructor(pathOf: (source: SourceId) => string) {
    this.#pathOf = pathOf;
  }

  see(item: CalendarItem): void {
    const key = calendarKey(item);
    const source = item.span.source;
    const facts = this.#calendars.get(key) ?? {
      ...{ key, source, path: this.#pathOf(source), name: item.calendar, says: '', events: 0, peopled: 0 },
      presence: new Map<string, { name: string; events: number }>(),
    };
    this.#calendars.set(key, facts);
    facts.events++;
    if (facts.says === '' && item.calendarOwner !== null) facts.says = item.calendarOwner;
    const people = [...(item.organizer ? [item.organizer] : []), ...item.attendees].filter((p) => p.address !== '');
    if (people.length > 0) facts.peopled++;
    const byAddress = new Map(people.map((person) => [person.address, person.name]));
    for (const [address, name] of byAddress) {
      const present = facts.presence.get(address);
      facts.presence.set(address, { name: present?.name || name, events: (present?.events ?? 0) + 1 });
    }
  }

  calendars(): readonly CalendarFacts[] {
    return [...this.#calendars.values()];
  }
}

type MutableFacts = { -readonly [Key in keyof CalendarFacts]: CalendarFacts[Key] } & {
  presence: Map<string, { name: string; events: number }>;
};

/** The calendars of one other person. */
export function calendarsOf(person: Address, owner: OwnerSettings, all: readonly CalendarFacts[]): Attribution {
  const named = all.filter((calendar) => namesPerson(calendar, [person]));
  if (named.length > 0) return { calendars: named, assumption: '' };
  const frequent = all.filter((calendar) => {
    const holder = frequentHolder(calendar);
    return holder !== null && samePerson(person, holder) && !namesPerson(calendar, ownerIdentities(owner));
  });
  const names = frequent.map(({ name }) => `"${name}"`).join(', ');
  return {
    calendars: frequent,
    assumption:
      frequent.length > 0 ? `${names} read as ${person.name || person.address}'s: they are in its meetings.` : '',
  };
}

/**
 * The owner's own calendars: those that say so; else those that say nothing of anybody.
 * @param known people whom the goal names besides the owner: a calendar of that name is theirs
 */
export function ownCalendars(
  owner: OwnerSettings,
  all: readonly CalendarFacts[],
  known: readonly Address[] = [],
): Attribution {
  const identities = ownerIdentities(owner);
  const others = [...known, ...everybodyElse(all, identities)];
  const rest = all.filter((calendar) => !namesPerson(calendar, identities));
  const named = all.filter((calendar) => namesPerson(calendar, identities));
  const generic = rest.filter((calendar) => isGeneric(calendar) && !heldByOther(calendar, identities));
  if (named.length > 0) return { calendars: [...named, ...generic], assumption: '' };

  const frequent = rest.filter((calendar) => {
    const holder = frequentHolder(calendar);
    return holder !== null && identities.some((identity) => samePerson(identity, holder));
  });
  const unclaimed = rest.filter(
    (calendar) => !heldByOther(calendar, identities) && !others.some((person) => namesPerson(calendar, [person])),
  );
  const told = [...new Set([...generic, ...frequent])];
  const titledByNobody = rest.filter((calendar) => titleOf(calendar).every(isGenericWord));
  // The only calendar there is may be the owner's whatever its name, while nobody said who the owner is.
  const only = identities.length === 0 && all.length === 1 ? all : [];
  const taken = [told, unclaimed, titledByNobody, only].find((calendars) => calendars.length > 0) ?? [];
  const names = taken.map(({ name }) => `"${name}"`).join(', ');
  return {
    calendars: taken,
    assumption: taken.length > 0 ? `${names} read as yours: nothing says it is someone else's.` : '',
  };
}

/** Everything the owner goes by, as people to match. */
export function ownerIdentities(owner: OwnerSettings): Address[] {
  return [
    ...owner.names.map((name) => ({ name, address: '' })),
    ...owner.addresses.map((address) => ({ name: '', address: address.toLowerCase() })),
  ];
}

function namesPerson(calendar: CalendarFacts, identities: readonly Address[]): boolean {
  const said = calendar.says.replace(/^mailto:/i, '').trim();
  if (/^\S+@\S+$/.test(said)) {
    const sayer = { name: '', address: said.toLowerCase() };
    if (identities.some((identity) => samePerson(identity, sayer))) return true;
  }
  const title = [...titleOf(calendar), ...(said.includes('@') ? [] : personWords(said))];
  return identities.some((identity) => namedIn(title, calendar.name, identity));
}

/** Words of the calendar's name and of its file's. */
function titleOf(calendar: CalendarFacts): string[] {
  const file = calendar.path.split('/').pop() ?? '';
  return [...personWords(calendar.name), ...personWords(file.replace(/\.[a-z]+$/i, ''))];
}

function namedIn(title: readonly string[], name: string, identity: Address): boolean {
  if (identity.address !== '' && name.toLowerCase().includes(identity.address)) return true;
  const words = personWords(identity.name === '' ? (identity.address.split('@')[0] ?? '') : identity.name);
  if (words.length === 0) return false;
  const said = title.filter((word) => !isGenericWord(word));
  const [first] = words;
  if (words.every((word) => said.includes(word))) return true;
  // "alice.ics" is Alice Moreau's; "Alice Brown.ics" is not.
  return first !== undefined && said.includes(first) && said.every((word) => words.includes(word));
}

function isGeneric(calendar: CalendarFacts): boolean {
  return calendar.says === '' && titleOf(calendar).every(isGenericWord);
}

function isGenericWord(word: string): boolean {
  return GENERIC.has(word) || /^\d+$/.test(word);
}

function frequentHolder(calendar: CalendarFacts): Address | null {
  const ranked = [...calendar.presence].sort((a, b) => b[1].events - a[1].events);
  const [first, second] = ranked;
  if (!first || first[1].events < PRESENCE_EVENTS_MIN) return null;
  if (first[1].events < PRESENCE_SHARE_MIN * calendar.peopled) return null;
  return second && second[1].events === first[1].events ? null : { name: first[1].name, address: first[0] };
}

function heldByOther(calendar: CalendarFacts, identities: readonly Address[]): boolean {
  // While nobody said who the owner is, the one who is in every meeting may well be the owner.
  if (identities.length === 0) return false;
  if (/^(mailto:)?\S+@\S+$/i.test(calendar.says.trim())) return true;
  const holder = frequentHolder(calendar);
  return holder !== null && !identities.some((identity) => samePerson(identity, holder));
}

function everybodyElse(all: readonly CalendarFacts[], identities: readonly Address[]): Address[] {
  const people = all.flatMap((calendar) => [...calendar.presence].map(([address, { name }]) => ({ name, address })));
  return people.filter((person) => !identities.some((identity) => samePerson(identity, person)));
}
