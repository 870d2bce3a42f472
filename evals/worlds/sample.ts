import { readFileSync } from 'node:fs';
import type { GoalKind } from '#core/planner/goal.ts';
import { sampleFiles } from '../sample/files.ts';
import { nothing, type Case, type Expectation, type Fact, type Interval, type Term, type World } from '../world.ts';
import { instant, ownerSettings } from './words.ts';

/** The sample vault with what a careful reader finds in it on 19 November 2026. */
export function sampleWorld(): World {
  const files = sampleFiles().filter((file) => file.path !== 'manifest.json');
  return {
    method: 'sample',
    seed: 0,
    files: files.map((file) => ({ ...file, text: SHOWN[file.path] ?? null })),
    owner: ownerSettings({ name: 'Alex Moreau', address: 'alex.moreau@example.org' }, ZONE),
    now: instant('2026-11-19', 9 * 60, ZONE),
    cases: [
      sample('asks', 'Summarise this mailbox: what is asked of me, by whom and by when?', 'summarise-mail', {
        facts: ASKS,
      }),
      sample('waiting', 'Who is still waiting for an answer from me?', 'summarise-mail', { facts: WAITING }),
      sample('meet', 'When can I meet Mara for 45 minutes next week, after lunch, not on Friday?', 'find-free-time', {
        slots: { minutes: 45, required: [on('23', 16, 17), on('26', 15, 17)], allowed: MEET },
      }),
      sample('report', 'Write the status report for the Harbour Library from these files', 'write-report', {
        facts: LIBRARY,
      }),
      sample('hotel', 'How much may a hotel cost according to the travel policy?', 'answer-question', {
        facts: [fact('130 a night', { number: 130 })],
      }),
      sample('flight', 'Whose consent does a flight need?', 'answer-question', {
        facts: [fact('a partner', text('partner'), text('flights'))],
      }),
      sample('nowhere', 'What is the name of the crane driver?', 'answer-question', { outcomes: ['not-found'] }),
      sample('expenses', 'Total expenses by category since September', 'query-table', {
        facts: categoriesSinceSeptember(),
      }),
      sample('hours', 'Which project took the most hours in October?', 'query-table', {
        facts: [busiestProjectInOctober()],
      }),
      sample('materials', 'What is the total Betrag for Klinker Nr. 2?', 'query-table', { facts: [totalForBrick()] }),
    ],
  };
}

const ZONE = 'Europe/Paris';

/** Text of the files whose bytes do not show it, as far as the cases need it. */
const SHOWN: Readonly<Record<string, string>> = {
  'documents/office/travel-policy.pdf': read('documents/office/travel-policy.txt'),
  'documents/mill-conversion/contract-summary.docx': read('documents/mill-conversion/contract-summary.txt'),
};

const ASKS: readonly Fact[] = [
  ask('Sylvie Rousset', 'sign it', '2026-11-24', '2026-11-23'),
  ask('Paul Okafor', 'approval', '2026-11-20'),
  ask('Lucía Ferrer', 'let me know', '2026-11-23'),
  ask('Daniel Whitcombe', 'confirm', '2026-11-25'),
  ask('Agnès Delorme', '6 %', '2026-11-24'),
  ask('Jonas Abel', 'send it to me', '2026-11-23'),
  ask('Mara Lindqvist', 'roof', '2026-11-20'),
  ask('Helena Brandt', 'two possible times', '2026-11-20'),
  ask('Inès Carvalho', 'A-214', '2026-11-25'),
  ask('Noor Haddad', 'car', '2026-11-19'),
];

const WAITING: readonly Fact[] = [
  waits('Sylvie Rousset'),
  waits('Paul Okafor'),
  waits('Lucía Ferrer'),
  waits('Daniel Whitcombe'),
  waits('Agnès Delorme'),
  waits('Helena Brandt'),
  waits('Birgit Saalfeld'),
  waits('Noor Haddad'),
  waits('Greta Holm'),
];

const LIBRARY: readonly Fact[] = [
  fact('handover on 24 May 2027', text('handover'), { date: ['2027-05-24'] }),
  fact('the handover was 3 May 2027 before', { date: ['2027-05-03'] }, { date: ['2027-05-24'] }),
  fact('budget of 11,560,000', text('budget'), { number: 11_560_000 }),
  fact('the budget was 11,400,000 before', { number: 11_400_000 }, { number: 11_560_000 }),
  fact('Mara Lindqvist has the facade', text('facade'), text('Mara Lindqvist')),
  fact('the slab was poured on 14 November', text('slab'), { date: ['2026-11-14'] }),
  fact('windows on 22 March 2027', text('windows'), { date: ['2027-03-22'] }),
];

const MEET: readonly Interval[] = [
  on('23', 12.25, 14.5),
  on('23', 16, 17),
  on('25', 12, 14),
  on('26', 12.25, 13.5),
  on('26', 15, 17),
];

function sample(name: string, goal: string, kind: GoalKind, expect: Partial<Expectation>): Case {
  return {
    goal,
    phrasing: `sample/${name}`,
    heldOut: false,
    expect: { ...nothing, kinds: [kind], outcomes: ['answered'], ...expect },
  };
}

function ask(who: string, keyword: string, ...dates: string[]): Fact {
  return fact(`${who} asks (${keyword}) by ${dates.join(' or ')}`, text(who), text(keyword), { date: dates });
}

function waits(who: string): Fact {
  return fact(`${who} waits`, text(who));
}

function fact(name: string, ...all: Term[]): Fact {
  return { name, in: 'statement', all };
}

function text(...forms: string[]): Term {
  return { text: forms };
}

function read(path: string): string {
  return readFileSync(new URL(`../sample/${path}`, import.meta.url), 'utf8');
}

/** Hours of a day in November 2026. */
function on(day: string, from: number, to: number): Interval {
  const date = `2026-11-${day}`;
  return { start: instant(date, from * 60, ZONE), end: instant(date, to * 60, ZONE) };
}

function categoriesSinceSeptember(): Fact[] {
  const rows = cells('tables/expenses.csv', ',').filter((row) => (row[0] ?? '') >= '2026-09-01');
  const of = (category: string) =>
    rows.filter((row) => row[3] === category).reduce((sum, row) => sum + Math.round(Number(row.at(-2)) * 100), 0) / 100;
  return [...new Set(rows.map((row) => row[3] ?? ''))].map((category) =>
    fact(`${category}: ${of(category)}`, text(category), { number: of(category) }),
  );
}

function busiestProjectInOctober(): Fact {
  const rows = cells('tables/hours.tsv', '\t').filter((row) => row[0] === '2026-10');
  const of = (project: string) =>
    rows.filter((row) => row[2] === project).reduce((sum, row) => sum + Number(row[3]), 0);
  const projects = [...new Set(rows.map((row) => row[2] ?? ''))].sort((a, b) => of(b) - of(a));
  const first = projects[0] ?? '';
  return fact(`${first}: ${of(first)} hours`, text(first), { number: of(first) });
}

function totalForBrick(): Fact {
  const rows = cells('tables/materials.csv', ';').filter((row) => row[1] === 'Klinker Nr. 2');
  const total =
    rows.reduce((sum, row) => sum + Math.round(Number((row[6] ?? '').replaceAll('.', '').replace(',', '.')) * 100), 0) /
    100;
  return fact(`total ${total}`, { number: total });
}

/** Rows without the head; the one quoted column of the sample's tables holds no separator that matters here. */
function cells(path: string, separator: string): string[][] {
  const file = sampleFiles().find((one) => one.path === path);
  const lines = Buffer.from(file?.bytes ?? [])
    .toString('utf8')
    .trim()
    .split('\n')
    .slice(1);
  return lines.map((line) => line.replaceAll(/"[^"]*"/g, 'quoted').split(separator));
}
