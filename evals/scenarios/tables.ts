import type { Scenario } from './scenario.ts';

const ORDERS = {
  from: 'texts',
  texts: {
    'orders.csv':
      'Order,Region,Amount\nA1,North,120.50\nA2,South,80.00\nA3,North,60.25\nA4,South,310.75\nA5,West,45.00\nA6,North,19.25\n',
  },
} as const;

/** Tables: sums, ranks, counts, months, and one thing against another. */
export const TABLES: readonly Scenario[] = [
  {
    id: 'table/sum-of-one',
    title: 'A sum over the rows of one',
    about: 'table',
    files: { from: 'table', seed: 301 },
    goal: 'What is the sum of cost where vehicle is Sweeper?',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/by-group',
    title: 'A sum for each',
    about: 'table',
    files: { from: 'table', seed: 301 },
    goal: 'Total cost by vehicle',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/mean',
    title: 'An average over the rows of one',
    about: 'table',
    files: { from: 'table', seed: 302 },
    goal: 'What is the average consumption for Town Hall?',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/top-three',
    title: 'The first three',
    about: 'table',
    files: { from: 'table', seed: 303 },
    goal: 'Top 3 cause by cost',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/count',
    title: 'How many rows',
    about: 'table',
    files: { from: 'table', seed: 304 },
    goal: 'How many rows in donations have channel Website?',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/month',
    title: 'A sum over one month',
    about: 'table',
    files: { from: 'table', seed: 305 },
    goal: 'Total consumption in September 2025',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'table/sample-expenses',
    title: 'Expenses by category since a month, of the sample',
    about: 'table',
    files: { from: 'sample' },
    goal: 'Total expenses by category since September',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'comparison/highest',
    title: 'Which of all has the most',
    about: 'comparison',
    files: { from: 'table', seed: 303 },
    goal: 'Which workshop has the highest total cost?',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'comparison/lowest',
    title: 'Which of all has the least',
    about: 'comparison',
    files: { from: 'table', seed: 307 },
    goal: 'Which building had the least consumption?',
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
  {
    id: 'comparison/two-values',
    title: 'One value against another',
    about: 'comparison',
    files: ORDERS,
    goal: 'Compare the total Amount of North and South',
    ends: {
      status: 'complete',
      expect: {
        outcomes: ['answered'],
        facts: [
          { name: 'North: 200', in: 'statement', all: [{ text: ['North'] }, { number: 200 }] },
          { name: 'South: 390.75', in: 'statement', all: [{ text: ['South'] }, { number: 390.75 }] },
        ],
      },
    },
  },
  {
    id: 'comparison/which-of-two',
    title: 'Which of two has more',
    about: 'comparison',
    files: ORDERS,
    goal: 'Which region has more Amount, North or South?',
    ends: {
      status: 'complete',
      expect: {
        outcomes: ['answered'],
        facts: [{ name: 'South: 390.75', in: 'statement', all: [{ text: ['South'] }, { number: 390.75 }] }],
      },
    },
  },
  {
    id: 'table/torn-table',
    title: 'A table that ends in the middle of a row: the owner is told of the row that is not whole',
    about: 'table',
    files: ORDERS,
    goal: 'What is the sum of Amount where Region is North?',
    fault: { kind: 'torn-file', file: 'orders.csv', share: 0.93 },
    ends: { status: 'complete', told: ['orders.csv', 'ragged-row'] },
  },
  {
    id: 'table/unreadable-table',
    title: 'A table of noise: the owner is told, and no sum is made up',
    about: 'table',
    files: { from: 'table', seed: 306 },
    goal: 'Total donation for Lifeboat in April 2027',
    fault: { kind: 'unreadable-file', file: 'tables/donations.csv' },
    ends: { status: 'complete', refused: 1, told: ['tables/donations.csv'], never: ['The sum of Donation'] },
  },
  {
    id: 'table/step-fails-once',
    title: 'A table that cannot be read once is read again',
    about: 'table',
    files: { from: 'table', seed: 304 },
    goal: 'Count the entries with campaign Lifeboat',
    fault: { kind: 'step-fails', tool: 'read-table', times: 1 },
    ends: { status: 'complete', truth: 'of-goal', cards: 0 },
  },
];
