import { Temporal } from 'temporal-polyfill';
import { AGENDA } from '../phrasings.ts';
import { dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import { nothing, type Case, type Fact, type World } from '../world.ts';
import { layOut, spans } from './calendar.ts';
import { calendarBytes, occurrences } from './calendar-events.ts';
import { addDays, firstName, instant, ownerSettings, people, upperFirst, ZONES } from './words.ts';

const WEEK_MS = 7 * 86_400_000;

/** Two calendars; what stands in them is counted out day by day, by an own, plain reading of the rules. */
export function agendaWorld(seed: number, heldOut: boolean): World {
  const d = dice(`agenda ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, colleague] = people(d, 2) as [Person, Person];
  const today = d.day('2026-01-12', '2027-10-20');
  const calendars = [owner, colleague].map((person, i) => ({ person, events: layOut(d, today, zone, i) }));
  const usable = AGENDA.filter((phrasing) => phrasing.heldOut === heldOut);
  const cases: Case[] = [0, 1, 2].map((i) => {
    const phrasing = usable[(seed * 3 + i) % usable.length] as (typeof usable)[number];
    const whose = phrasing.about === 'theirs' ? 1 : 0;
    const when = d.pick(spans(d, today));
    const [from, to] = [instant(when.from, 0, zone), instant(addDays(when.to, 1), 0, zone)];
    const facts: Fact[] = [];
    const met = new Set<string>();
    for (const event of calendars[whose]?.events ?? []) {
      const stands = event.status !== 'cancelled' && !event.declined;
      for (const { start, end } of occurrences(event, zone)) {
        // "This week" may begin with its Monday or today.
        if (stands && start < to && end > from - WEEK_MS) met.add(event.summary);
        if (!stands || start >= to || end <= from) continue;
        const day = dayOf(start, zone);
        if (day >= when.from)
          facts.push({
            name: `${event.summary} on ${day}`,
            all: [{ text: [event.summary] }, { date: [day] }],
            in: 'statement',
          });
      }
    }
    const names = new Set(calendars[whose]?.events.map(({ summary }) => summary));
    return {
      goal: upperFirst(
        phrasing.text
          .replace('{who}', d.chance(0.5) ? colleague.name : firstName(colleague))
          .replace('{when}', when.words),
      ),
      phrasing: phrasing.name,
      heldOut,
      expect: {
        ...nothing,
        kinds: ['list-events'],
        outcomes: ['answered'],
        facts,
        forbidden: [...names]
          .filter((name) => !met.has(name))
          .map((name) => ({
            name: `${name}, which is on no such day`,
            all: [{ text: [name] }],
            in: 'answer' as const,
          })),
      },
    };
  });
  return {
    method: 'agenda',
    seed,
    owner: ownerSettings(owner, zone),
    now: instant(today, 8 * 60, zone),
    files: calendars.map(({ person, events }) => ({
      path: `calendars/${person.name.toLowerCase().replace(' ', '-')}.ics`,
      bytes: calendarBytes(person, events),
      text: null,
    })),
    cases,
  };
}

function dayOf(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toPlainDate().toString();
}
