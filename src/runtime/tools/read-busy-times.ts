import type { UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import { OBSERVATION_BYTES_MAX } from '#core/base/limits.ts';
import type { Result } from '#core/base/result.ts';
import { err, ok } from '#core/base/result.ts';
import type { Address, CalendarItem } from '#core/items/item.ts';
import { DAY_MS } from '#core/base/civil-date.ts';
import type { BusyTime, BusyTimes, EventEvidence } from '#core/tools/calendar/busy-times.ts';
import { busyTimeOf, eventEvidence, withoutRepeats } from '#core/tools/calendar/busy-times.ts';
import { readBusyTimes as definition } from '#core/tools/calendar/definitions.ts';
import { LOOK_AROUND_DAYS } from '#core/tools/calendar/find-free-slots.ts';
import type { CalendarFacts } from '#core/tools/calendar/whose-calendar.ts';
import {
  calendarKey,
  CalendarGatherer,
  calendarsOf,
  ownCalendars,
  ownerIdentities,
} from '#core/tools/calendar/whose-calendar.ts';
import { samePerson } from '#core/tools/calendar/same-person.ts';
import type { ToolError } from '#core/tools/definition.ts';
import { readingProgress } from './reading-progress.ts';
import type { JsonObject, Tool, ToolContext } from './tool.ts';

/** Reads the calendars of one person, and the invitations that name them in the others. */
export const readBusyTimes: Tool = { definition, run };

const PROBLEMS_MAX = 20;

async function run(args: JsonObject, context: ToolContext): Promise<Result<Json, ToolError>> {
  const between = readRange(args['between']);
  if (between === null) return err({ code: 'bad-arguments', message: 'The days to look at are missing.' });
  const person = readPerson(args['person']);
  const { owner, zones, zone } = context;

  const gatherer = new CalendarGatherer((source) => context.items.source(source).path);
  const passing = readingProgress(context, 2 * context.items.count('events'));
  for await (const item of passing(context.items.events())) gatherer.see(item);
  const all = gatherer.calendars();
  const { calendars, assumption } =
    person === null ? ownCalendars(owner, all, readPeople(args['others'])) : calendarsOf(person, owner, all);

  const [from, to] = [zones.toInstant(between.from, 0, zone), zones.toInstant(between.to, 1440, zone)];
  const reading = new Reading(context, person, calendars, from, to, args['free'] === true);
  for await (const item of passing(context.items.events())) {
    if (context.signal.aborted) return err({ code: 'cancelled', message: 'Stopped while reading the calendars.' });
    reading.take(item);
  }
  const problems = [...(assumption === '' ? [] : [assumption]), ...reading.problems];
  const observed: BusyTimes = {
    kind: 'busy-times',
    person,
    between,
    known: calendars.length > 0,
    calendars: calendars.map(calendarName),
    searched: [...new Set(all.map(({ source }) => source))],
    zone: reading.usualZone(),
    ...reading.times(),
    anchor: reading.anchor,
    problems: shortened(problems),
  };
  if (JSON.stringify(observed).length > OBSERVATION_BYTES_MAX) {
    return err({ code: 'too-large', message: 'There are too many entries in these days; ask for fewer days.' });
  }
  return ok(observed as unknown as Json);
}

/** Collects what takes one person's time, one calendar entry after the other. */
class Reading {
  readonly problems: string[] = [];
  anchor: EventEvidence | null = null;
  readonly #context: ToolContext;
  readonly #own: ReadonlySet<string>;
  readonly #identities: readonly Address[];
  readonly #name: string;
  readonly #free: boolean;
  readonly #from: UnixMs;
  readonly #to: UnixMs;
  readonly #busy: { uid: string; time: BusyTime }[] = [];
  readonly #zones = new Map<string, number>();

  constructor(
    context: ToolContext,
    person: Address | null,
    calendars: readonly CalendarFacts[],
    from: UnixMs,
    to: UnixMs,
    free: boolean,
  ) {
    this.#free = free;
    this.#context = context;
    this.#own = new Set(calendars.map(({ key }) => key));
    this.#identities = person === null ? ownerIdentities(context.owner) : [person];
    this.#name = person === null ? '' : `${person.name === '' ? person.address : person.name}: `;
    this.#from = from;
    this.#to = to;
  }

  take(item: CalendarItem): void {
    const own = this.#own.has(calendarKey(item));
    if (!own && !this.#names(item)) return;
    const { calendar, zone, zones, items } = this.#context;
    const file = items.source(item.span.source).path;
    if (own) this.#countZone(item);
    const around = LOOK_AROUND_DAYS * DAY_MS;
    const entries = calendar.expand(
      item.component,
      (this.#from - around) as UnixMs,
      (this.#to + around) as UnixMs,
      zone,
    );
    if (!entries.ok) {
      this.problems.push(`An entry of ${file} could not be read, so it may be missing here: ${entries.error}.`);
      return;
    }
    if (own)
      this.anchor ??= eventEvidence(
        item,
        0,
        file,
        `${this.#name}${item.summary === '' ? 'an entry' : item.summary} in ${file}`,
      );
    const whose = { identities: this.#identities, own, file, free: this.#free, name: this.#name };
    for (const entry of entries.value) {
      const time = busyTimeOf(item, entry, whose, (at) => zones.toLocal(at, zone));
      if (time !== null) this.#busy.push({ uid: item.uid, time });
    }
  }

  times(): { busy: readonly BusyTime[]; nearby: readonly BusyTime[] } {
    const all = withoutRepeats(this.#busy);
    const within = (time: BusyTime): boolean => time.start < this.#to && time.end > this.#from;
    return { busy: all.filter(within), nearby: all.filter((time) => !within(time)) };
  }

  /** The zone that more than half of the timed entries are written in, when it is not the owner's. */
  usualZone(): string | null {
    const total = [...this.#zones.values()].reduce((sum, count) => sum + count, 0);
    const [usual] = [...this.#zones].sort((a, b) => b[1] - a[1]);
    return usual && usual[1] * 2 > total && usual[0] !== this.#context.zone ? usual[0] : null;
  }

  #names(item: CalendarItem): boolean {
    const people = [...item.attendees, ...(item.organizer ? [item.organizer] : [])];
    return people.some((person) => this.#identities.some((identity) => samePerson(identity, person)));
  }

  #countZone(item: CalendarItem): void {
    const tzid = /^DTSTART;(?:[^:\r\n]*;)?TZID="?([^":;\r\n]+)/m.exec(item.component)?.[1];
    const zone = tzid === undefined ? null : this.#context.zones.normalise(tzid);
    if (zone !== null) this.#zones.set(zone, (this.#zones.get(zone) ?? 0) + 1);
  }
}

function calendarName({ name, path }: CalendarFacts): string {
  const file = path.split('/').pop() ?? path;
  return name === '' || file.startsWith(name) ? file : `${name} (${file})`;
}

function shortened(problems: readonly string[]): string[] {
  const left = problems.length - PROBLEMS_MAX;
  return left > 0
    ? [...problems.slice(0, PROBLEMS_MAX), `And ${String(left)} more entries like these.`]
    : [...problems];
}

function readRange(value: Json | undefined): { from: string; to: string } | null {
  const range = value as { from?: Json; to?: Json } | null | undefined;
  const { from, to } = range ?? {};
  const isDate = (date: Json | undefined): date is string => typeof date === 'string' && /^\d{4}-\d\d-\d\d$/.test(date);
  return isDate(from) && isDate(to) && from <= to ? { from, to } : null;
}

function readPerson(value: Json | undefined): Address | null {
  if (typeof value === 'string') {
    return value.includes('@') ? { name: '', address: value.toLowerCase() } : { name: value, address: '' };
  }
  const person = value as { name?: Json; address?: Json } | null | undefined;
  if (person === null || person === undefined) return null;
  const text = (part: Json | undefined): string => (typeof part === 'string' ? part.trim() : '');
  return { name: text(person.name), address: text(person.address).toLowerCase() };
}

function readPeople(value: Json | undefined): Address[] {
  return Array.isArray(value) ? (value as readonly Json[]).flatMap((each) => readPerson(each) ?? []) : [];
}
