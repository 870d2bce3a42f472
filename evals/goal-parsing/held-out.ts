import { Temporal } from 'temporal-polyfill';
import type { SourceId, UnixMs } from '#core/base/ids.ts';
import type { Json } from '#core/base/json.ts';
import type { OwnerSettings } from '#core/items/owner.ts';
import type { GoalKind, Inventory } from '#core/planner/goal.ts';
import { dice, type Dice } from '../write/dice.ts';
import { addDays, firstName, instant, ownerSettings, people, weekdayOf, WEEKDAYS, MONTHS } from '../worlds/words.ts';
import type { Person } from '../write/mime.ts';
import { HELD_OUT, type HeldOutPhrasing } from './phrasings.ts';
import { misheard } from './slips.ts';

/** A goal with what it must be read as: its kind, and of its parameters those that the goal settles. */
export interface HeldOutGoal {
  readonly text: string;
  readonly form: string;
  readonly language: string;
  /** Whether it was written with slips. */
  readonly slipped: boolean;
  readonly kind: GoalKind;
  readonly parameters: Readonly<Record<string, Json>>;
}

export interface HeldOutWorld {
  readonly inventory: Inventory;
  readonly owner: OwnerSettings;
  readonly now: UnixMs;
  readonly today: string;
  readonly goals: readonly HeldOutGoal[];
}

const TOPICS = ['Marigold', 'Tidewater', 'Blackthorn', 'Ironbark', 'Larkspur', 'Windrose', 'Copperfield', 'Snowdrop'];
const TABLES = [
  {
    name: 'catches',
    measure: 'catch',
    groups: { trawler: ['Petrel', 'Kittiwake', 'Gannet'], waters: ['Dogger', 'Skagerrak', 'Biscay'] },
  },
  {
    name: 'grants',
    measure: 'sum awarded',
    groups: { institute: ['Botany', 'Acoustics', 'Glaciology'], panel: ['Spring Panel', 'Autumn Panel'] },
  },
  {
    name: 'printruns',
    measure: 'impressions',
    groups: { press: ['Heidel', 'Komori', 'Ryobi'], operator: ['Dusk Shift', 'Dawn Shift'] },
  },
  {
    name: 'pledges',
    measure: 'pledge',
    groups: { parish: ['Saint Brannock', 'Lower Wick', 'Upper Wick'], collector: ['Tollgate', 'Millrace', 'Quayside'] },
  },
  {
    name: 'logbook',
    measure: 'airtime',
    groups: { glider: ['Kestrel Nine', 'Merlin Two'], airfield: ['Lasham', 'Dunstable', 'Sutton Bank'] },
  },
];
const THINGS = [
  'trombone',
  'samovar',
  'generator',
  'telescope',
  'ladder',
  'trampoline',
  'kiln',
  'dinghy',
  'projector',
  'weathercock',
  'cistern',
  'marquee',
];
const PLACES = ['chapel', 'pavilion', 'granary', 'observatory', 'clubhouse', 'annexe', 'lodge'];

interface Said {
  readonly words: string;
  readonly from: string;
  readonly to: string;
}

/** The world of a seed with one goal for every phrasing. */
export function heldOutWorld(seed: number): HeldOutWorld {
  const d = dice(`held-out goals ${seed}`);
  const [owner, ...others] = people(d, 6) as [Person, ...Person[]];
  const today = d.day('2026-02-02', '2027-10-20');
  const topics = d.some(TOPICS, 3);
  const table = d.pick(TABLES);
  const groups = Object.entries(table.groups);
  const paths = topics.map((topic) => `papers/${topic.toLowerCase()}-notes.md`);
  const inventory: Inventory = {
    sources: [
      { id: 'id:mail' as SourceId, path: 'post/letters.mbox', kind: 'mailbox' },
      ...paths.map((path) => ({ id: `id:${path}` as SourceId, path, kind: 'document' })),
      { id: 'id:table' as SourceId, path: `sheets/${table.name}.csv`, kind: 'table' },
    ],
    messages: 140,
    events: 61,
    documents: topics.map((topic, i) => ({ title: `${topic} notes`, path: paths[i] ?? '' })),
    tables: [
      {
        name: table.name,
        path: `sheets/${table.name}.csv`,
        columns: [
          { name: 'Day', type: 'date', unit: '' },
          ...groups.map(([name]) => ({ name, type: 'text', unit: '' })),
          { name: table.measure, type: 'number', unit: '' },
        ],
        rows: 90,
        values: Object.fromEntries(groups),
        numbering: [],
      },
    ],
    people: others.map(({ name, address }) => ({ name, address })),
    calendars: [owner, ...others].map(({ name, address }) => ({ name, owner: address })),
  };
  const zone = 'Europe/Berlin';
  const goals = HELD_OUT.map((phrasing) => goalOf(d, phrasing, { today, others, topics, table, groups }));
  return { inventory, owner: ownerSettings(owner, zone), now: instant(today, 9 * 60, zone), today, goals };
}

interface Material {
  readonly today: string;
  readonly others: readonly Person[];
  readonly topics: readonly string[];
  readonly table: (typeof TABLES)[number];
  readonly groups: readonly (readonly [string, readonly string[]])[];
}

function goalOf(d: Dice, phrasing: HeldOutPhrasing, { today, others, topics, table, groups }: Material): HeldOutGoal {
  const { form, language, text } = phrasing;
  const has = (name: string): boolean => text.includes(`{${name}`);
  const who = d.pick(others);
  const topic = d.pick(topics);
  const [group, values] = d.pick(groups);
  const value = d.pick(values);
  const month = addMonthsTo(today, -d.whole(1, 5));
  const past = has('past') && d.chance(0.6) ? d.pick(pasts(today, language)) : null;
  const when =
    has('when') && (language !== 'en' || d.chance(0.75) || has('when_first'))
      ? d.pick(futures(d, today, language))
      : null;
  const long = d.pick(LENGTHS[language] ?? []);
  const but = has('but') && d.chance(0.4) && (when === null || when.from !== when.to) ? d.pick(BUTS) : null;
  const inMonth = has('in_month') && d.chance(0.5);
  const count = d.pick([2, 3, 4]);
  const file = `${topic.toLowerCase()}-${d.pick(['today', 'board', 'page'])}.md`;
  const filled = text
    .replace('{past}', past === null ? '' : ` ${past.words}`)
    .replace('{when_first}', when === null ? '' : upperFirst(when.words))
    .replace(/ ?\{when\}/, when === null ? '' : ` ${when.words}`)
    .replace('{but}', but === null ? '' : `, ${but.words}`)
    .replace('{long}', long.words)
    .replaceAll('{who}', d.chance(0.5) ? who.name : firstName(who))
    .replace('{topic}', topic)
    .replace('{file}', file)
    .replaceAll('{measure}', table.measure)
    .replaceAll('{group}', group)
    .replace('{value}', value)
    .replace('{table}', table.name)
    .replace(
      '{in_month}',
      inMonth ? ` in ${MONTHS[Number(month.from.slice(5, 7)) - 1] ?? ''} ${month.from.slice(0, 4)}` : '',
    )
    .replace('{count}', String(count))
    .replace('{thing}', d.pick(THINGS))
    .replace('{place}', d.pick(PLACES));
  const slipped = d.chance(0.35);
  const capital = d.chance(0.75) ? filled : filled.charAt(0).toLowerCase() + filled.slice(1);
  const wanted: HeldOutGoal = {
    text: slipped ? misheard(d, capital) : capital,
    form,
    language,
    slipped,
    kind: KINDS[form.split('-')[0] ?? ''] ?? 'not-understood',
    parameters: {},
  };
  const person = has('who') ? [{ name: who.name, address: who.address }] : [];
  const range = (said: Said | null): Json => (said === null ? null : { from: said.from, to: said.to });
  switch (form) {
    case 'mail-summary':
    case 'mail-asks':
    case 'mail-waiting':
    case 'mail-awaited':
      return {
        ...wanted,
        parameters: {
          between: range(past),
          people: person,
          topic: has('topic') ? topic : '',
          parts: {
            'mail-summary': ['threads', 'asks', 'waiting', 'awaited'],
            'mail-asks': ['asks'],
            'mail-waiting': ['waiting'],
            'mail-awaited': ['awaited'],
          }[form],
        },
      };
    case 'free-time':
      return {
        ...wanted,
        parameters: {
          minutes: long.minutes,
          between: range(when ?? { words: '', from: today, to: addDays(today, 14) }),
          hours: but?.hours ?? null,
          people: person,
          excludeWeekdays: but?.not ?? [],
        },
      };
    case 'agenda':
      return {
        ...wanted,
        parameters: { between: range(when ?? { words: '', from: today, to: addDays(today, 7) }), people: person },
      };
    case 'report':
      return { ...wanted, parameters: { topic, saveAs: has('file') ? file : '', between: null } };
    default:
      return form.startsWith('table-') ? { ...wanted, parameters: tableParameters() } : wanted;
  }

  function tableParameters(): Record<string, Json> {
    const filters: Json[] = has('value') ? [{ column: group, op: '=', value }] : [];
    if (inMonth) filters.push({ column: 'Day', op: 'between', value: month.from, value2: month.to });
    const base = { column: table.measure, groupBy: has('group') ? group : '', filters, top: 0, period: 'none' };
    switch (form) {
      case 'table-mean':
        return { ...base, operation: 'mean' };
      case 'table-count':
        return { ...base, operation: 'count', column: '' };
      case 'table-most':
      case 'table-least':
        return { ...base, operation: 'sum', top: 1, order: form === 'table-most' ? 'desc' : 'asc' };
      case 'table-top':
        return { ...base, operation: 'sum', top: count, order: 'desc' };
      case 'table-largest':
        return { ...base, operation: 'max' };
      default:
        return { ...base, operation: 'sum' };
    }
  }
}

const KINDS: Readonly<Record<string, GoalKind>> = {
  mail: 'summarise-mail',
  free: 'find-free-time',
  agenda: 'list-events',
  report: 'write-report',
  question: 'answer-question',
  table: 'query-table',
};

const LENGTHS: Readonly<Record<string, readonly { readonly words: string; readonly minutes: number }[]>> = {
  en: [
    { words: '35 minutes', minutes: 35 },
    { words: 'an hour', minutes: 60 },
    { words: 'half an hour', minutes: 30 },
    { words: '1h15', minutes: 75 },
    { words: 'two hours', minutes: 120 },
    { words: '55 min', minutes: 55 },
  ],
  de: [
    { words: 'einer Stunde', minutes: 60 },
    { words: '45 Minuten', minutes: 45 },
    { words: 'zwei Stunden', minutes: 120 },
  ],
  fr: [
    { words: 'une heure', minutes: 60 },
    { words: '45 minutes', minutes: 45 },
    { words: 'une demi-heure', minutes: 30 },
  ],
  es: [
    { words: 'una hora', minutes: 60 },
    { words: '45 minutos', minutes: 45 },
    { words: 'media hora', minutes: 30 },
  ],
};

const BUTS: readonly { readonly words: string; readonly hours: Json; readonly not: readonly string[] }[] = [
  { words: 'after lunch', hours: { from: 780, to: 1020 }, not: [] },
  { words: 'before 11:00', hours: { from: 540, to: 660 }, not: [] },
  { words: 'between 10 and 12', hours: { from: 600, to: 720 }, not: [] },
  { words: 'though Wednesday is impossible', hours: null, not: ['3'] },
  { words: 'anything but Friday', hours: null, not: ['5'] },
  { words: 'not on Tuesday', hours: null, not: ['2'] },
];

function pasts(today: string, language: string): Said[] {
  const monday = addDays(today, 1 - weekdayOf(today));
  const week = { from: addDays(monday, -7), to: addDays(monday, -1) };
  const day = { from: addDays(today, -1), to: addDays(today, -1) };
  const month = addMonthsTo(today, -1);
  const name = MONTHS[Number(month.from.slice(5, 7)) - 1] ?? '';
  if (language === 'de')
    return [
      { words: 'letzte Woche', ...week },
      { words: 'gestern', ...day },
    ];
  if (language === 'fr')
    return [
      { words: 'la semaine dernière', ...week },
      { words: 'hier', ...day },
    ];
  if (language === 'es')
    return [
      { words: 'la semana pasada', ...week },
      { words: 'ayer', ...day },
    ];
  return [
    { words: 'last week', ...week },
    { words: 'yesterday', ...day },
    { words: 'last month', ...month },
    { words: `in ${name} ${month.from.slice(0, 4)}`, ...month },
    { words: 'since yesterday', from: day.from, to: today },
  ];
}

function futures(d: Dice, today: string, language: string): Said[] {
  const monday = addDays(today, 8 - weekdayOf(today));
  const week = { from: monday, to: addDays(monday, 6) };
  const tomorrow = { from: addDays(today, 1), to: addDays(today, 1) };
  const soon = addDays(today, d.whole(2, 6));
  const far = addDays(today, d.whole(9, 40));
  const end = addDays(far, d.whole(2, 4));
  const on = { from: soon, to: soon };
  const weekday = weekdayOf(soon);
  if (language === 'de')
    return [
      { words: 'nächste Woche', ...week },
      { words: 'morgen', ...tomorrow },
      {
        words: `am ${['Montag', 'Dienstag', 'Mittwoch', 'Donnerstag', 'Freitag', 'Samstag', 'Sonntag'][weekday - 1] ?? ''}`,
        ...on,
      },
    ];
  if (language === 'fr')
    return [
      { words: 'la semaine prochaine', ...week },
      { words: 'demain', ...tomorrow },
    ];
  if (language === 'es')
    return [
      { words: 'la próxima semana', ...week },
      { words: 'mañana', ...tomorrow },
    ];
  const date = (iso: string): string => `${String(Number(iso.slice(8)))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
  return [
    { words: 'next week', ...week },
    { words: 'tomorrow', ...tomorrow },
    { words: 'the day after tomorrow', from: addDays(today, 2), to: addDays(today, 2) },
    { words: `on ${WEEKDAYS[weekday - 1] ?? ''}`, ...on },
    { words: `on ${date(far)}`, from: far, to: far },
    { words: `between ${date(far)} and ${date(end)}`, from: far, to: end },
  ];
}

function addMonthsTo(today: string, months: number): { from: string; to: string } {
  const first = Temporal.PlainDate.from(today).with({ day: 1 }).add({ months });
  return { from: first.toString(), to: first.add({ months: 1 }).subtract({ days: 1 }).toString() };
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
