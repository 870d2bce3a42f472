import { cue, evidence, MAIL_WORDS } from '../cues.ts';
import type { GoalMethod } from '../goal-method.ts';
import { addDays, type DateRange } from '../local-dates.ts';
import { parameter, peopleValue, rangeValue, valueOf, WEEKDAY_OPTIONS, weekdayNames } from '../parameters.ts';
import { hasCalendar, peopleIn, type Person } from '../people.ts';
import { goalDates } from '../ranges.ts';
import { useTool } from '../tool-use.ts';
import { nameOf, timeWords } from './summarise-mail.ts';

const HORIZON_DAYS = 7;
const ENTRIES = '(?:meetings?|appointments?|events?|calls?|entries|plans)';
const CALENDAR = '(?:calendars?|diary|diaries|agenda|schedule)';

const CUES = [
  cue(`(?:what|which|anything|something|everything|all)(?: [\\w']+){0,3} (?:on|in) (?:[\\w']+ ){1,3}${CALENDAR}`, 0.8),
  cue(
    `(?:show|list|give|tell|read|print|open|check|see)(?: me)?(?: [\\w']+){0,3} (?:${CALENDAR}|${ENTRIES})\\b(?! (?:file|format))`,
    0.65,
  ),
  cue(`(?:what|which) (?:\\w+ )?${ENTRIES} (?:do|have|are|is|does|has|were|did|am)\\b`, 0.65),
  cue(
    `(?:do|did|have|will|does|has) (?:[\\w']+ ){1,2}(?:have |got |have got )?(?:any|an?|some|other|more)?(?: \\w+)? ?${ENTRIES}\\b`,
    0.65,
  ),
  cue(
    '(?:do|did|have|will|does) (?:i|we|he|she|they) (?:have |got |have got )?(?:anything|something)(?: \\w+){0,2} (?:on|for|this|next|today|tomorrow|planned|scheduled|from|between|DATE)',
    0.6,
  ),
  cue(
    "what (?:do|did|have|am|are|is|does|has|else) (?:[\\w']+ ){1,2}?(?:have |got |have got )?(?:planned|scheduled|doing|on|up to|got|have)(?: (?:for|in|on))?(?: \\w+){0,2} (?:on|for|this|next|today|tomorrow|from|between|DATE)",
    0.6,
  ),
  cue(
    "(?:what|how) (?:does|is|will|do)(?: [\\w']+){1,2} (?:day|week|month|morning|afternoon|evening|weekend|schedule|agenda|calendar|diary)(?: \\w+){0,8} (?:look|like|be|bring|hold)",
    0.75,
  ),
  cue(`what is (?:on )?(?:[\\w']+ ){1,2}(?:agenda|schedule|diary|calendar)`, 0.6),
  cue(
    'what (?:is|else is|have i got|have we got) (?:on|up|coming up|planned|scheduled)(?: for)?(?: me| us)? (?:DATE|today|tomorrow|tonight|this \\w+|next \\w+)$',
    0.75,
  ),
  cue("how (?:busy|full|packed|booked)(?: [\\w']+){0,4}", 0.7),
  cue("how (?:does|is|will)(?: [\\w']+){0,2} DATE(?: \\w+){0,2} (?:look|looking|like)", 0.75),
  cue('(?:when|what) is (?:my|our) next (?:meeting|appointment|call|event)$', 0.75),
  cue(`my (?:agenda|schedule|appointments|meetings|events)`, 0.4),
];

const AGAINST = [
  cue('free|available|availab\\w+|slots?|gaps?|(?:find|suggest|propose)(?: \\w+){0,3} (?:time|minutes|hours?)', 0.8),
  cue(
    'what time|at what|where|when (?:is|does|do|did|was|will)(?! (?:my|our) next (?:meeting|appointment|call|event)$)',
    0.8,
  ),
  cue('how (?:many|much|long|often)|total|average|most|longest|why', 0.6),
  cue(
    '(?:report|summar\\w+|minutes of|notes|documents?|files?|spreadsheets?|tables?|csv|decided|agreed|said|discussed)',
    0.5,
  ),
  cue(MAIL_WORDS, 0.5),
  cue('(?:schedule|arrange|set up|book|plan) an?\\b', 0.6),
];

/** "What is on my calendar on Thursday?": the entries of some days, in order. */
export const listEvents: GoalMethod = {
  kind: 'list-events',

  score({ plain }, { inventory }) {
    const share = inventory.events + inventory.calendars.length > 0 ? 1 : 0.6;
    return share * evidence(plain, CUES) * (1 - evidence(plain, AGAINST));
  },

  parameters(reading, context) {
    const { today } = context;
    const { between, onlyWeekdays } = goalDates(reading, today.iso, 'future', HORIZON_DAYS);
    const people = peopleIn(reading, context);
    const days = between ?? { from: today.iso, to: addDays(today.iso, HORIZON_DAYS) };
    return [
      parameter('between', 'Between', 'date-range', rangeValue(days), between === null ? 'default' : 'goal'),
      parameter(
        'onlyWeekdays',
        'Only on',
        'choices',
        onlyWeekdays,
        onlyWeekdays.length > 0 ? 'goal' : 'default',
        WEEKDAY_OPTIONS,
      ),
      parameter(
        'people',
        'Whose (empty for yours)',
        'people',
        peopleValue(people),
        people.length > 0 ? 'goal' : 'default',
      ),
    ];
  },

  restate(parameters, context) {
    const people = valueOf<Person[]>(parameters, 'people');
    const [person] = people;
    const whose = person === undefined ? 'my' : `${nameOf(person)}'s`;
    const only = weekdayNames(valueOf<string[]>(parameters, 'onlyWeekdays'));
    const known = person === undefined || hasCalendar(person, context);
    return `List what is on ${whose} calendar${timeWords(valueOf<DateRange>(parameters, 'between'))}${only === '' ? '' : `, only on ${only}`}.${known ? '' : ` No calendar of ${nameOf(person)} is known, so only invitations count.`}`;
  },

  missing({ inventory }) {
    if (inventory.events > 0 || inventory.calendars.length > 0) return null;
    return 'There is no calendar in your files; add one (.ics).';
  },

  network({ parameters }) {
    const [person] = valueOf<Person[]>(parameters, 'people');
    const between = valueOf<DateRange>(parameters, 'between');
    return {
      sequence: [
        useTool({
          tool: 'read-busy-times',
          title: `Read ${person === undefined ? 'your' : `${nameOf(person)}'s`} calendar${timeWords(between)}`,
          args: {
            person: person === undefined ? null : { name: person.name, address: person.address },
            between: { from: between.from, to: between.to },
            free: true,
          },
          produces: ['busy:0'],
          consumes: [],
        }),
        useTool({
          tool: 'list-events',
          title: 'List the entries day by day',
          args: { onlyWeekdays: valueOf<string[]>(parameters, 'onlyWeekdays') },
          produces: ['answer'],
          consumes: ['busy:0'],
        }),
      ],
    };
  },

  subtasks: {},
};
