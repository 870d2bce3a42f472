import { Temporal } from 'temporal-polyfill';
import type { Dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import { addDays, dayMonth, firstName, monthName, ordinal, upperFirst, weekdayName, weekdayOf } from './words.ts';

/** Something one can be asked to do; the keyword stands in every way of asking for it. */
export interface Deed {
  /** "send me the boiler certificate" */
  readonly verb: string;
  /** "sending me the boiler certificate" */
  readonly gerund: string;
  /** "whether the boiler certificate is still valid" */
  readonly whether: string;
  readonly keyword: string;
}

export interface Due {
  readonly words: string;
  /** The dates the words can mean, seen from the day they were written. */
  readonly dates: readonly string[];
}

export const DEEDS: readonly Deed[] = [
  deed('send', 'sending', 'me the', 'boiler certificate', 'is still valid'),
  deed('review', 'reviewing', 'the', 'tenancy agreement', 'can stay as it is'),
  deed('approve', 'approving', 'the', 'catering offer', 'is acceptable'),
  deed('sign', 'signing', 'the', 'grant agreement', 'can be signed'),
  deed('check', 'checking', 'the', 'translation of the brochure', 'is good enough'),
  deed('confirm', 'confirming', 'the', 'number of participants', 'is final'),
  deed('forward', 'forwarding', 'me the', 'customs papers', 'are complete'),
  deed('return', 'returning', 'the', 'loan form', 'has arrived'),
  deed('correct', 'correcting', 'the', 'floor numbering', 'is right'),
  deed('fill in', 'filling in', 'the', 'vaccination sheet', 'is needed'),
  deed('comment on', 'commenting on', 'the', 'draft programme', 'suits you'),
  deed('upload', 'uploading', 'the', 'drone footage', 'may be published'),
  deed('choose', 'choosing', 'the', 'carpet colour', 'is settled'),
  deed('order', 'ordering', 'the', 'spare gaskets', 'are in stock'),
  deed('give me', 'giving me', 'the', 'meter readings', 'are plausible'),
  deed('test', 'testing', 'the', 'booking page', 'works for you'),
  deed('book', 'booking', 'the', 'rehearsal hall', 'is free'),
  deed('pick up', 'picking up', 'the', 'exhibition boards', 'are ready'),
  deed('prepare', 'preparing', 'the', 'safety briefing', 'takes place'),
  deed('update', 'updating', 'the', 'volunteer roster', 'is complete'),
  deed('provide', 'providing', 'the', 'bank details of the club', 'have changed'),
  deed('read', 'reading', 'the', 'noise report', 'convinces you'),
  deed('release', 'releasing', 'the', 'press photographs', 'can go out'),
  deed('renew', 'renewing', 'the', 'parking permit', 'runs out'),
];

/** A request to `asked`, in one sentence, with the deadline where there is one. */
export function askSentence(d: Dice, deed: Deed, due: Due | null, asked: Person): string {
  const by = due === null ? '' : ` ${due.words}`;
  return d.pick([
    `Could you ${deed.verb}${by}?`,
    `Can you please ${deed.verb}${by}?`,
    `Please ${deed.verb}${by}.`,
    `I need you to ${deed.verb}${by}.`,
    `Would you mind ${deed.gerund}${by}?`,
    `${firstName(asked)}, would you please ${deed.verb}${by}?`,
    `May I ask you to ${deed.verb}${by}?`,
    `Would it be possible for you to ${deed.verb}${by}?`,
    `Please let me know${by} ${deed.whether}.`,
    `It would help me a lot if you could ${deed.verb}${by}.`,
    `Can you tell me${by} ${deed.whether}?`,
  ]);
}

/** A deadline in words, written on `date`; sometimes none. */
export function deadline(d: Dice, date: string): Due | null {
  const day = Temporal.PlainDate.from(date);
  const weekday = addDays(date, d.whole(1, 6));
  const later = addDays(date, d.whole(3, 25));
  const month = Number(date.slice(8));
  const sameMonth = month + 2 <= day.daysInMonth ? d.whole(month + 2, day.daysInMonth) : null;
  const friday = addDays(date, 5 - weekdayOf(date));
  const forms: Due[] = [
    { words: `by ${weekdayName(weekday)}`, dates: [weekday] },
    { words: `by ${weekdayName(weekday)} at ${d.pick(['noon', '3 pm', '17:00'])}`, dates: [weekday] },
    { words: `no later than ${weekdayName(weekday)}, ${dayMonth(weekday)}`, dates: [weekday] },
    { words: `by ${dayMonth(later)}`, dates: [later] },
    { words: `by ${monthName(later)} ${Number(later.slice(8))}`, dates: [later] },
    { words: `before ${dayMonth(later)}`, dates: [later, addDays(later, -1)] },
    { words: `no later than noon tomorrow`, dates: [addDays(date, 1)] },
    { words: `by tomorrow evening`, dates: [addDays(date, 1)] },
    { words: `by the end of next week`, dates: [7, 8, 9].map((n) => addDays(friday, n)) },
  ];
  if (sameMonth !== null)
    forms.push({ words: `by the ${ordinal(sameMonth)}`, dates: [day.with({ day: sameMonth }).toString()] });
  return d.chance(0.12) ? null : d.pick(forms);
}

export function subjectFor(d: Dice, deed: Deed): string {
  return d.pick([
    upperFirst(deed.keyword),
    `${upperFirst(deed.keyword)}, once more`,
    `About the ${deed.keyword}`,
    `Question: ${deed.keyword}`,
  ]);
}

export function answer(d: Dice, deed: Deed): string {
  return d.pick([
    `Done, the ${deed.keyword} is on its way to you.`,
    `Here it is. I had a look at the ${deed.keyword} this morning and all is well.`,
    `Yes. Consider the ${deed.keyword} settled.`,
    `I have taken care of the ${deed.keyword} and you will find everything in the usual folder.`,
  ]);
}

export function thanks(d: Dice): string {
  return d.pick([
    'Wonderful, thank you.',
    'Many thanks, that was quick.',
    'Perfect, that is all I wanted.',
    'Thank you for the note.',
  ]);
}

export function smallTalk(d: Dice, count: number): string {
  return d
    .some(
      [
        'The meeting yesterday went on for longer than anybody had wished.',
        'It has been raining here for four days.',
        'We are making good progress with the rest.',
        'The new colleague started on Monday and has already found the coffee.',
        'I was in the workshop for most of the week.',
        'Everything else is as we discussed on the telephone.',
        'The committee was pleased with the first results.',
        'There is no news from the ministry so far.',
        'The van is back from the garage.',
        'Our side of the work is nearly finished.',
      ],
      count,
    )
    .join(' ');
}

export function news(d: Dice): { readonly subject: string; readonly text: string; readonly keyword: string } {
  return d.pick([
    {
      subject: 'The bees have arrived',
      keyword: 'beehives',
      text: 'Both beehives are standing behind the shed now. The beekeeper says they will be calm by Sunday.',
    },
    {
      subject: 'Result of the tombola',
      keyword: 'tombola',
      text: 'The tombola brought in more than last year, and the piano was won by a man without a house.',
    },
    {
      subject: 'Back from the mountains',
      keyword: 'glacier',
      text: 'We came back last night. The glacier has lost another forty metres since we were there together.',
    },
    {
      subject: 'New bakery',
      keyword: 'rye bread',
      text: 'The bakery on the corner has opened again and the rye bread is as it was under the old baker.',
    },
    {
      subject: 'Minutes of the reading circle',
      keyword: 'reading circle',
      text: 'The reading circle has chosen a novel of nine hundred pages for the winter. I was against it.',
    },
  ]);
}

export const NEWSLETTERS: readonly {
  readonly sender: string;
  readonly subject: string;
  readonly keyword: string;
  readonly text: string;
}[] = [
  {
    sender: 'Gear Weekly',
    subject: 'Our autumn sale ends soon',
    keyword: 'headlamps',
    text: 'Could you need new headlamps? Order by Sunday and save a third. Unsubscribe at any time.',
  },
  {
    sender: 'The Puzzle Post',
    subject: 'Can you solve number 88?',
    keyword: 'puzzle of the week',
    text: 'Can you solve the puzzle of the week by Friday? Send in your answer and win. Unsubscribe at any time.',
  },
  {
    sender: 'Streamline',
    subject: 'Please confirm your taste',
    keyword: 'film suggestions',
    text: 'Please rate our film suggestions by tomorrow so that we learn what you like. This is an automatic message.',
  },
  {
    sender: 'Garden Letter',
    subject: 'Bulbs, bulbs, bulbs',
    keyword: 'tulip bulbs',
    text: 'Have you planted your tulip bulbs? Would you like to order more before the 30th? Unsubscribe at any time.',
  },
  {
    sender: 'Loyalty Points',
    subject: 'Your points expire',
    keyword: 'bonus points',
    text: 'Please use your bonus points by the end of the month. Do not reply to this message.',
  },
];

function deed(verb: string, gerund: string, article: string, keyword: string, clause: string): Deed {
  return {
    verb: `${verb} ${article} ${keyword}`,
    gerund: `${gerund} ${article} ${keyword}`,
    whether: `whether the ${keyword} ${clause}`,
    keyword,
  };
}
