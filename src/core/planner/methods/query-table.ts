import type { Json } from '../../base/json.ts';
import { stem } from '../../text/stem.ts';
import { contentWords } from '../../text/words.ts';
import { cue, either, evidence, MAIL_WORDS } from '../cues.ts';
import type { GoalMethod } from '../goal-method.ts';
import type { GoalContext, Parameter } from '../goal.ts';
import { parameter, valueOf, type Option } from '../parameters.ts';
import { goalDates } from '../ranges.ts';
import { readGoal, type Reading } from '../reading.ts';
import {
  dateFilters,
  numberFilters,
  shownFilters,
  toolFilters,
  valueFilters,
  yesNoFilters,
  type TableFilter,
} from '../table-filters.ts';
import { askedOf, type TableQuestion } from '../table-question.ts';
import { mentionsOf, tableKey, type InventoryTable, type TableMentions } from '../table-words.ts';
import { useTool } from '../tool-use.ts';
import { VOCABULARY } from '../vocabulary.ts';

/** Words of reckoning: what a table is asked. */
const RECKON = [
  cue('how much|total|totals|sum|altogether|in all|overall', 0.5),
  cue(
    'how many|how often|(?<!\\b(?:phone|serial|invoice|account|reference|room|telephone|mobile|contract|policy|part|registration|model|version|page|flight|tracking) )number of|count',
    0.45,
  ),
  cue('average|mean|median|typical|on average', 0.6),
  cue(
    'highest|lowest|largest|smallest|biggest|greatest|most expensive|cheapest|least|fewest|top|bottom|best(?: selling)?|worst|maximum|minimum|max|min|most|rank\\w*|record',
    0.35,
  ),
  cue(
    'trends?|over time|develop(?:ed|ment)?|evol\\w+|month (?:by|over|on) month|year (?:by|over|on) year|growth|grow(?:n|ing)?|chang\\w+ over',
    0.5,
  ),
  cue(
    '(?:per|by|for each|each|every|grouped by|broken down by|split by) (?:\\w+ )?(?:day|week|month|quarter|year)|monthly|weekly|yearly|quarterly|daily|annual(?:ly)?',
    0.4,
  ),
  cue('break ?down|broken down|group(?:ed)? by|split by|distribution|compare|versus|vs', 0.35),
  cue('share|percent(?:age)?|proportion|fraction|ratio', 0.4),
  cue('distinct|unique|different', 0.3),
  cue('rows?|columns?|tables?|spreadsheets?|csv|sheet|records|entries|chart|plot|graph', 0.35),
  cue('spend|spent|cost|costs|earn|earned|sold|revenue|sales|expenses|turnover', 0.2),
  cue(
    '(?:did|do|does|have|has)(?: \\w+){1,3} (?:pay|paid|spend|spent|buy|bought|sell|sold|earn(?:ed)?|invoiced?)',
    0.3,
  ),
  cue('list|show|which|who', 0.1),
  cue('more than|less than|greater than|over|under|above|below|at least|at most|exceed\\w*', 0.15),
];

const AGAINST = [
  cue(MAIL_WORDS, 0.5),
  cue('(?:status|progress) (?:report|update)|write|draft', 0.6),
  cue('free|availab\\w+|slots?|meet', 0.3),
  cue('asked of me|waiting for|documents?|according to|notes|(?:my|the|our) files', 0.35),
  cue('why|how do|how can', 0.3),
];

export const queryTable: GoalMethod = {
  kind: 'query-table',

  score(reading, context) {
    const best = bestTable(reading, context);
    const reckon = evidence(reading.plain, RECKON);
    if (best === null)
      return /\b(?:tables?|spreadsheets?|csv|rows?|columns?)\b/.test(reading.plain) && reckon > 0.4 ? 0.5 : 0;
    const { mentions, weight } = best;
    const numeric = mentions.columns.some(({ column, strength }) => column.type === 'number' && strength >= 0.7);
    const narrowed = reading.dates.length > 0 || mentions.values.length > 0 || mentions.columns.length > 1;
    const plainly = numeric && narrowed && weight >= 0.45 ? 0.35 : 0;
    const base = either(plainly, reckon * Math.min(1, weight / WEIGHT_ENOUGH), weight * (reckon > 0.08 ? 1 : 0.5));
    const against = evidence(reading.plain, AGAINST) * (mentions.named ? 0.4 : 1);
    return base * (1 - against) * (asksOfTexts(reading, mentions, context) ? TEXTS_SHARE : 1);
  },

  parameters(reading, context) {
    const { tables } = context.inventory;
    const mentions = bestTable(reading, context)?.mentions ?? (tables[0] ? mentionsOf(reading, tables[0]) : null);
    const options = tables.map((table) => ({
      value: tableKey(table),
      label: tables.filter(({ name }) => name === table.name).length > 1 ? tableKey(table) : table.name,
    }));
    if (mentions === null) return build({ ...NOTHING, filters: [] }, '', options, []);
    const { between } = goalDates(reading, context.today.iso, 'past', 366);
    const question = askedOf(reading, mentions);
    const measure = mentions.table.columns.find(({ name }) => name === question.column) ?? question.measure;
    const dates = mentions.table.columns.find(({ name }) => name === question.dateColumn) ?? null;
    const named = valueFilters(reading, mentions, question.operation === 'share' ? [question.groupBy] : []);
    const switched = yesNoFilters(reading, mentions).filter(
      ({ column }) => column !== question.groupBy && !named.some((filter) => filter.column === column),
    );
    const filters = [
      ...named,
      ...switched,
      ...numberFilters(reading, mentions, measure),
      ...dateFilters(between, dates),
    ];
    const columns = mentions.table.columns.map(({ name }) => ({ value: name, label: name }));
    return build({ ...question, filters }, tableKey(mentions.table), options, columns);
  },

  restate(parameters, context) {
    const key = valueOf<string>(parameters, 'table');
    const table = context.inventory.tables.find((each) => tableKey(each) === key);
    const text = (name: string): string => valueOf<string>(parameters, name);
    const top = valueOf<number>(parameters, 'top');
    const shownTop = top === 0 ? '' : ` the ${text('order') === 'asc' ? 'lowest' : 'top'} ${String(top)} of`;
    const grouped = text('groupBy') === '' ? '' : ` by ${text('groupBy')}`;
    const period = text('period') === 'none' ? '' : ` by ${text('period')}`;
    const where = shownFilters(valueOf<TableFilter[]>(parameters, 'filters'));
    const what = OPERATION_WORDS[text('operation')] ?? 'List';
    return `${what}${shownTop}${text('column') === '' ? ' the rows' : ` ${text('column')}`}${grouped}${period} in ${table?.name ?? 'the table'}${where === '' ? '' : `, where ${where}`}.`;
  },

  missing({ inventory }) {
    return inventory.tables.length > 0 ? null : 'There is no table in your files; add one (.csv or .tsv).';
  },

  network({ parameters, text }, context) {
    const key = valueOf<string>(parameters, 'table');
    const table = context.inventory.tables.find((each) => tableKey(each) === key);
    const filters = valueOf<TableFilter[]>(parameters, 'filters');
    const where = shownFilters(filters);
    const unnamed = table === undefined ? '' : notNamed(text, parameters, table, context);
    const names = ['operation', 'column', 'groupBy', 'dateColumn', 'period', 'top', 'order'];
    return {
      sequence: [
        useTool({
          tool: 'read-table',
          title: `Read ${String(table?.rows ?? 0)} rows of ${table?.path ?? key}${where === '' ? '' : `, keeping those where ${where}`}`,
          args: { table: key, filters: toolFilters(filters) },
          produces: ['rows'],
          consumes: [],
        }),
        useTool({
          tool: 'compute-table',
          title: `${OPERATION_WORDS[valueOf<string>(parameters, 'operation')] ?? 'List'} ${valueOf<string>(parameters, 'column') || 'the rows'}${valueOf<string>(parameters, 'groupBy') === '' ? '' : ` by ${valueOf<string>(parameters, 'groupBy')}`}${unnamed === '' ? '' : `, where a row says “${unnamed}”`}`,
          args: {
            ...Object.fromEntries(names.map((name): [string, Json] => [name, valueOf(parameters, name)])),
            notGrouped: ungroupedBy(text, parameters),
            passedOver: passedOver(text, parameters),
            notNamed: unnamed,
          },
          produces: ['answer'],
          consumes: ['rows'],
        }),
      ],
    };
  },

  subtasks: {},
};

/** The word after "per" where no column, and no period, could be meant by it: '' when there is none. */
function ungroupedBy(text: string, parameters: readonly Parameter[]): string {
  const asked = /\b(?:per|for each|for every|(?:grouped|split|broken down) by)\s+([\p{L}-]+)/iu.exec(text)?.[1] ?? '';
  const second = /\b(?:per|by|for each)\s+[\p{L}-]+\s+and\s+(?:by\s+|per\s+)?([\p{L}-]+)/iu.exec(text)?.[1] ?? '';
  const columns = parameters.find(({ name }) => name === 'groupBy')?.options ?? [];
  if (valueOf<string>(parameters, 'groupBy') !== '' && columns.some(({ value }) => sameWord(value, second)))
    return valueOf<string>(parameters, 'groupBy').toLowerCase() === second.toLowerCase() ? '' : second;
  const rows = /^(?:row|record|entry|line|item|person|head|cent)$/i.test(asked);
  const split = valueOf<string>(parameters, 'groupBy') !== '' || valueOf<string>(parameters, 'period') !== 'none';
  return rows || split || valueOf<string>(parameters, 'operation') === 'list' ? '' : asked;
}

function sameWord(name: string, word: string): boolean {
  return word !== '' && name.toLowerCase() === word.toLowerCase();
}

/** "unpaid", where nothing in the table says what is paid: a word that should have narrowed the rows and did not. */
function passedOver(text: string, parameters: readonly Parameter[]): string {
  const columns = parameters.find(({ name }) => name === 'groupBy')?.options ?? [];
  const owed = /\b(?:owe[ds]?|owing)\b/i.exec(text)?.[0];
  if (owed !== undefined && !columns.some(({ value }) => TELLS_DEBT.test(value))) return owed;
  const said = NARROWS.exec(text)?.[0] ?? '';
  if (said === '') return '';
  const named = columns.some(({ value }) => value.toLowerCase().includes(said.toLowerCase().replace(/^un/, '')));
  return named || valueOf<TableFilter[]>(parameters, 'filters').length > 0 ? '' : said;
}

/** Columns that tell who owes what. */
const TELLS_DEBT = /\b(?:owe[ds]?|owing|due|balance|debt|outstanding|open|settled|paid(?! by)|status)\b/i;

/**
 * "average electricity bill", "spent at Aldi", where nothing known of the table is called so: words that should have
 * narrowed the rows. '' when something else narrows them.
 */
function notNamed(text: string, parameters: readonly Parameter[], table: InventoryTable, context: GoalContext): string {
  const dates = valueOf<string>(parameters, 'dateColumn');
  const narrowed = valueOf<TableFilter[]>(parameters, 'filters').some(({ column }) => column !== dates);
  const split = valueOf<string>(parameters, 'groupBy') !== '' || valueOf<string>(parameters, 'period') !== 'none';
  const reckoned = /^(?:sum|mean|median|min|max)$/.test(valueOf<string>(parameters, 'operation'));
  if (narrowed || split || !reckoned) return '';
  const reading = readGoal(text, context);
  const mentions = mentionsOf(reading, table);
  const words = uncovered(reading, mentions).filter((word) => {
    if (GENERIC.test(word.lower) || NARROWS.test(word.lower)) return false;
    const at = reading.words.findIndex(({ start }) => start === word.start);
    const before = reading.words.slice(Math.max(0, at - 2), at).map(({ lower }) => lower);
    const next = reading.words[at + 1]?.lower ?? '';
    const after = SPENT.test(next) || mentions.columns.some(({ start }) => start === at + 1);
    return after || /\b(?:on|for|of|at|from)(?: (?:the|my|our))?$/.test(before.join(' '));
  });
  return words.map((word) => reading.text.slice(word.start, word.end)).join(' ');
}

/** What a word before them says the kind of, whichever column they stand for. */
const SPENT =
  /^(?:costs?|expenses?|expenditures?|spending|bills?|payments?|fees?|purchases?|charges?|sales|revenue|income)$/;

/** Words beside a column that narrow nothing: how, when and how much, never of what. */
const GENERIC =
  /^(?:all|total|whole|entire|overall|grand|combined|average|mean|median|typical|usual|maximum|minimum|highest|lowest|largest|smallest|biggest|best|worst|most|least|more|less|single|one|different|distinct|unique|actual|current|recent|latest|last|next|past|previous|first|second|third|this|each|every|everything|everyone|everybody|anything|month|months|monthly|week|weeks|weekly|year|years|yearly|annual|quarter|quarters|quarterly|day|days|daily|date|time|times|far|now|today|row|rows|record|records|entry|entries|line|lines|item|items|table|tables|file|files|data|list|sheet|spreadsheet|number|numbers|amount|amounts|sum|sums|figure|figures|value|values|kind|kinds|type|types|category|categories|group|groups|overview|share|percentage|trend|chart|graph|plot|comparison|please|thanks|interest|long|course|example|instance)$/;

const NARROWS =
  /\b(?:unpaid|paid|overdue|outstanding|unsettled|settled|cancelled|canceled|delivered|undelivered|returned|shipped|approved|rejected|closed|completed|pending|active|inactive)\b/i;

/** What is left to a table of a question that texts answer better. */
const TEXTS_SHARE = 0.3;
/** "how much is the deposit", "what does the boat cost": one price, nothing added up. */
const ONE_PRICE =
  /^(?:and )?(?:how much (?:is|are|does|do|will|would|must|should|may|can)|what (?:is|are|does|do|will|would)(?=.*\b(?:price|cost|costs|fee|deposit|premium|rent|charge|fare)\b))\b/;
const RECKONED =
  /\b(?:total|sum|altogether|in all|overall|average|mean|median|spen[dt]|per|by|each|every|all|most|least|highest|lowest|largest|smallest|max\w*|min\w*|so far|share|percent\w*|left|owe[ds]?|outstanding)\b/;
const MODAL = /^(?:can|may|must|should|could|might|shall) (?!you\b|we see\b|i see\b|i have\b)/;

/** Prices and permissions stand in documents and mail, unless a column is named for them. */
function asksOfTexts(reading: Reading, mentions: TableMentions, { inventory }: GoalContext): boolean {
  if (inventory.documents.length + inventory.messages === 0 || mentions.named) return false;
  const { plain } = reading;
  if (MODAL.test(plain)) return true;
  if (!ONE_PRICE.test(plain) || RECKONED.test(plain)) return false;
  const spans = [...mentions.columns, ...mentions.values];
  const loose = contentWords(reading.text).some((word) => {
    const index = reading.words.findIndex((each) => each.start === word.start);
    return !spans.some(({ start, end }) => start <= index && index < end) && !VOCABULARY.has(word.lower);
  });
  const priced = mentions.table.columns.some(({ name }) => /\b(?:price|rate|fee|cost|tariff|fare)s?\b/i.test(name));
  const whole = mentions.values.some(({ value, start, end }) => value.split(/\s+/).length === end - start);
  return loose || (!priced && !whole && reading.dates.length === 0);
}

/** How much of a table must be mentioned for words of reckoning to count in full. */
const WEIGHT_ENOUGH = 0.25;

const OPERATION_WORDS: Readonly<Record<string, string>> = {
  sum: 'Add up',
  mean: 'Average',
  median: 'Find the median of',
  min: 'Find the lowest',
  max: 'Find the highest',
  count: 'Count',
  list: 'List',
  trend: 'Show the trend of',
  share: 'Work out the share of',
  distinct: 'List the different values of',
};

const NOTHING: TableQuestion = {
  operation: 'list',
  column: '',
  groupBy: '',
  dateColumn: '',
  period: 'none',
  top: 0,
  order: 'desc',
  measure: null,
};

function build(
  question: TableQuestion & { readonly filters: readonly TableFilter[] },
  table: string,
  tables: readonly Option[],
  columns: readonly Option[],
): ReturnType<GoalMethod['parameters']> {
  const choices = (values: readonly string[]): Option[] => values.map((value) => ({ value, label: value }));
  const none = { value: '', label: '' };
  return [
    parameter('table', 'Table', 'choice', table, 'files', tables),
    parameter(
      'operation',
      'Reckon',
      'choice',
      question.operation,
      'goal',
      choices(['sum', 'mean', 'median', 'min', 'max', 'count', 'list', 'trend', 'share', 'distinct']),
    ),
    parameter('column', 'Of column', 'text', question.column, 'files', [none, ...columns]),
    parameter('groupBy', 'For each', 'text', question.groupBy, question.groupBy === '' ? 'default' : 'goal', [
      none,
      ...columns,
    ]),
    parameter(
      'filters',
      'Only where',
      'filters',
      question.filters,
      question.filters.length > 0 ? 'goal' : 'default',
      columns,
    ),
    parameter('dateColumn', 'Date column', 'text', question.dateColumn, 'files', [none, ...columns]),
    parameter(
      'period',
      'By period',
      'choice',
      question.period,
      question.period === 'none' ? 'default' : 'goal',
      choices(['none', 'day', 'week', 'month', 'quarter', 'year']),
    ),
    parameter('top', 'Only the first (0 for all)', 'number', question.top, question.top === 0 ? 'default' : 'goal'),
    parameter('order', 'Order', 'choice', question.order, 'goal', [
      { value: 'desc', label: 'highest first' },
      { value: 'asc', label: 'lowest first' },
    ]),
  ];
}

/** The table that the goal mentions most of, with how much that is. */
function bestTable(reading: Reading, context: GoalContext): { mentions: TableMentions; weight: number } | null {
  let best: { mentions: TableMentions; weight: number } | null = null;
  for (const table of context.inventory.tables) {
    const mentions = mentionsOf(reading, table);
    const weight = weightOf(mentions, table) * fitness(reading, mentions, context);
    if (best === null || weight > best.weight) best = { mentions, weight };
  }
  return best;
}

/** How well the table can answer: a period needs dates, a reckoning numbers, and the other words a place in it. */
function fitness(reading: Reading, mentions: TableMentions, { inventory }: GoalContext): number {
  const { table } = mentions;
  const has = (type: string): boolean => table.columns.some((column) => column.type === type);
  const timed =
    reading.dates.length > 0 ||
    /\b(?:trend|per|by|each|over) (?:day|week|month|quarter|year|time)\b|\b(?:month|week|quarter|year|dai)ly\b|\bdevelop\w*|\bwhen\b/.test(
      reading.plain,
    );
  const summed = /\b(?:total|sum|average|mean|median|revenue|sales|spen[dt]|cost|earn\w*|trend)\b/.test(reading.plain);
  const loose = looseWords(reading, mentions);
  const counted = /\bhow many (\w+)/.exec(reading.plain)?.[1];
  const unknownCount =
    counted !== undefined &&
    mentions.values.every((mention) => isByTheWay(reading, mention)) &&
    !mentions.columns.some((mention) => reading.words[mention.start]?.lower === counted) &&
    !/^(?:rows?|records?|entries|lines|items|times)$/.test(counted) &&
    !isTableWord(stem(counted), table);
  const vague =
    mentions.values.length === 0 && !mentions.named && mentions.columns.every(({ strength }) => strength < 0.6);
  const elsewhere = loose.some((word) =>
    inventory.documents.some(({ title }) => contentWords(title).some((each) => each.stem === word.stem)),
  );
  return (
    (timed && !has('date') ? 0.4 : 1) *
    (summed && !has('number') ? 0.3 : 1) *
    0.78 ** loose.length *
    (elsewhere ? 0.4 : 1) *
    (unknownCount ? 0.3 : 1) *
    (vague && loose.length > 0 ? 0.6 : 1)
  );
}

/** Words of the goal that neither the table nor the language of goals knows. */
function looseWords(reading: Reading, mentions: TableMentions): ReturnType<typeof contentWords> {
  return uncovered(reading, mentions).filter((word) => !VOCABULARY.has(word.lower));
}

/** Words of the goal that no mention of the table and no date covers. */
function uncovered(reading: Reading, mentions: TableMentions): ReturnType<typeof contentWords> {
  const spans = [...mentions.columns, ...mentions.values];
  return contentWords(reading.text).filter((word) => {
    const index = reading.words.findIndex((each) => each.start === word.start);
    const covered =
      spans.some(({ start, end }) => start <= index && index < end) ||
      reading.dates.some((date) => date.start <= word.start && word.start < date.end);
    return !covered && !/^\d/.test(word.lower) && !isTableWord(word.stem, mentions.table);
  });
}

/** "the school", where the table has a Birken school: a common noun that may mean anything. */
function isByTheWay(reading: Reading, { value, start, end }: TableMentions['values'][number]): boolean {
  return end - start < value.split(/\s+/).length && /^\p{Ll}/u.test(reading.words[start]?.text ?? '');
}

function isTableWord(root: string, table: InventoryTable): boolean {
  return contentWords(`${table.name} ${table.path.split('/').at(-1) ?? ''}`.replace(/[_-]/g, ' ')).some(
    (word) => word.stem === root,
  );
}

function weightOf({ columns, values, named }: TableMentions, table: InventoryTable): number {
  const columnWeights = columns.map(({ strength, column }) => strength * (isCommon(column.name) ? 0.2 : 0.5));
  const valueWeights = [...new Set(values.map(({ start }) => start))].map(() => 0.4);
  return either(...columnWeights, ...valueWeights, named ? 0.45 : 0, Math.min(0.02, table.rows / 1e6));
}

/** Column names that any goal may hold by chance. */
function isCommon(name: string): boolean {
  return (
    [
      'date',
      'name',
      'id',
      'time',
      'status',
      'note',
      'type',
      'number',
      'title',
      'day',
      'month',
      'year',
      'person',
      'week',
    ].includes(stem(name.toLowerCase())) || name.length < 3
  );
}
