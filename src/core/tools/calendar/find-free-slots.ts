import type { SourceId, UnixMs } from '../../base/ids.ts';
import type { Address } from '../../items/item.ts';
import type { OwnerSettings } from '../../items/owner.ts';
import type { AnswerDraft, Claim } from '../answer.ts';
import { EvidenceBook } from '../evidence-book.ts';
import { formatDate, formatDateRange, formatList, formatMinute, formatMinutes, formatShortDate } from '../format.ts';
import type { BusyTime, BusyTimes, EventEvidence } from './busy-times.ts';
import type { Clockwork, Day, SlotWishes, Window } from './day-windows.ts';
import { gapsIn, overlaps, slotIn, usableDays } from './day-windows.ts';
import { MINUTE_MS, isoDate, parseIsoDate } from '../../base/civil-date.ts';

export interface SlotSearch {
  readonly wishes: SlotWishes;
  readonly observed: readonly BusyTimes[];
  readonly owner: OwnerSettings;
  readonly now: UnixMs;
  /** Zone that times are shown in. */
  readonly zone: string;
  readonly clock: Clockwork;
}

/** A free stretch shorter than this is not worth telling when nothing longer is free. */
const WORTH_TELLING_MINUTES = 15;
/** How far past the wished days an alternative is looked for: as far as busy times were read. */
export const LOOK_AROUND_DAYS = 14;
const WORKINGS_DAYS_MAX = 31;

/** Free times for the owner and others, each with the entries around it as evidence; else why there is none. */
export function findFreeSlots(search: SlotSearch): AnswerDraft {
  const finder = new SlotFinder(search);
  return finder.answer();
}

interface Offer {
  readonly day: Day;
  readonly gap: Window;
  readonly slot: Window;
}

class SlotFinder {
  readonly #search: SlotSearch;
  readonly #book = new EvidenceBook();
  readonly #known: readonly BusyTimes[];
  readonly #unknown: readonly BusyTimes[];
  /** Busy times of everyone, unknown calendars' invitations included: a known meeting is never offered over. */
  readonly #busy: readonly BusyTime[];

  constructor(search: SlotSearch) {
    this.#search = search;
    this.#known = search.observed.filter((each) => isKnown(each, search.observed));
    this.#unknown = search.observed.filter((each) => !isKnown(each, search.observed));
    this.#busy = search.observed.flatMap(({ busy, nearby }) => [...busy, ...nearby]).sort((a, b) => a.start - b.start);
  }

  answer(): AnswerDraft {
    const { wishes, owner, now, zone, clock } = this.#search;
    const notKnown = this.#unknown.map((person) => this.#unknownClaim(person));
    if (this.#known.length === 0) {
      return this.#book.draft('not-found', [{ title: 'Free times', claims: notKnown }], { notes: this.#notes([]) });
    }
    const days = usableDays(wishes, owner, now, zone, clock);
    const offers = spread(
      days.map((day) => this.#offersOf(day, wishes.minutes)),
      wishes.count,
    );
    const rest = { notes: this.#notes(days), workings: this.#workings(days) };
    if (offers.length > 0) {
      const claims = offers.map((offer) => this.#freeClaim(offer));
      const table = this.#table(offers);
      return this.#book.draft('answered', [{ title: 'Free times', claims: [...claims, ...notKnown] }], {
        ...rest,
        table,
      });
    }
    const nearest = this.#nearest(days);
    return this.#book.draft(
      'answered',
      [
        { title: 'Free times', claims: [this.#noneClaim(days), ...notKnown] },
        { title: 'The nearest that is free', claims: nearest.claims },
      ],
      { ...rest, suggestions: nearest.suggestions },
    );
  }

  #offersOf(day: Day, minutes: number): Offer[] {
    if (day.window === null) return [];
    return gapsIn(day.window, this.#busy).flatMap((gap) => {
      const slot = slotIn(gap, minutes);
      return slot === null ? [] : [{ day, gap, slot }];
    });
  }

  #freeClaim({ day, gap, slot }: Offer): Claim {
    const untilEntry = this.#busy.some(({ start }) => start === gap.end);
    const until = untilEntry ? this.#time(gap.end) : 'the end of those hours';
    const longer = gap.end > slot.end ? ` (free until ${until})` : '';
    return this.#slotClaim(day, slot, 'is free', (shown) => `${shown} for ${this.#everyone()}${longer}.`);
  }

  #slotClaim(day: Day, slot: Window, says: string, sentence: (shown: string) => string): Claim {
    const shown = `${formatDate(day.date)}, ${this.#span(slot)} ${says}`;
    const ofDay = this.#busyOn(day.date);
    const busy = ofDay.map((time) => ({ start: time.start, end: time.end, evidence: this.#book.cite(time.evidence) }));
    const nearest = this.#known.flatMap((person) => this.#around(person, day.date, slot));
    return this.#book.claim(
      sentence(shown),
      'computed',
      [...busy.map(({ evidence }) => evidence), ...nearest.map((evidence) => this.#book.cite(evidence))],
      {
        kind: 'free-slot',
        start: slot.start,
        end: slot.end,
        busy,
        windows: day.window === null ? [] : [day.window],
        shown,
      },
    );
  }

  /** For someone with nothing on the day: what comes before and after it, so that their calendar is cited all the same. */
  #around(person: BusyTimes, date: string, slot: Window): EventEvidence[] {
    const all = [...person.busy, ...person.nearby].sort((a, b) => a.start - b.start);
    if (all.some((time) => this.#touches(time, date))) return [];
    const around = [all.findLast((time) => time.end <= slot.start), all.find((time) => time.start >= slot.end)];
    const found = around.filter((time) => time !== undefined).map(({ evidence }) => evidence);
    return found.length > 0 || person.anchor === null ? found : [person.anchor];
  }

  #unknownClaim({ person, searched }: BusyTimes): Claim {
    const name = person === null ? null : nameOf(person);
    const text =
      name === null
        ? 'Your own calendar is not among your files, so when you are free is not known.'
        : `No calendar of ${name} is among your files, so when ${name} is free is not known.`;
    return this.#absent(text, [name ?? 'your calendar'], searched);
  }

  #noneClaim(days: readonly Day[]): Claim {
    const { between, minutes } = this.#search.wishes;
    const range = formatDateRange(between.from, between.to);
    const length = formatMinutes(minutes);
    const past = days.length > 0 && days.every(({ window }) => window === null);
    const text = past
      ? `No time can be found in ${range}: it is past.`
      : days.length === 0
        ? `No day in ${range} is allowed by what was asked.`
        : `No time of ${length} is free for ${this.#everyone()} in ${range}.`;
    return this.#absent(
      text,
      [`${length} free`],
      this.#search.observed.flatMap(({ searched }) => searched),
    );
  }

  #absent(text: string, terms: readonly string[], searched: readonly SourceId[]): Claim {
    return this.#book.claim(text, 'absent', [], { kind: 'search', terms, searched: [...new Set(searched)], hits: 0 });
  }

  /** The longest free stretch of the wished days, and the first full-length slot after them. */
  #nearest(days: readonly Day[]): { claims: Claim[]; suggestions: string[] } {
    const { wishes, owner, now, zone, clock } = this.#search;
    const longest = days
      .flatMap((day) => (day.window === null ? [] : gapsIn(day.window, this.#busy).map((gap) => ({ day, gap }))))
      .filter(({ gap }) => minutesOf(gap) >= WORTH_TELLING_MINUTES)
      .sort((a, b) => minutesOf(b.gap) - minutesOf(a.gap) || a.gap.start - b.gap.start)[0];
    const after = { from: addDays(wishes.between.to, 1), to: addDays(wishes.between.to, LOOK_AROUND_DAYS) };
    const later = usableDays({ ...wishes, between: after }, owner, now, zone, clock).flatMap((day) =>
      this.#offersOf(day, wishes.minutes),
    )[0];
    const withWhom = this.#others();
    const claims: Claim[] = [];
    const suggestions: string[] = [];
    if (longest) {
      const length = `${String(minutesOf(longest.gap))} minutes`;
      claims.push(
        this.#slotClaim(
          longest.day,
          longest.gap,
          'is the longest time free',
          (shown) => `${shown} for ${this.#everyone()} in these days: ${length}.`,
        ),
      );
      suggestions.push(`Find ${length}${withWhom} on ${formatShortDate(longest.day.date)}`);
    }
    if (later) {
      const length = formatMinutes(wishes.minutes);
      claims.push(this.#freeClaim(later));
      suggestions.push(`Find ${length}${withWhom} between ${after.from} and ${after.to}`);
    }
    return { claims, suggestions };
  }

  #workings(days: readonly Day[]): string[] {
    const lines = days.slice(0, WORKINGS_DAYS_MAX).map((day) => {
      const name = `${formatShortDate(day.date)}, ${formatMinute(day.from)}–${formatMinute(day.to)}`;
      if (day.window === null) return `${name}: past`;
      const busy = this.#busy.filter((time) => day.window !== null && overlaps(time, day.window));
      if (busy.length === 0) return `${name}: nothing in the calendars`;
      const taken = busy.map((time) => `${time.summary || 'entry without a title'} ${this.#busySpan(time, day.date)}`);
      const gaps = gapsIn(day.window, this.#busy).map((gap) => this.#span(gap));
      return `${name}: ${[...new Set(taken)].join(', ')}; free: ${gaps.length > 0 ? gaps.join(', ') : 'nothing'}`;
    });
    const left = days.length - WORKINGS_DAYS_MAX;
    return left > 0 ? [...lines, `and ${String(left)} more days, looked at in the same way`] : lines;
  }

  #notes(days: readonly Day[]): string[] {
    const { observed, zone, wishes } = this.#search;
    const read = [...new Set(observed.flatMap(({ calendars }) => calendars))];
    const hours = [...new Set(days.map((day) => `${formatMinute(day.from)}–${formatMinute(day.to)}`))];
    const tentative = this.#busy.filter((time) => time.tentative && days.some((day) => this.#touches(time, day.date)));
    const invitations = this.#unknown.filter(({ busy }) => busy.length > 0);
    return [
      ...(read.length > 0 ? [`Calendars read: ${read.join(', ')}.`] : []),
      ...observed.flatMap(({ problems }) => problems),
      ...invitations.map(
        ({ person, busy }) =>
          `${String(busy.length)} known ${busy.length === 1 ? 'meeting' : 'meetings'} of ${person === null ? 'yours' : nameOf(person)} in other calendars kept free of.`,
      ),
      ...(tentative.length > 0
        ? [
            `Not yet firm, but treated as busy: ${[...new Set(tentative.map(({ evidence }) => evidence.locator))].join('; ')}.`,
          ]
        : []),
      ...(days.length > 0
        ? [
            `Hours looked at: ${hours.join(', ')} ${zone} time${wishes.hours === null ? ', your working hours' : ''}. Public holidays are not known.`,
          ]
        : []),
    ];
  }

  #busyOn(date: string): BusyTime[] {
    return this.#busy.filter((time) => this.#touches(time, date));
  }

  #touches(time: BusyTime, date: string): boolean {
    const { clock, zone } = this.#search;
    return overlaps(time, { start: clock.toInstant(date, 0, zone), end: clock.toInstant(date, 1440, zone) });
  }

  #everyone(): string {
    const others = this.#known.flatMap(({ person }) => (person === null ? [] : [nameOf(person)]));
    return formatList([...(this.#known.some(({ person }) => person === null) ? ['you'] : []), ...others]);
  }

  #others(): string {
    const others = this.#search.observed.flatMap(({ person }) => (person === null ? [] : [nameOf(person)]));
    return others.length > 0 ? ` with ${formatList(others)}` : '';
  }

  /** The offered times side by side, on the clocks of those who live by another too. */
  #table(offers: readonly Offer[]): AnswerDraft['table'] {
    const { clock, zone } = this.#search;
    const abroad = this.#known.flatMap(({ person, zone: there }) => (person && there ? [{ person, there }] : []));
    const on = (slot: Window, date: string, where: string): string => {
      const [start, end] = [clock.toLocal(slot.start, where), clock.toLocal(slot.end, where)];
      const day = start.date === date ? '' : `${formatShortDate(start.date)}, `;
      return `${day}${formatMinute(start.minute)}–${formatMinute(end.minute)}`;
    };
    return {
      columns: [
        'Day',
        `Time (${zone})`,
        'Free until',
        ...abroad.map(({ person, there }) => `${nameOf(person)} (${there})`),
      ],
      rows: offers.map(({ day, slot, gap }) => [
        formatShortDate(day.date),
        on(slot, day.date, zone),
        this.#time(gap.end),
        ...abroad.map(({ there }) => on(slot, day.date, there)),
      ]),
    };
  }

  #span(window: Window): string {
    return `${this.#time(window.start)}–${this.#time(window.end)}`;
  }

  #busySpan(time: BusyTime, date: string): string {
    const { clock, zone } = this.#search;
    const start = Math.max(time.start, clock.toInstant(date, 0, zone)) as UnixMs;
    const dayEnd = clock.toInstant(date, 1440, zone);
    if (time.start <= start && time.end >= dayEnd && time.allDay) return 'all day';
    return `${this.#time(start)}–${time.end >= dayEnd ? '24:00' : this.#time(time.end)}`;
  }

  #time(instant: UnixMs): string {
    return formatMinute(this.#search.clock.toLocal(instant, this.#search.zone).minute);
  }
}

/** The first slot of each day, then the second of each, and so on up to `count`; then by time. */
function spread(days: readonly (readonly Offer[])[], count: number): Offer[] {
  const rounds = Math.max(0, ...days.map((offers) => offers.length));
  const ranked = Array.from({ length: rounds }, (_, round) => days.flatMap((offers) => offers[round] ?? [])).flat();
  return ranked.slice(0, count).sort((a, b) => a.slot.start - b.slot.start);
}

/** A calendar that is someone else's for certain is not the owner's by default. */
function isKnown({ person, known, calendars }: BusyTimes, all: readonly BusyTimes[]): boolean {
  const others = all.flatMap((each) => (each.person === null ? [] : each.calendars));
  return known && (person !== null || calendars.some((calendar) => !others.includes(calendar)));
}

function nameOf(person: Address): string {
  return person.name !== '' ? person.name : person.address;
}

function minutesOf(window: Window): number {
  return Math.floor((window.end - window.start) / MINUTE_MS);
}

function addDays(date: string, days: number): string {
  return isoDate((parseIsoDate(date) ?? 0) + days);
}
