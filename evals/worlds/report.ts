import { REPORT } from '../phrasings.ts';
import { dice, type Dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import { nothing, type Case, type Fact, type Term, type World, type WorldFile } from '../world.ts';
import { writePaper, type Format, type Paper } from './documents.ts';
import { addDays, english, instant, longDate, ownerSettings, people, upperFirst, ZONES } from './words.ts';

/** Notes on two projects over some weeks; later notes correct earlier ones, openly or silently. */
export function reportWorld(seed: number, heldOut: boolean): World {
  const d = dice(`report ${seed}`);
  const zone = d.pick(ZONES);
  const [owner, ...staff] = people(d, 10) as [Person, ...Person[]];
  const today = d.day('2025-06-01', '2027-09-01');
  const [first, second] = d.some(PROJECTS, 2) as [string, string];
  const risks = d.some(RISKS, 2);
  const decisions = d.some(DECISIONS, 2);
  const one = project(d, first, today, staff.slice(0, 4), risks[0] ?? '', decisions[0] ?? '');
  const other = project(d, second, today, staff.slice(4), risks[1] ?? '', decisions[1] ?? '');

  const usable = REPORT.filter((phrasing) => phrasing.heldOut === heldOut);
  const cases: Case[] = [0, 1].map((i) => {
    const phrasing = usable[(seed * 2 + i) % usable.length] as (typeof usable)[number];
    const [mine, foreign] = i === 0 ? [one, other] : [other, one];
    return {
      goal: phrasing.text.replace('{project}', mine.name),
      phrasing: phrasing.name,
      heldOut,
      expect: {
        ...nothing,
        kinds: ['write-report'],
        outcomes: ['answered'],
        facts: mine.facts,
        forbidden: [...mine.stale, ...foreign.own],
      },
    };
  });
  return {
    method: 'report',
    seed,
    owner: ownerSettings(owner, zone),
    now: instant(today, 10 * 60, zone),
    files: [...one.files, ...other.files],
    cases,
  };
}

interface Project {
  readonly name: string;
  readonly files: readonly WorldFile[];
  readonly facts: readonly Fact[];
  /** Old values given as if they still held. */
  readonly stale: readonly Fact[];
  /** What only this project's notes say. */
  readonly own: readonly Fact[];
}

/** Words that say a value is a former one. */
const EARLIER: Term = {
  text: [
    'earlier',
    'before',
    'was',
    'previously',
    'superseded',
    'corrected',
    'correction',
    'replaced',
    'instead',
    'until then',
    'no longer',
    'had',
    'old',
    'then',
  ],
};

/** An attribute with its value in each note, and how a note says it. */
interface Attribute {
  readonly name: string;
  /** Words that a statement about it must have. */
  readonly about: readonly string[];
  readonly values: readonly (Value | null)[];
}

interface Value {
  readonly sentence: string;
  readonly term: Term;
}

const PROJECTS = [
  'the Otter Bridge',
  'Lantern Festival',
  'the Cellar Archive',
  'Harvest Portal',
  'Station Clock',
  'the Orchard Survey',
  'Night Bus',
  'the Pumping Station',
  'Glasshouse',
  'the Dialect Atlas',
];
const MILESTONES = [
  'the public trial',
  'the first delivery',
  'the acceptance test',
  'the launch',
  'the move into the new rooms',
  'the final inspection',
  'the training of the crew',
];
const AREAS = [
  'the electrical works',
  'the data protection',
  'the press',
  'the foundations',
  'the ticketing',
  'the translations',
  'the purchasing',
];
const RISKS = [
  'The supplier of the hinges may go out of business.',
  'If the river rises above two metres, the pontoon cannot be used.',
  'Only one person knows how the old switchboard works.',
  'The licence of the map data ends in spring.',
  'The paint does not dry below eight degrees.',
  'Two volunteers have announced that they will leave.',
];
const DECISIONS = [
  'It was decided to keep the old railing.',
  'The group decided against a second entrance.',
  'The committee agreed to print on recycled paper.',
  'We decided to rent the lift and not to buy it.',
  'It was agreed that the doors open at seven.',
];
const PROGRESS = [
  (n: number, m: number) => `${n} of the ${m} panels are in place.`,
  (n: number, m: number) => `So far ${n} of ${m} interviews have been held.`,
  (n: number, m: number) => `${n} of ${m} drawers have been catalogued.`,
  (n: number, m: number) => `The crew has finished ${n} of ${m} sections.`,
];
const FORMATS: readonly Format[] = ['md', 'front-matter', 'txt', 'html', 'docx', 'md', 'txt', 'pdf'];

function project(
  d: Dice,
  name: string,
  today: string,
  staff: readonly Person[],
  risk: string,
  decision: string,
): Project {
  const count = d.whole(3, 5);
  const dates = Array.from({ length: count }, (_, i) => addDays(today, -7 * (count - i) - d.whole(0, 3)));
  const [milestone = '', secondMilestone = ''] = d.some(MILESTONES, 2);
  const [area = '', secondArea = ''] = d.some(AREAS, 2);
  const attributes: Attribute[] = [
    milestoneDates(d, milestone, count, today, true),
    milestoneDates(d, secondMilestone, count, today, d.chance(0.4)),
    budget(d, count),
    responsible(d, area, count, staff, true),
    responsible(d, secondArea, count, [...staff].reverse(), false),
  ];
  const progress = d.pick(PROGRESS);
  const total = d.whole(12, 60);
  const riskNote = d.whole(Math.max(0, count - 2), count - 1);

  const files = dates.map((date, i) => {
    const paper: Paper = {
      path: `notes/${slug(name)}/${date}`,
      title: `${upperFirst(name)}: ${d.pick(['status note', 'weekly note', 'progress'])}`,
      author: staff[0]?.name ?? '',
      date,
      sections: [
        {
          heading: d.pick(['', 'Situation', 'Where we stand']),
          sentences: [progress(Math.floor((total * (i + 1)) / (count + 2)), total), ...(i === 0 ? [decision] : [])],
        },
        ...attributes
          .map((attribute, k) => ({
            heading: ['Dates', 'Schedule', 'Money', 'People', 'Responsibilities'][k] ?? '',
            sentences: [attribute.values[i]?.sentence ?? ''].filter((s) => s !== ''),
          }))
          .filter((section) => section.sentences.length > 0),
        ...(i === riskNote ? [{ heading: 'Risks', sentences: [risk] }] : []),
      ],
    };
    return writePaper(paper, d.pick(FORMATS), d.chance(0.4));
  });
  const progressAt = (note: number) => Math.floor((total * (note + 1)) / (count + 2));
  const [progressBefore, progressNow] = [progressAt(count - 2), progressAt(count - 1)];
  return {
    name,
    files,
    facts: [
      ...attributes.flatMap(currentFacts),
      {
        name: `progress ${progressNow} of ${total}`,
        in: 'statement',
        all: [{ number: progressNow }, { number: total }],
      },
      { name: `risk: ${risk}`, in: 'statement', all: [{ text: [keywordsOf(risk)] }] },
      { name: `decision: ${decision}`, in: 'statement', all: [{ text: [keywordsOf(decision)] }] },
    ],
    stale: [
      ...attributes.flatMap(staleFacts),
      {
        name: `progress ${progressBefore} of ${total} is given as if it held`,
        in: 'statement',
        all: [{ number: progressBefore }, { number: total }],
        unless: [{ number: progressNow }, EARLIER],
      },
    ],
    own: [{ name: `a risk of another project: ${risk}`, in: 'statement', all: [{ text: [keywordsOf(risk)] }] }],
  };
}

function currentFacts(attribute: Attribute): Fact[] {
  const said = attribute.values.filter((value) => value !== null);
  const last = said.at(-1);
  if (!last) return [];
  const current: Fact = {
    name: `${attribute.name} now: ${last.sentence}`,
    in: 'statement',
    all: [{ text: attribute.about }, last.term],
  };
  const before = said.filter((value) => !sameTerm(value.term, last.term)).at(-1);
  if (!before) return [current];
  return [
    current,
    {
      name: `conflict of ${attribute.name} said: was "${before.sentence}"`,
      in: 'statement',
      all: [before.term, last.term],
    },
  ];
}

function staleFacts(attribute: Attribute): Fact[] {
  const said = attribute.values.filter((value) => value !== null);
  const last = said.at(-1);
  if (!last) return [];
  return said
    .filter((value) => !sameTerm(value.term, last.term))
    .slice(-1)
    .map((value) => ({
      name: `${attribute.name}: an old value is given as if it held: ${value.sentence}`,
      in: 'statement',
      all: [{ text: attribute.about }, value.term],
      unless: [last.term, EARLIER],
    }));
}

function sameTerm(a: Term, b: Term): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A planned day that moves once, or stays. */
function milestoneDates(d: Dice, milestone: string, count: number, today: string, moves: boolean): Attribute {
  const before = addDays(today, d.whole(20, 120));
  const after = addDays(before, d.whole(3, 40));
  const turn = d.whole(1, count - 1);
  const say = d.pick([
    (date: string) => `${upperFirst(milestone)} is planned for ${longDate(date)}.`,
    (date: string) => `${upperFirst(milestone)} takes place on ${longDate(date)}.`,
    (date: string) => `We expect ${milestone} on ${longDate(date)}.`,
  ]);
  const openly = d.chance(0.5);
  return {
    name: milestone,
    about: [milestone.replace(/^the /, '')],
    values: Array.from({ length: count }, (_, i) => {
      if (i > 0 && i !== turn && d.chance(0.4)) return null;
      const date = moves && i >= turn ? after : before;
      const sentence =
        moves && i === turn && openly
          ? `Correction: ${milestone} is now planned for ${longDate(after)}, not ${longDate(before)}.`
          : say(date);
      return { sentence, term: { date: [date] } };
    }),
  };
}

function budget(d: Dice, count: number): Attribute {
  const before = d.whole(40, 900) * 1000;
  const after = before + d.whole(2, 60) * 500;
  const turn = d.whole(1, count - 1);
  const unit = d.pick(['EUR', 'USD', 'GBP']);
  const say = d.pick([
    (amount: number) => `The approved budget is ${unit} ${english(amount)}.`,
    (amount: number) => `The budget stands at ${unit} ${english(amount)}.`,
  ]);
  return {
    name: 'budget',
    about: ['budget'],
    values: Array.from({ length: count }, (_, i) => {
      if (i > 0 && i !== turn && d.chance(0.5)) return null;
      return { sentence: say(i >= turn ? after : before), term: { number: i >= turn ? after : before } };
    }),
  };
}

function responsible(d: Dice, area: string, count: number, staff: readonly Person[], changes: boolean): Attribute {
  const [first, second] = [staff[0]?.name ?? '', staff[1]?.name ?? ''];
  const turn = d.whole(1, count - 1);
  return {
    name: `who is responsible for ${area}`,
    about: [area.replace(/^the /, '')],
    values: Array.from({ length: count }, (_, i) => {
      if (i !== 0 && !(changes && i === turn)) return null;
      if (i === 0) return { sentence: `${first} is responsible for ${area}.`, term: { text: [first] } };
      return {
        sentence: d.pick([`${second} is responsible for ${area}.`, `${second} has taken over ${area} from ${first}.`]),
        term: { text: [second] },
      };
    }),
  };
}

/** The longest run of words that an extract would keep: the sentence without its first word and last mark. */
function keywordsOf(sentence: string): string {
  return sentence.replace(/[.]$/, '').split(' ').slice(-4).join(' ');
}

function slug(name: string): string {
  return name.replace(/^the /, '').toLowerCase().replaceAll(' ', '-');
}
