import { TABLE, type Phrasing } from '../phrasings.ts';
import { dice, type Dice } from '../write/dice.ts';
import { utf8 } from '../write/encodings.ts';
import type { Person } from '../write/mime.ts';
import { nothing, type Case, type Fact, type World } from '../world.ts';
import { addDays, continental, instant, longDate, MONTHS, ownerSettings, people, upperFirst, ZONES } from './words.ts';

/** Two tables; every figure asked for is computed here from the rows as they were thrown. */
export function tableWorld(seed: number, heldOut: boolean): World {
  const d = dice(`table ${seed}`);
  const zone = d.pick(ZONES);
  const [owner] = people(d, 1) as [Person];
  const today = d.day('2025-07-01', '2027-09-01');
  const [asked, other] = d.some(SUBJECTS, 2).map((subject) => fill(d, subject, today)) as [Filled, Filled];

  const usable = TABLE.filter((phrasing) => phrasing.heldOut === heldOut);
  const cases: Case[] = [0, 1, 2].map((i) => {
    const phrasing = usable[(seed * 3 + i) % usable.length] as (typeof usable)[number];
    const group = d.pick(asked.subject.groups);
    const row = d.pick(asked.rows);
    const value = row.groups[group.name] ?? '';
    const month = row.date.slice(0, 7);
    return {
      goal: upperFirst(
        phrasing.text
          .replace('{measure}', asked.subject.measure)
          .replace('{table}', asked.subject.table)
          .replace('{column}', group.name)
          .replace('{value}', value)
          .replace('{month}', `${MONTHS[Number(month.slice(5)) - 1] ?? ''} ${month.slice(0, 4)}`),
      ),
      phrasing: phrasing.name,
      heldOut,
      expect: {
        ...nothing,
        kinds: ['query-table'],
        outcomes: ['answered'],
        facts: truth(aboutOf(phrasing), asked.rows, group.name, value, month),
      },
    };
  });
  return {
    method: 'table',
    seed,
    owner: ownerSettings(owner, zone),
    now: instant(today, 9 * 60, zone),
    files: [asked, other].map(({ subject, rows, style }) => ({
      path: `tables/${subject.table}.${style === 'tabs' ? 'tsv' : 'csv'}`,
      bytes: utf8(written(subject, rows, style)),
      text: null,
    })),
    cases,
  };
}

interface Subject {
  readonly table: string;
  readonly date: string;
  readonly measure: string;
  /** Smallest and largest value, in hundredths. */
  readonly range: readonly [number, number];
  readonly groups: readonly { readonly name: string; readonly values: readonly string[] }[];
}

interface Row {
  readonly date: string;
  readonly value: number;
  readonly groups: Readonly<Record<string, string>>;
}

type Style = 'plain' | 'tabs' | 'continental' | 'thousands';

interface Filled {
  readonly subject: Subject;
  readonly rows: readonly Row[];
  readonly style: Style;
}

const SUBJECTS: readonly Subject[] = [
  {
    table: 'harvest',
    date: 'Picked on',
    measure: 'kilograms',
    range: [1500, 90000],
    groups: [
      { name: 'orchard', values: ['Hillside', 'Lower Field', 'Riverbank', 'Chapel', 'Quarry'] },
      { name: 'variety', values: ['Gravenstein', 'Boskoop', 'Cox', 'Reinette'] },
    ],
  },
  {
    table: 'donations',
    date: 'Received',
    measure: 'donation',
    range: [500, 250000],
    groups: [
      { name: 'campaign', values: ['Lifeboat', 'Winter Shelter', 'School Meals', 'Reforestation'] },
      { name: 'channel', values: ['Letter', 'Website', 'Street', 'Gala'] },
    ],
  },
  {
    table: 'repairs',
    date: 'Day',
    measure: 'cost',
    range: [2000, 400000],
    groups: [
      { name: 'vehicle', values: ['Van 1', 'Van 2', 'Tipper', 'Sweeper', 'Mobile Crane'] },
      { name: 'workshop', values: ['Brandt', 'Olofsson', 'Municipal'] },
      { name: 'cause', values: ['Tyres', 'Brakes', 'Engine', 'Electrics'] },
    ],
  },
  {
    table: 'shipments',
    date: 'Shipped',
    measure: 'revenue',
    range: [8000, 1900000],
    groups: [
      { name: 'region', values: ['Baltic', 'Iberia', 'Balkans', 'Benelux', 'Alps'] },
      { name: 'product', values: ['Looms', 'Spindles', 'Needles', 'Dyes'] },
    ],
  },
  {
    table: 'energy',
    date: 'Reading',
    measure: 'consumption',
    range: [900, 60000],
    groups: [
      { name: 'building', values: ['Town Hall', 'Swimming Pool', 'Depot', 'Kindergarten'] },
      { name: 'source', values: ['Grid', 'Solar', 'District Heat'] },
    ],
  },
];

function fill(d: Dice, subject: Subject, today: string): Filled {
  const from = addDays(today, -d.whole(120, 330));
  const rows = Array.from({ length: d.whole(35, 140) }, () => ({
    date: d.day(from, addDays(today, -1)),
    value: d.whole(subject.range[0], subject.range[1]) / 100,
    groups: Object.fromEntries(subject.groups.map((group) => [group.name, d.pick(group.values)])),
  }));
  return {
    subject,
    rows: d.chance(0.5) ? rows : rows.sort((a, b) => (a.date < b.date ? -1 : 1)),
    style: d.pick(['plain', 'tabs', 'continental', 'thousands']),
  };
}

function written(subject: Subject, rows: readonly Row[], style: Style): string {
  const separator = { plain: ',', tabs: '\t', continental: ';', thousands: ',' }[style];
  const head = [subject.date, ...subject.groups.map((group) => upperFirst(group.name)), upperFirst(subject.measure)];
  const lines = rows.map((row) => [
    dateCell(row.date, style),
    ...subject.groups.map((group) => row.groups[group.name] ?? ''),
    numberCell(row.value, style),
  ]);
  return `${[head, ...lines].map((cells) => cells.join(separator)).join('\n')}\n`;
}

function dateCell(date: string, style: Style): string {
  if (style === 'continental') return date.split('-').reverse().join('.');
  return style === 'thousands' ? longDate(date) : date;
}

function numberCell(value: number, style: Style): string {
  if (style === 'continental') return continental(value);
  if (style === 'thousands') return `"${value.toFixed(2).replaceAll(/\B(?=(\d{3})+\.)/g, ',')}"`;
  return value.toFixed(2);
}

/** The largest value is asked for over one group's rows or over all, as the phrasing names a value or none. */
function aboutOf(phrasing: Phrasing): string {
  return phrasing.about === 'largest' && !phrasing.text.includes('{value}') ? 'largest-of-all' : phrasing.about;
}

function truth(about: string, rows: readonly Row[], group: string, value: string, month: string): Fact[] {
  const of = rows.filter((row) => row.groups[group] === value);
  const totals = grouped(rows, (row) => row.groups[group] ?? '');
  const ranked = [...totals].sort((a, b) => b[1] - a[1]);
  const labelled = ([label, total]: readonly [string, number]): Fact => ({
    name: `${label}: ${total}`,
    in: 'statement',
    all: [{ text: [label] }, { number: total }],
  });
  if (about === 'total') return [figure('total', sum(rows))];
  if (about === 'total-where') return [figure(`total of ${value}`, sum(of))];
  if (about === 'mean') return [figure(`mean of ${value}`, cents(sum(of) / of.length))];
  if (about === 'count') return [figure(`rows with ${value}`, of.length)];
  if (about === 'month') return [figure(`total in ${month}`, sum(rows.filter((row) => row.date.startsWith(month))))];
  if (about === 'value-month') {
    return [figure(`total of ${value} in ${month}`, sum(of.filter((row) => row.date.startsWith(month))))];
  }
  if (about === 'lowest') return ranked.slice(-1).map(labelled);
  if (about === 'largest-of-all') return [figure('largest', Math.max(...rows.map((row) => row.value)))];
  if (about === 'largest') return [figure(`largest of ${value}`, Math.max(...of.map((row) => row.value)))];
  if (about === 'by-group') return ranked.map(labelled);
  if (about === 'highest') return ranked.slice(0, 1).map(labelled);
  if (about === 'top') return ranked.slice(0, 3).map(labelled);
  if (about === 'trend')
    return [...grouped(rows, (row) => row.date.slice(0, 7))].map(([label, total]) => ({
      name: `${label}: ${total}`,
      in: 'statement',
      all: [{ text: monthForms(label) }, { number: total }],
    }));
  throw new Error(`No truth is known about "${about}"`);
}

function figure(name: string, value: number): Fact {
  return { name: `${name}: ${value}`, in: 'statement', all: [{ number: value }] };
}

function grouped(rows: readonly Row[], key: (row: Row) => string): Map<string, number> {
  const keys = [...new Set(rows.map(key))].sort();
  return new Map(keys.map((name) => [name, sum(rows.filter((row) => key(row) === name))]));
}

/** Exact in hundredths. */
function sum(rows: readonly Row[]): number {
  return rows.reduce((total, row) => total + Math.round(row.value * 100), 0) / 100;
}

function cents(value: number): number {
  return Math.round(value * 100) / 100;
}

function monthForms(month: string): string[] {
  const name = MONTHS[Number(month.slice(5)) - 1] ?? '';
  const year = month.slice(0, 4);
  return [month, `${name} ${year}`, `${name.slice(0, 3)} ${year}`, `${month.slice(5)}/${year}`];
}
