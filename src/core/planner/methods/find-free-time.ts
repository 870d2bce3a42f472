import type { Json } from '../../base/json.ts';
import { cue, either, evidence, MAIL_WORDS, MEETING_WORDS } from '../cues.ts';
import type { GoalMethod } from '../goal-method.ts';
import type { GoalContext } from '../goal.ts';
import { formatMinute } from '../../tools/format.ts';
import { addDays, weekdayOf, type DateRange } from '../local-dates.ts';
import {
  parameter,
  peopleValue,
  rangeValue,
  timesValue,
  valueOf,
  WEEKDAY_OPTIONS,
  weekdayNames,
} from '../parameters.ts';
import { hasCalendar, peopleIn, type Person } from '../people.ts';
import { goalDates } from '../ranges.ts';
import { durationOf, hoursOf, usualDuration, type TimeRange } from '../times.ts';
import { useTool } from '../tool-use.ts';
import { nameOf, timeWords } from './summarise-mail.ts';

const HORIZON_DAYS = 14;
const SLOTS_DEFAULT = 5;
const SLOTS_MAX = 50;
const MEET = `(?:${MEETING_WORDS})`;

const FREE = [
  cue(
    '(?:find|get|need|give|want|look for|search for|show|block|reserve)(?: \\w+){0,3} (?:\\d+ ?)?(?:minutes?|hours?|mins?|hrs?|h)',
    0.5,
  ),
  cue(`(?:options?|possibilit\\w+|dates?|opportunit\\w+) (?:for|to)(?: \\w+){0,3} ${MEET}`, 0.5),
  cue(
    '(?:need|want|would like|have|hope|wish|would love) to (?:see|meet|talk|speak|catch up|sit down|get together)',
    0.45,
  ),
  cue(
    '(?:free|available|unbooked|open|spare|mutual|common|suitable|possible) (?:\\w+ )?(?:times?|slots?|gaps?|windows?|hours?|blocks?|dates?|days?|mornings?|afternoons?|evenings?|half)',
    0.75,
  ),
  cue(
    '(?:am|is|are|be|being|get|got|stay) (?:\\w+ ){0,4}(?:free|available|busy|unavailable|booked)\\b(?! (?:of charge|source))',
    0.6,
  ),
  cue(
    '(?:when|what time|which day|what day|what days|which days|at what time|what times|how soon)(?: \\w+){0,6} (?:free|available|meet|talk|speak|call|sit down|get together|see|catch up|fit|squeeze|have time|find time|make time|suit|suits|work for|works for|work best|works best|both can|possible)\\b',
    0.75,
  ),
  cue(
    '(?:find|suggest|propose|get|give|look for|search for|offer|pick|identify|need|want|make|squeeze in|fit in|block|carve out|set aside|list|show)(?: \\w+){0,5} (?:times?|slots?|gaps?|openings?|windows?|availab\\w+|space|room|date|day)\\b(?! series)',
    0.55,
  ),
  cue('(?:slots?|gaps?|openings?|availabilit\\w+|free busy|freebusy|common time|time windows?)', 0.5),
  cue('(?:have|has|got|is there|are there)(?: \\w+){0,3} (?:time|a minute|a moment|room|space)\\b', 0.5),
  cue('time (?:for|to|with|when)(?! (?:\\w+ )?(?:series|period))', 0.35),
  cue(
    '(?:can|could|may|might|shall|should) (?:i|we)(?: \\w+)? (?:meet|talk|speak|call|see|sit down|get together|catch up|have|do|fit|squeeze)',
    0.45,
  ),
  cue(
    `(?:schedule|arrange|set up|organi[sz]e|plan|fit in|squeeze in|line up|fix|hold|have|do|need|want|coordinate)(?: \\w+){0,4} ${MEET}`,
    0.5,
  ),
  cue(`(?:find|suggest|propose)(?: \\w+){0,5} (?:for|to)(?: \\w+){0,3} ${MEET}`, 0.5),
  cue(
    '(?:earliest|soonest|next|first)(?: \\w+){0,3} (?:slot|gap|opening|time|opportunity|free|available|we|i|can|chance|meet(?:ing)?|call|appointment|moment|date|day)',
    0.4,
  ),
  cue('my (?:calendar|schedule|diary|agenda)|(?:calendars?|diary|diaries|schedules)', 0.25),
  cue('(?:free|available)', 0.35),
  cue(
    '(?:holes?|gaps?|openings?|room|space|breaks?)(?: \\w+){0,3} (?:in|on)(?: \\w+){0,3} (?:calendar|diary|agenda|schedule|DATE)',
    0.7,
  ),
  cue('(?:is|are) (?:my |the )?DATE(?: \\w+){0,3} (?:open|clear|empty|taken|full|unoccupied)', 0.75),
  cue('fit (?:in|a|an|it|me|us)|squeeze|works? for (?:me|us|both|everyone|all)|suits?', 0.35),
];

const AGAINST = [
  // "Which hotel is booked?": a thing, not somebody's time.
  cue(
    '(?:which|what) (?!(?:times?|slots?|hours?|days?|dates?|mornings?|afternoons?|evenings?|week ?days?|weeks?|calendars?|people|persons?|colleagues?)\\b)(?:\\w+ ){1,3}(?:is|are|am|was|were|has|have)(?: \\w+){0,4} (?:booked|reserved)',
    0.9,
  ),
  cue(
    'when (?:is|was|are|were|did)(?: \\w+){0,4} (?:meeting|call|appointment|workshop|review|lunch|dinner|demo|interview|deadline|kick ?off)(?! (?:possible|free))',
    0.8,
  ),
  cue(
    'what time (?:does|is|was|did)|(?:do|did|have) (?:i|we) (?:have |got )?(?:any |an? |another |other |more )?(?:meetings?|calls?|appointments?|events?)(?! with \\w+ (?:free|possible))',
    0.75,
  ),
  cue('(?:what|which) (?:meetings|events|appointments|calls)|how (?:many|much)|how long (?:is|was|did|does)', 0.75),
  cue(
    '(?:report|summar\\w+|minutes of|notes|documents?|files?|spreadsheets?|tables?|csv|decided|agreed|said|discussed)',
    0.45,
  ),
  cue(MAIL_WORDS, 0.45),
  cue(
    'whom? (?:should|do|can|must|shall|would) (?:i|we) (?:call|contact|ask|phone|ring|talk to|speak to|see|meet)',
    0.8,
  ),
  cue('free (?:of charge|shipping|text|trial|software|tier|delivery)', 0.8),
];

export const findFreeTime: GoalMethod = {
  kind: 'find-free-time',

  score(reading, context) {
    const { plain, spoken, dates } = reading;
    const free = evidence(plain, FREE);
    const minutes = durationOf(spoken) !== null ? 0.35 : 0;
    const meeting = new RegExp(String.raw`\b${MEET}\b`).test(plain) ? 0.25 : 0;
    const people = peopleIn(reading, context).length > 0 ? 0.25 : 0;
    const future = dates.some((date) => date.to >= context.today.iso) ? 0.2 : 0;
    const clues = [minutes, meeting, people, future].filter((weight) => weight > 0).length;
    const support = free > 0.3 || (clues >= 3 && (minutes > 0 || meeting > 0)) ? 1 : 0.4;
    const against = evidence(plain, AGAINST) * (free > 0.85 ? 0.5 : 1);
    return support * either(free, minutes, meeting, people, future) * (1 - against);
  },

  parameters(reading, context) {
    const { spoken, plain } = reading;
    const { owner, today } = context;
    const said = durationOf(spoken);
    const minutes = said ?? usualDuration(plain);
    const hours = hoursOf(spoken, owner, minutes);
    const dates = goalDates(reading, today.iso, 'future', HORIZON_DAYS);
    const range =
      dates.between === null
        ? null
        : { ...dates.between, from: dates.between.from < today.iso ? today.iso : dates.between.from };
    const between =
      range !== null && range.from <= range.to ? range : { from: today.iso, to: addDays(today.iso, HORIZON_DAYS) };
    const people = peopleIn(reading, context);
    const count = slotCount(plain);
    const workdays =
      /\b(?:week ?days?|working days?|business days?|work days?)\b/.test(plain) &&
      !/\bweekends? (?:too|as well|also|included)\b/.test(plain);
    const weekends = wantsWeekends(plain, dates.onlyWeekdays, between, range !== null, context) && !workdays;
    return [
      parameter('minutes', 'How long', 'minutes', minutes, said === null ? 'default' : 'goal'),
      parameter('between', 'Between', 'date-range', rangeValue(between), range === null ? 'default' : 'goal'),
      parameter(
        'hours',
        'Time of day (empty for working hours)',
        'time-range',
        timesValue(hours),
        hours === null ? 'settings' : 'goal',
      ),
      parameter('people', 'With', 'people', peopleValue(people), people.length > 0 ? 'goal' : 'default'),
      parameter(
        'excludeWeekdays',
        'Not on',
        'choices',
        dates.excludeWeekdays,
        dates.excludeWeekdays.length > 0 ? 'goal' : 'default',
        WEEKDAY_OPTIONS,
      ),
      parameter(
        'onlyWeekdays',
        'Only on',
        'choices',
        dates.onlyWeekdays,
        dates.onlyWeekdays.length > 0 ? 'goal' : 'default',
        WEEKDAY_OPTIONS,
      ),
      parameter('count', 'How many to offer', 'number', count ?? SLOTS_DEFAULT, count === null ? 'default' : 'goal'),
      parameter('weekends', 'Weekends too', 'boolean', weekends, weekends ? 'goal' : 'default'),
    ];
  },

  restate(parameters, context) {
    const people = valueOf<Person[]>(parameters, 'people');
    const count = valueOf<number>(parameters, 'count');
    const hours = valueOf<TimeRange | null>(parameters, 'hours');
    const excluded = weekdayNames(valueOf<string[]>(parameters, 'excludeWeekdays'));
    const only = weekdayNames(valueOf<string[]>(parameters, 'onlyWeekdays'));
    const unknown = people.filter((person) => !hasCalendar(person, context));
    const words = [
      `Find ${count === SLOTS_DEFAULT ? '' : count === 1 ? 'the first slot of ' : `${String(count)} slots of `}${String(valueOf<number>(parameters, 'minutes'))} minutes`,
      people.length > 0 ? ` with ${people.map(nameOf).join(' and ')}` : '',
      timeWords(valueOf<DateRange>(parameters, 'between')),
      hours === null ? '' : `, between ${formatMinute(hours.from)} and ${formatMinute(hours.to)}`,
      only === '' ? '' : `, only on ${only}`,
      excluded === '' ? '' : `, not on ${excluded}`,
      valueOf<boolean>(parameters, 'weekends') ? ', weekends too' : '',
      '.',
      unknown.length === 0
        ? ''
        : ` No calendar of ${unknown.map(nameOf).join(' or ')} is known, so only yours counts there.`,
    ];
    return words.join('');
  },

  missing({ inventory }) {
    if (inventory.events > 0 || inventory.calendars.length > 0) return null;
    return 'There is no calendar in your files; add one (.ics).';
  },

  network({ parameters }, context) {
    const people = valueOf<Person[]>(parameters, 'people');
    const everyone: readonly (Person | null)[] = [null, ...people];
    const args = Object.fromEntries(parameters.map(({ name, value }): [string, Json] => [name, value]));
    return {
      sequence: [
        { task: 'gather-busy-times', input: { everyone, between: args.between ?? null, context } },
        useTool({
          tool: 'find-free-slots',
          title: `Find ${String(valueOf<number>(parameters, 'count'))} times of ${String(valueOf<number>(parameters, 'minutes'))} minutes that are free for everyone`,
          args,
          produces: ['answer'],
          consumes: everyone.map((_, index) => `busy:${String(index)}`),
        }),
      ],
    };
  },

  subtasks: {
    'gather-busy-times': [
      {
        name: 'read-each-calendar',
        applies: () => true,
        subtasks: (_, { input }) => {
          const { everyone, between, context } = input as {
            everyone: readonly (Person | null)[];
            between: DateRange;
            context: GoalContext;
          };
          return {
            together: everyone.map((person, index) =>
              useTool({
                tool: 'read-busy-times',
                title: `Read ${calendarOf(person, context)}${timeWords(between)}`,
                args: {
                  person: person === null ? null : { name: person.name, address: person.address },
                  between: { from: between.from, to: between.to },
                  ...(person === null ? { others: others(everyone) } : {}),
                },
                produces: [`busy:${String(index)}`],
                consumes: [],
              }),
            ),
          };
        },
      },
    ],
  },
};

function calendarOf(person: Person | null, context: GoalContext): string {
  if (person === null) return 'your calendar';
  return hasCalendar(person, context) ? `${nameOf(person)}'s calendar` : `what is known of ${nameOf(person)}'s time`;
}

const COUNTS: Readonly<Record<string, number>> = {
  one: 1,
  a: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};

/** How many times to offer, when said: "three slots", "give me 5 options", "the first free slot". */
function slotCount(plain: string): number | null {
  const nouns =
    '(?:time )?(?:slots?|options?|times|suggestions?|proposals?|possibilities|alternatives?|windows?|gaps?|openings?|choices|dates)';
  const match = new RegExp(
    String.raw`\b(\d{1,2}|two|three|four|five|six|seven|eight|nine|ten) (?:(?:free|available|possible|open|different|best|good|earliest|first|next|suitable|common|mutual|alternative|DURATION) )*${nouns}\b`,
  ).exec(plain);
  if (match) return Math.min(SLOTS_MAX, COUNTS[match[1] ?? ''] ?? Number(match[1])) || null;
  if (
    /\b(?:the|an?|my|our) (?:very )?(?:first|earliest|next|soonest|single|best) (?:possible |free |available |open |common )*(?:\w+ )?(?:slot|time|gap|opening|window|opportunity|date)\b|\bone (?:free )?(?:slot|option|suggestion)\b|\b(?:earliest|soonest)\b(?! at)|\bnext free hour\b/.test(
      plain,
    )
  )
    return 1;
  return /\ball (?:the |my |our |possible )?(?:free |available |open |common )*(?:slots?|times?|gaps?|options|openings)\b/.test(
    plain,
  )
    ? SLOTS_MAX
    : null;
}

function wantsWeekends(
  plain: string,
  only: readonly string[],
  between: DateRange,
  said: boolean,
  context: GoalContext,
): boolean {
  if (/\b(?:no|not|except|excluding|without|never|avoid)(?: \w+){0,3} (?:weekends?|saturdays?|sundays?)\b/.test(plain))
    return false;
  if (
    /\bweekends?\b|\b(?:including|incl|even|also) (?:on )?(?:saturdays?|sundays?)\b|\bany day of the week\b|\bseven days\b/.test(
      plain,
    )
  )
    return true;
  if (only.some((day) => Number(day) >= 6 && context.owner.workingHours[day as '6' | '7'] === undefined)) return true;
  if (!said) return false;
  for (let day = between.from; day <= between.to; day = addDays(day, 1)) {
    if (weekdayOf(day) < 6) return false;
  }
  return true;
}

/** Whom the owner meets: calendars of these names are not the owner's. */
function others(everyone: readonly (Person | null)[]): Json[] {
  return everyone.flatMap((person) => (person === null ? [] : [{ name: person.name, address: person.address }]));
}
