import type { Inventory } from '#core/planner/goal.ts';
import type { Dice } from '../write/dice.ts';

/** An invented vault, as far as goals are about it. */
export interface TrainingWorld {
  readonly inventory: Inventory;
  readonly people: readonly string[];
  readonly topics: readonly string[];
}

const words = (list: string): readonly string[] => list.trim().split(/\s+/);

const GIVEN =
  words(`Alice Bob Carol David Emma Frank Grace Henry Isabel Jack Karen Liam Maria Nina Oliver Paula Robert Sarah Thomas
  Ursula Vera Walter Yvonne Zoe Anna Ben Clara Daniel Eva Felix Greta Hugo Ines Jonas Katja Lukas Mia Noah Otto Pia Ralf Sofia Tim
  Uwe Victor Wendy Ximena Yara Adrian Beatrice Claude Diana Eric Fiona George Helen Ivan Julia Kevin Laura Martin Natalie Oscar Peter
  Rachel Simon Tina Vincent William Zara Tomas Will Mark Ahmed Priya Chen Kenji Olga Pavel Ingrid Lars Sven Björn Chloé José Rosa
  Miguel Luca Giulia Marco Paolo Francesca Joao Ana Pedro Amina Kofi Ngozi Raj Sanjay Mei Hiro Yuki Jean Pierre Marie Hans Karl`);
const FAMILY =
  words(`Smith Jones Brown Miller Davis Wilson Moore Taylor Anderson Thomas Jackson White Harris Martin Clark Lewis Young
  King Wright Hill Green Baker Adams Nelson Carter Mitchell Roberts Turner Phillips Campbell Parker Evans Edwards Collins Müller
  Schmidt Schneider Fischer Weber Wagner Becker Hoffmann Koch Richter Wolf Rossi Russo Bianchi Ferrari Garcia Lopez Martinez Sanchez
  Perez Dupont Durand Leroy Moreau Petit Roux Jansen Visser Bakker Silva Santos Costa Pereira Berg Lund Nilsson Hansen Okafor Mensah
  Patel Singh Kumar Tanaka Suzuki Sato Kim Lee Wang Novak Horvat Kowalski Ivanov Petrov Grant Whitfield Marsh Holt Frost Stone`);
const PROJECTS =
  words(`Kestrel Harbour Aurora Atlas Phoenix Mercury Apollo Titan Orion Neptune Falcon Eagle Sparrow Heron Osprey Lighthouse
  Bridge Meadow Canyon Glacier Summit Horizon Pioneer Voyager Beacon Anchor Compass Cobalt Amber Quartz Saffron Juniper Willow Cedar
  Maple Oakwood Riverside Hilltop Northgate Southbank Eastfield Westend Millhouse Orchard Greenhouse Rooftop Basement Gateway Mosaic
  Prism Vertex Helix Nimbus Zenith Echo Delta Omega Sigma Nova`);
const PROJECT_TAILS = [
  '',
  '',
  '',
  '',
  ' project',
  ' renovation',
  ' migration',
  ' launch',
  ' budget',
  ' extension',
  ' move',
  ' rollout',
  ' redesign',
  ' audit',
  ' campaign',
  ' garden',
  ' roof',
  ' contract',
  ' study',
];
const SUBJECTS =
  words(`budget roof kitchen invoice contract holiday party crane website delivery insurance school garden trip server
  training hiring newsletter exhibition concert boiler elevator parking lease survey audit warehouse prototype brochure logo merger
  bicycle tournament wedding festival harvest tax pension software backup printer catering menu heating windows painting flood`);

const MEASURES =
  words(`amount revenue cost costs price quantity units hours weight distance expenses sales salary score rating profit
  turnover income spending consumption stock balance fee fees wages kilometres kilograms litres visitors donations subscribers clicks
  downloads calories steps mileage rainfall temperature output yield margin budget points goals tickets bookings nights guests tips
  payments purchases refunds taxes rent usage energy water power fuel savings interest loans volume area length height speed duration
  attendance enrolment members copies pages words errors defects complaints calls messages minutes days tons pallets boxes bottles eggs
  milk honey apples wood kilowatt euros dollars pounds contribution deposit premium bonus commission discount shipping postage toll`);
const GROUPS =
  words(`region category customer product department employee supplier team country city store shop channel type status project
  client month vendor branch office brand model colour size supplier room building floor machine vehicle driver route station sensor
  species variety field orchard farm animal breed class course teacher student school subject grade sport player club league season
  author genre publisher title album artist label platform device browser campaign source medium account payee method currency bank
  manager owner salesperson agent warehouse carrier port ship dock gate shift task activity cause reason priority rating warranty
  workshop donor charity event venue speaker sponsor menu dish ingredient recipe cook table waiter`);
const TABLES =
  words(`expenses orders sales invoices staff payments bookings shipments inventory donations subscriptions hours harvest repairs
  energy trips members purchases tickets readings measurements results grades scores workouts runs meals recipes books films songs
  visitors attendance rentals leases deliveries returns refunds budget ledger transactions accounts contacts assets devices vehicles
  timesheet fuel water yields catches sightings plants animals patients samples experiments tests surveys votes loans fines`);
const VALUES =
  words(`North South East West Travel Hotels Software Office Food Rent Marketing Training Nordwind Larkfield Mistral Pinewood
  Berlin Paris London Madrid Rome Vienna Oslo Hamburg Lyon Porto Utrecht Chicago Boston Tokyo Approved Pending Rejected Open Closed
  Monday Blue Red Green Small Large Express Standard Premium Basic Alpha Beta Gamma Cash Card Transfer Online Retail Wholesale Oak
  Apple Pear Plum Cherry Wheat Barley Maize Bus Train Car Bicycle Ferry Alps Baltic Balkans Iberia Benelux Nordics Kitchen Garage
  Garden Cellar Workshop Depot Museum Library School Hospital Hall Engine Brakes Tyres Battery Screen Keyboard Mouse Printer Cable
  Rice Bread Cheese Coffee Tea Wine Beer Juice Anchor Beacon Compass Lantern Tulip Rose Lily Fern Dog Cat Horse Sheep Goat Salmon`);
const VALUE_TAILS = [
  '',
  '',
  '',
  '',
  '',
  ' GmbH',
  ' Ltd',
  ' Street',
  ' Hall',
  ' Field',
  ' 1',
  ' 2',
  ' Office',
  ' Supplies',
  ' Park',
  ' Mill',
];
const UNITS = ['', '', '', '', ' (EUR)', ' EUR', ' total', ' per unit', ' net'];
const SYLLABLES = words(
  'ba bel cor dan el fen gar hol in jor kal lim mar nor os pel quin ras sol tam ul ver wil yan zor',
);

export function coined(d: Dice): string {
  const word = d.some(SYLLABLES, d.whole(2, 3)).join('');
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function trainingWorld(d: Dice): TrainingWorld {
  const people = Array.from({ length: d.whole(4, 14) }, () => {
    const given = d.chance(0.85) ? d.pick(GIVEN) : coined(d);
    return `${given} ${d.chance(0.7) ? d.pick(FAMILY) : coined(d)}`;
  });
  const topics = Array.from({ length: d.whole(2, 5) }, () =>
    d.chance(0.8)
      ? `${d.chance(0.75) ? d.pick(PROJECTS) : coined(d)}${d.pick(PROJECT_TAILS)}`
      : `${d.pick(SUBJECTS)} ${d.pick(SUBJECTS)}`,
  );
  const tables = Array.from({ length: d.whole(0, 3) }, () => table(d, people));
  const tails = [
    'kickoff',
    'notes',
    'minutes',
    'plan',
    'budget',
    'report',
    'decision',
    'contract',
    'overview',
    'rules',
    'manual',
  ];
  const documents = [...topics.filter(() => d.chance(0.8)), d.pick(SUBJECTS), d.pick(SUBJECTS)].map((topic) => {
    const title = d.chance(0.7) ? `${topic} ${d.pick(tails)}` : topic;
    return { title, path: `notes/${title.toLowerCase().replaceAll(' ', '-')}.md` };
  });
  const owned = people.slice(0, d.whole(0, 3));
  return {
    people,
    topics,
    inventory: {
      sources: [],
      messages: 100,
      events: 40,
      documents,
      tables,
      people: people.map((name) => ({ name, address: `${name.toLowerCase().replace(' ', '.')}@example.com` })),
      calendars: owned.map((name) => ({ name, owner: `${name.toLowerCase().replace(' ', '.')}@example.com` })),
    },
  };
}

function table(d: Dice, people: readonly string[]): Inventory['tables'][number] {
  const name = d.chance(0.9) ? d.pick(TABLES) : coined(d).toLowerCase();
  const groups = d.some(GROUPS, d.whole(1, 4)).map((group) => (d.chance(0.1) ? coined(d) : group));
  const measures = d
    .some(MEASURES, d.whole(1, 3))
    .map((measure) => `${d.chance(0.06) ? coined(d) : measure}${d.pick(UNITS)}`);
  const values = Object.fromEntries(
    groups.map((group) => [
      group,
      Array.from({ length: d.whole(2, 6) }, () => {
        if (/^(?:customer|employee|client|owner|manager|driver|author|agent)$/.test(group) && d.chance(0.7))
          return d.pick(people);
        return `${d.chance(0.85) ? d.pick(VALUES) : coined(d)}${d.pick(VALUE_TAILS)}`;
      }),
    ]),
  );
  return {
    name,
    path: `tables/${name}.csv`,
    columns: [
      { name: d.pick(['Date', 'Day', 'date', 'Booked on', 'When']), type: 'date', unit: '' },
      ...groups.map((group) => ({
        name: d.chance(0.5) ? group : group.charAt(0).toUpperCase() + group.slice(1),
        type: 'text',
        unit: '',
      })),
      ...measures.map((measure) => ({
        name: d.chance(0.5) ? measure : measure.charAt(0).toUpperCase() + measure.slice(1),
        type: 'number',
        unit: '',
      })),
    ],
    rows: 100,
    values,
    numbering: [],
  };
}
