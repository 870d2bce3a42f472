import type { Dice } from '../write/dice.ts';
import type { Person } from '../write/mime.ts';
import type { Term } from '../world.ts';
import { english, longDate } from './words.ts';

/** One sentence that answers, the questions it answers, and what the answer must hold. */
export type Topic = (
  d: Dice,
  staff: readonly Person[],
) => {
  readonly sentence: string;
  readonly questions: readonly string[];
  readonly heldOut: readonly string[];
  readonly answer: readonly Term[];
};

export interface Book {
  readonly file: string;
  readonly title: string;
  readonly filler: readonly string[];
  readonly topics: readonly Topic[];
}

export const KNOWLEDGE: readonly Book[] = [
  {
    file: 'staff-handbook',
    title: 'Staff handbook',
    filler: [
      'The handbook is looked through every spring.',
      'Questions are welcome at any time.',
      'Older editions are no longer valid.',
    ],
    topics: [
      numeric(
        (n) => `Parental leave lasts ${n} weeks at full pay.`,
        8,
        30,
        ['How long is parental leave?', 'How many weeks of parental leave are there?'],
        ['What is the length of parental leave?', 'For how many weeks do I get parental leave?'],
      ),
      numeric(
        (n) => `The notice period after the trial months is ${n} weeks.`,
        3,
        12,
        ['What is the notice period?', 'How many weeks is the notice period after the trial months?'],
        ['How long is the notice period after the trial?'],
      ),
      numeric(
        (n) => `Employees may work from home on up to ${n} days a month.`,
        4,
        15,
        ['How many days a month may I work from home?', 'On how many days can employees work from home?'],
        ['How often may employees work from home in a month?'],
      ),
      numeric(
        (n) => `The training allowance is EUR ${english(n)} per person and year.`,
        400,
        2400,
        ['How high is the training allowance?', 'What is the training allowance per year?'],
        ['How much training allowance does a person get?'],
      ),
      named(
        (name) => `Complaints about harassment are handled in confidence by ${name}.`,
        ['Who handles complaints about harassment?'],
        ['To whom do complaints about harassment go?', 'Who is in charge of harassment complaints?'],
      ),
      fixed(
        'Sick notes are required from the third day of absence.',
        'third day',
        ['When are sick notes required?', 'From which day is a sick note required?'],
        ['When do I need a sick note in case of absence?'],
      ),
    ],
  },
  {
    file: 'laboratory-rules',
    title: 'Rules of the laboratory',
    filler: ['Coats are washed by the house.', 'The laboratory is on the second floor.', 'Visitors wear a badge.'],
    topics: [
      numeric(
        (n) => `Samples are stored at minus ${n} degrees.`,
        20,
        85,
        ['At what temperature are samples stored?', 'How cold are the samples stored?'],
        ['What is the storage temperature of the samples?'],
      ),
      numeric(
        (n) => `The centrifuge must not run faster than ${english(n)} revolutions per minute.`,
        3000,
        14000,
        ['How fast may the centrifuge run?', 'What is the maximum speed of the centrifuge in revolutions per minute?'],
        ['What is the limit for the centrifuge?'],
      ),
      fixed(
        'Acid waste goes into the red canister under the fume hood.',
        'red canister',
        ['Where does acid waste go?', 'Into which canister does acid waste go?'],
        ['Where do I put acid waste?'],
      ),
      named(
        (name) => `The key of the poison cabinet is kept by ${name}.`,
        ['Who keeps the key of the poison cabinet?', 'Who has the key to the poison cabinet?'],
        ['With whom is the poison cabinet key?'],
      ),
      numeric(
        (n) => `The eye wash stations are tested every ${n} days.`,
        7,
        60,
        ['How often are the eye wash stations tested?'],
        ['What is the testing interval of the eye wash stations in days?'],
      ),
    ],
  },
  {
    file: 'club-statutes',
    title: 'Statutes of the rowing club',
    filler: [
      'The club was founded by nine friends and one dog.',
      'The colours are white and green.',
      'The boathouse is heated in winter.',
    ],
    topics: [
      numeric(
        (n) => `The membership fee is EUR ${n} a year, half for students.`,
        60,
        320,
        ['How much is the membership fee?', 'What does membership cost a year?'],
        ['What is the yearly membership fee?'],
      ),
      dated(
        (date) => `The general assembly meets on ${longDate(date)}.`,
        ['When does the general assembly meet?', 'On which date is the general assembly?'],
        ['What is the date of the general assembly?'],
      ),
      numeric(
        (n) => `Changes of the statutes need the votes of ${n} percent of the members present.`,
        60,
        90,
        ['How many votes do changes of the statutes need?', 'What percentage is needed to change the statutes?'],
        ['What majority in percent do changes of the statutes need?'],
      ),
      named(
        (name) => `${name} is the treasurer of the club until the next election.`,
        ['Who is the treasurer of the club?', 'Who is treasurer?'],
        ['What is the name of the treasurer?'],
      ),
      fixed(
        'Boats may only be taken out when the wind is below four Beaufort.',
        'four Beaufort',
        ['When may boats be taken out?', 'Up to what wind may boats be taken out?'],
        ['How strong may the wind be when boats are taken out?'],
      ),
    ],
  },
  {
    file: 'house-manual',
    title: 'Manual of the holiday house',
    filler: [
      'The neighbours are friendly and hard of hearing.',
      'Firewood lies behind the house.',
      'Please strip the beds when you leave.',
    ],
    topics: [
      fixed(
        'The main water tap is behind the washing machine in the cellar.',
        'behind the washing machine',
        ['Where is the main water tap?'],
        ['Where do I find the main tap for the water?'],
      ),
      numeric(
        (n) => `The code of the key box is ${n}.`,
        1200,
        9800,
        ['What is the code of the key box?'],
        ['Which code opens the key box?'],
      ),
      fixed(
        'Rubbish is collected on Tuesdays, glass only in the first week of the month.',
        'Tuesdays',
        ['When is rubbish collected?', 'On which day is the rubbish collected?'],
        ['What day does the rubbish collection come?'],
      ),
      numeric(
        (n) => `The boiler holds ${n} litres of hot water.`,
        60,
        300,
        ['How many litres does the boiler hold?', 'How much hot water does the boiler hold?'],
        ['What is the capacity of the boiler in litres?'],
      ),
      named(
        (name) => `If the heating fails, call ${name} at the mill.`,
        ['Who do I call if the heating fails?', 'Whom should I call when the heating fails?'],
        ['Heating fails: who is to be called?'],
      ),
      dated(
        (date) => `The chimney was last swept on ${longDate(date)}.`,
        ['When was the chimney last swept?'],
        ['What was the last date the chimney was swept?'],
      ),
    ],
  },
  {
    file: 'lease-summary',
    title: 'Summary of the lease',
    filler: [
      'The summary is for quick reading only.',
      'Both parties hold one copy.',
      'The plan of the rooms is attached.',
    ],
    topics: [
      numeric(
        (n) => `The monthly rent is EUR ${english(n)} without heating.`,
        1100,
        9800,
        ['How high is the monthly rent?', 'What is the rent per month?'],
        ['How much rent is due each month?'],
      ),
      dated(
        (date) => `The lease ends on ${longDate(date)} unless it is renewed.`,
        ['When does the lease end?', 'Until when does the lease run?'],
        ['What is the end date of the lease?'],
      ),
      numeric(
        (n) => `The deposit amounts to EUR ${english(n)} and bears no interest.`,
        2000,
        24000,
        ['How much is the deposit?', 'What does the deposit amount to?'],
        ['How large a deposit was agreed?'],
      ),
      fixed(
        'Subletting is allowed only with the written consent of the landlady.',
        'written consent',
        ['Is subletting allowed?', 'Under what condition is subletting allowed?'],
        ['May I sublet, and what does subletting need?'],
      ),
      named(
        (name) => `The landlady is represented by ${name}.`,
        ['Who represents the landlady?', 'By whom is the landlady represented?'],
        ['Who is the representative of the landlady?'],
      ),
    ],
  },
  {
    file: 'expedition-diary',
    title: 'Diary of the expedition',
    filler: ['The weather did not improve.', 'We ate what there was.', 'The mules were in a better mood than we were.'],
    topics: [
      dated(
        (date) => `We reached the northern pass on ${longDate(date)}.`,
        ['When did the expedition reach the northern pass?', 'On what date was the northern pass reached?'],
        ['When did we get to the northern pass?'],
      ),
      numeric(
        (n) => `The base camp stood at ${english(n)} metres above the sea.`,
        1800,
        5200,
        ['How high was the base camp?', 'At how many metres stood the base camp?'],
        ['What was the altitude of the base camp in metres?'],
      ),
      numeric(
        (n) => `We collected ${n} species of moss on the eastern slope.`,
        11,
        90,
        ['How many species of moss were collected?', 'How many moss species did we collect on the eastern slope?'],
        ['What number of moss species was found on the eastern slope?'],
      ),
      named(
        (name) => `The broken theodolite was repaired by ${name} with a hairpin.`,
        ['Who repaired the theodolite?', 'By whom was the broken theodolite repaired?'],
        ['Who mended the broken theodolite with a hairpin?'],
      ),
    ],
  },
];

/** Nothing in the books answers these, though words of some occur. Every second one is held out. */
export const NOT_IN_FILES: readonly string[] = [
  'How many elephants live in the zoo?',
  'What is the population of Reykjavik?',
  'Who won the chess tournament in Mainz?',
  'What does a litre of diesel cost at the harbour?',
  'When was the opera house renovated?',
  'What is the serial number of the microscope?',
  'How tall is the lighthouse?',
  'Who designed the logo of the bakery?',
  'Which blood type does the patient have?',
  'What time does the ferry to the island leave?',
  'How many violins does the orchestra have?',
  'Who wrote the screenplay?',
];

type Made = ReturnType<Topic>;

function numeric(
  sentence: (n: number) => string,
  from: number,
  to: number,
  questions: readonly string[],
  heldOut: readonly string[],
): Topic {
  return (d): Made => {
    const n = d.whole(from, to);
    return { sentence: sentence(n), questions, heldOut, answer: [{ number: n }] };
  };
}

function named(sentence: (name: string) => string, questions: readonly string[], heldOut: readonly string[]): Topic {
  return (d, staff): Made => {
    const name = d.pick(staff).name;
    return { sentence: sentence(name), questions, heldOut, answer: [{ text: [name] }] };
  };
}

function dated(sentence: (date: string) => string, questions: readonly string[], heldOut: readonly string[]): Topic {
  return (d): Made => {
    const date = d.day('2024-02-01', '2028-11-30');
    return { sentence: sentence(date), questions, heldOut, answer: [{ date: [date] }] };
  };
}

function fixed(sentence: string, answer: string, questions: readonly string[], heldOut: readonly string[]): Topic {
  return (): Made => ({ sentence, questions, heldOut, answer: [{ text: [answer] }] });
}
