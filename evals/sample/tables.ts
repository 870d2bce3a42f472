import { utf8 } from '../write/encodings.ts';
import { dice, type Dice } from '../write/dice.ts';

/** The sample's tables: expenses, project hours, quotations, and a price list with decimal commas. */
export function sampleTables(): { readonly path: string; readonly bytes: Uint8Array }[] {
  return [
    { path: 'tables/expenses.csv', bytes: utf8(expenses(dice('expenses'))) },
    { path: 'tables/hours.tsv', bytes: utf8(hours(dice('hours'))) },
    { path: 'tables/quotes.csv', bytes: utf8(quotes(dice('quotes'))) },
    { path: 'tables/materials.csv', bytes: utf8(materials(dice('materials'))) },
  ];
}

const PEOPLE = [
  'Alex Moreau',
  'Mara Lindqvist',
  'Tomasz Wieczorek',
  'Inès Carvalho',
  'Jonas Abel',
  'Priya Raman',
  'Noor Haddad',
];
const PROJECTS = ['Harbour Library', 'Vallon School', 'Mill Conversion', 'Quay Pavilion', 'Office'];

function expenses(d: Dice): string {
  const kinds = {
    Travel: ['Train to Sérigny', 'Taxi to the site', 'Night train', 'Rental car', 'Tram tickets'],
    Printing: ['A0 plots', 'Brochures, 40 copies', 'Model photographs'],
    Materials: ['Cardboard and glue', 'Brick samples', 'Basswood for the model', 'Survey spray'],
    Software: ['Licence, structural program', 'Cloud storage', 'Font licence'],
    Meals: ['Lunch with the client', 'Soup for the site meeting', 'Jury dinner'],
    Training: ['Seminar, fire protection', 'Book, timber details'],
  };
  const ceiling: Readonly<Record<string, number>> = {
    Travel: 320,
    Printing: 410,
    Materials: 280,
    Software: 900,
    Meals: 160,
    Training: 640,
  };
  const rows = Array.from({ length: 126 }, () => {
    const category = d.pick(Object.keys(kinds) as (keyof typeof kinds)[]);
    return [
      d.day('2026-06-01', '2026-11-17'),
      d.pick(PEOPLE),
      d.pick(PROJECTS),
      category,
      quote(d.pick(kinds[category])),
      (d.whole(900, (ceiling[category] ?? 100) * 100) / 100).toFixed(2),
      d.chance(0.85) ? 'yes' : 'no',
    ];
  }).sort((a, b) => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1));
  return lines([['Date', 'Person', 'Project', 'Category', 'Description', 'Amount EUR', 'Receipt'], ...rows], ',');
}

/** How much of the working time a project takes, against the largest. */
const SHARE: Readonly<Record<string, number>> = {
  'Harbour Library': 1,
  'Vallon School': 0.8,
  'Mill Conversion': 0.6,
  'Quay Pavilion': 0.25,
  Office: 0.2,
};

function hours(d: Dice): string {
  const months = ['2026-06', '2026-07', '2026-08', '2026-09', '2026-10'];
  const rows = months.flatMap((month) =>
    PEOPLE.flatMap((person) =>
      PROJECTS.filter(() => d.chance(0.7)).map((project) => [
        month,
        person,
        project,
        String(Math.round(d.whole(30, 220) * (SHARE[project] ?? 1)) / 2),
      ]),
    ),
  );
  return lines([['Month', 'Person', 'Project', 'Hours'], ...rows], '\t');
}

function quotes(d: Dice): string {
  const regions = ['North', 'Coast', 'Valley', 'Abroad'];
  const clients = [
    'Entrepôts Lenoir',
    'Town of Vessin',
    'Vallon School',
    'Aldmoor Reprographics',
    'Corvane Hotels',
    'Parish of Sérigny',
    'Dubreuil Wines',
    'Whitcombe Tidewater Partners',
  ];
  const rows = Array.from({ length: 72 }, (_, i) => {
    const date = d.day('2026-01-08', '2026-11-13');
    return {
      date,
      cells: [
        date,
        d.pick(regions),
        quote(d.pick(clients)),
        d.pick(['Survey', 'Concept', 'Full service', 'Structural check']),
        String(d.whole(30, 1400) * 50),
        d.pick(['won', 'won', 'lost', 'open', 'open']),
      ],
      i,
    };
  }).sort((a, b) => (a.date < b.date ? -1 : 1));
  return lines(
    [
      ['Quote', 'Date', 'Region', 'Client', 'Service', 'Amount', 'Status'],
      ...rows.map((row, i) => [`2026-${String(i + 60).padStart(3, '0')}`, ...row.cells]),
    ],
    ',',
  );
}

function materials(d: Dice): string {
  const goods: readonly (readonly [string, string, number])[] = [
    ['Klinker Nr. 2', 'm²', 139],
    ['Brettschichtholz', 'm³', 812],
    ['Mikropfahl 9 m', 'Stück', 5420],
    ['Pendelleuchte 300', 'Stück', 389],
    ['Akustikplatte B', 'm²', 74],
    ['Akustikplatte C', 'm²', 60],
    ['Sportboden', 'm²', 96],
    ['Tür T30', 'Stück', 1180],
    ['Linde 25-30', 'Stück', 640],
  ];
  const suppliers = ['Rousset', 'Okafor', 'Bellini', 'Ferrer', 'Saalfeld'];
  const rows = Array.from({ length: 40 }, () => {
    const [name, unit, price] = d.pick(goods);
    const each = (price * d.whole(94, 109)) / 100;
    const count = d.whole(4, 160);
    const [year, month, day] = d.day('2026-07-01', '2026-11-12').split('-');
    return [
      `${day}.${month}.${year}`,
      name,
      d.pick(suppliers),
      String(count),
      unit,
      german(each),
      german(Math.round(each * count * 100) / 100),
    ];
  });
  return lines([['Datum', 'Ware', 'Lieferant', 'Menge', 'Einheit', 'Einzelpreis', 'Betrag'], ...rows], ';');
}

function german(value: number): string {
  const [whole = '', cents = ''] = value.toFixed(2).split('.');
  return `${whole.replaceAll(/\B(?=(\d{3})+$)/g, '.')},${cents}`;
}

const quote = (text: string) => (/[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const lines = (rows: readonly (readonly string[])[], separator: string) =>
  `${rows.map((row) => row.join(separator)).join('\n')}\n`;
