import { stem } from '../text/stem.ts';
import { fold } from '../text/words.ts';
import type { Reading } from './reading.ts';
import {
  columnWords,
  type ColumnMention,
  type InventoryColumn,
  type InventoryTable,
  type TableMentions,
} from './table-words.ts';

export type TableOperation =
  'sum' | 'mean' | 'median' | 'min' | 'max' | 'count' | 'list' | 'trend' | 'share' | 'distinct';

/** What a goal asks of a table; columns by name, '' for none. */
export interface TableQuestion {
  readonly operation: TableOperation;
  readonly column: string;
  readonly groupBy: string;
  readonly dateColumn: string;
  readonly period: 'none' | 'day' | 'week' | 'month' | 'quarter' | 'year';
  /** 0 for all. */
  readonly top: number;
  readonly order: 'desc' | 'asc';
  /** The number column that comparisons without a column are about. */
  readonly measure: InventoryColumn | null;
}

const LOW =
  /\b(?:lowest|smallest|cheapest|least|fewest|bottom|worst|minimum|min|shortest|youngest|ascending|slowest|lightest)\b/;
const HIGH =
  /\b(?:highest|largest|biggest|greatest|most|top|best|maximum|max|longest|oldest|dearest|priciest|descending|heaviest|fastest|record|leads|leading)\b/;
const NUMBERS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];

export function askedOf(reading: Reading, mentions: TableMentions): TableQuestion {
  const { plain } = reading;
  const { table } = mentions;
  const period = periodOf(plain);
  const dateColumn = table.columns.find(({ type }) => type === 'date') ?? null;
  const measure = measureOf(reading, mentions);
  const extreme = LOW.test(plain) || HIGH.test(plain);
  const order = LOW.test(plain) ? 'asc' : 'desc';
  const top = topOf(plain);
  const trend = isTrend(plain);
  const stated = statedOperation(plain);
  const ranking = /\b(?:rank\w*|sort(?:ed)?|leaderboard|league table|order(?:ed)? by)\b/.test(plain);
  const grouped = groupOf(reading, mentions, extreme || ranking || top > 0);
  // "in the travel category" names one group: nothing is left to group by
  const fixed =
    grouped !== null && mentions.values.filter(({ column }) => column === grouped).length === 1 && !isCompared(plain);
  const group = fixed ? null : grouped;
  const base = { dateColumn: dateColumn?.name ?? '', order, measure } as const;
  const none = { ...base, column: '', groupBy: '', period: 'none', top: 0 } as const;
  const measured = measure?.name ?? '';

  if (stated === 'share') {
    const grouped = columnOfValue(mentions) ?? group ?? firstText(table);
    return {
      ...none,
      operation: 'share',
      column: counts(plain) || asksOfRows(plain, mentions) ? '' : measured,
      groupBy: grouped?.name ?? '',
    };
  }
  if (stated === 'distinct') {
    const column = mentions.columns.find(({ column: each }) => each.type !== 'number')?.column ?? group;
    return { ...none, operation: 'distinct', column: column?.name ?? '' };
  }
  if (
    /\b(?:which|what|list|show)(?: \w+){1,3} (?:are there|is there|exist|do we have|appear|occur)\b/.test(plain) &&
    !extreme
  ) {
    const column = mentions.columns.find(({ column: each }) => each.type === 'text')?.column;
    if (column) return { ...none, operation: 'distinct', column: column.name };
  }
  if (trend && (dateColumn !== null || period !== 'none')) {
    return {
      ...none,
      operation: 'trend',
      column: counts(plain) ? '' : measured,
      groupBy: group && group !== dateColumn ? group.name : '',
      period: period === 'none' ? 'month' : period,
    };
  }
  const countedAs = stated === 'count' ? countedColumn(reading, mentions) : null;
  if (countedAs !== null)
    return {
      ...none,
      operation: 'sum',
      column: countedAs.name,
      groupBy: group?.name ?? '',
      period,
      top: group ? top : 0,
    };
  if (stated === 'count')
    return {
      ...none,
      operation: 'count',
      groupBy: group?.name ?? '',
      period,
      top: group ? top || single(plain, reading, group, extreme) : 0,
    };
  if (
    stated !== null &&
    (stated === 'mean' || stated === 'median') &&
    group !== null &&
    isRowName(group, table) &&
    !extreme
  ) {
    return { ...none, operation: stated, column: measured, period };
  }
  if (stated !== null) {
    const pick = extreme && (group !== null || period !== 'none') ? top || 1 : top;
    return {
      ...none,
      operation: stated,
      column: measured,
      groupBy: group?.name ?? '',
      period,
      top: group || period !== 'none' ? pick : 0,
    };
  }
  if (ranking && group !== null)
    return {
      ...none,
      operation: measured === '' ? 'count' : 'sum',
      column: measured,
      groupBy: group.name,
      period,
      top,
    };
  if (ranking || IN_ORDER.test(plain)) return { ...none, operation: 'list', column: measured, top };
  if (extreme || top > 0)
    return ranked(reading, { ...none, period, column: measured }, group, top, columnWords(table.name).map(stem));
  if (group !== null && period === 'none' && asksWhichRows(plain, mentions, measure))
    return { ...none, operation: 'list' };
  if (group !== null || period !== 'none')
    return {
      ...none,
      operation: measured === '' ? 'count' : 'sum',
      column: measured,
      groupBy: group?.name ?? '',
      period,
    };
  if (measure !== null && isAskedFor(plain, reading, mentions, measure))
    return { ...none, operation: isPerRow(measure) ? 'distinct' : 'sum', column: measured };
  return { ...none, operation: 'list' };
}

const IN_ORDER =
  /\b(?:largest|biggest|highest|smallest|lowest|cheapest|newest|oldest|latest|most expensive) (?:\w+ )?first\b|\b(?:de|a)scending\b/;

/** "revenue last quarter" asks for the number; "expenses over 100" and "list the revenue" for rows. */
function isAskedFor(plain: string, reading: Reading, mentions: TableMentions, measure: InventoryColumn): boolean {
  if (/\b(?:list|show all|which|who|rows?|entries|records|details?)\b/.test(plain)) return false;
  const mention = mentions.columns.find(({ column }) => column === measure);
  if (!mention) return false;
  const word = reading.words[mention.start]?.stem ?? '';
  return !columnWords(mentions.table.name).some((part) => stem(part) === word);
}

/** "which members have not paid": the rows, when nothing is to be reckoned and nothing is to be told apart. */
function asksWhichRows(plain: string, mentions: TableMentions, measure: InventoryColumn | null): boolean {
  return (
    /^(?:which|who|what|list|show)\b/.test(plain.trim()) &&
    !/\b(?:by|per|each|every|how much|total|sum|compare[ds]?|versus|vs)\b/.test(plain) &&
    !mentions.columns.some(({ column, strength }) => column === measure && strength >= 0.55)
  );
}

/** "per order" in a table of orders is each row. */
function isRowName(column: InventoryColumn, table: InventoryTable): boolean {
  const rows = columnWords(table.name).map(stem);
  return (
    /(?:^|[\s_-])(?:id|no|nr|number)$/i.test(column.name) &&
    columnWords(column.name).some((word) => rows.includes(stem(word)))
  );
}

/** "which region sold most", "top 5 customers", "the largest expense". */
function ranked(
  reading: Reading,
  none: Omit<TableQuestion, 'operation'>,
  group: InventoryColumn | null,
  top: number,
  rows: readonly string[],
): TableQuestion {
  const { plain } = reading;
  const most = /\b(?:most|fewest|least) (\w+)/.exec(plain)?.[1] ?? '';
  const measured = columnWords(none.column).map(stem).includes(stem(most));
  if (group !== null && !measured && rows.includes(stem(most)))
    return { ...none, operation: 'count', column: '', groupBy: group.name, top: top || 1 };
  const perRow = none.measure !== null && isPerRow(none.measure);
  if (
    group !== null &&
    /\b(?:most|fewest|least) (?:often|frequent|common|entries|rows|orders|times|bookings|records|tickets)\b|\bmost (?:frequently|commonly)\b/.test(
      plain,
    )
  ) {
    return { ...none, operation: 'count', column: '', groupBy: group.name, top: top || 1 };
  }
  if (none.period !== 'none')
    return { ...none, operation: none.column === '' ? 'count' : 'sum', groupBy: '', top: top || 1 };
  if (group !== null) {
    const operation = none.column === '' ? 'count' : perRow ? (none.order === 'asc' ? 'min' : 'max') : 'sum';
    return { ...none, operation, groupBy: group.name, top: top || (isPlural(reading, group) ? 0 : 1) };
  }
  if (top > 0) return { ...none, operation: 'list', top };
  return { ...none, operation: none.column === '' ? 'list' : none.order === 'asc' ? 'min' : 'max' };
}

function statedOperation(plain: string): TableOperation | null {
  if (/\b(?:share|percent(?:age)?|proportion|fraction|how much of the total|what part)\b/.test(plain)) return 'share';
  if (
    /\b(?:distinct|unique)\b|\b(?:what|which|list|show|all)(?: \w+){0,2} different\b|\bwhat kinds? of\b/.test(plain) &&
    !/\bhow many\b/.test(plain)
  )
    return 'distinct';
  if (/\b(?:average|mean|averages|typical(?:ly)?|on average)\b/.test(plain)) return 'mean';
  if (/\bmedian\b/.test(plain)) return 'median';
  if (/\bhow many\b|\bhow often\b|\bnumber of\b|\bcount\b/.test(plain)) return 'count';
  if (/\b(?:total|totals|sum|altogether|in all|add up|combined|overall|how much|in total)\b/.test(plain)) return 'sum';
  return null;
}

/** "how many units", "number of hours": a number column that is itself a count. */
function countedColumn(reading: Reading, mentions: TableMentions): InventoryColumn | null {
  const asked = reading.words.findIndex(
    ({ lower }, at) =>
      (lower === 'many' && reading.words[at - 1]?.lower === 'how') ||
      (lower === 'of' && reading.words[at - 1]?.lower === 'number'),
  );
  const mention = mentions.columns.find(
    ({ column, strength, start }) =>
      isAmount(column, mentions.table) && strength >= 0.7 && start > asked && start <= asked + 2,
  );
  return asked >= 0 && mention ? mention.column : null;
}

function counts(plain: string): boolean {
  return /\bhow many\b|\bnumber of\b|\bcount\b/.test(plain);
}

/** "what share of orders is cancelled" counts rows; "what share of the spend is travel" adds up. */
function asksOfRows(plain: string, mentions: TableMentions): boolean {
  return (
    !mentions.columns.some(({ column, strength }) => column.type === 'number' && strength >= 0.5) ||
    /\bshare of (?:the )?(?:rows|entries|records)\b/.test(plain)
  );
}

function isTrend(plain: string): boolean {
  return /\b(?:trends?|over time|develop(?:ed|ment|s)?|evol\w+|(?:month|year|week|quarter) (?:by|over|on|to) (?:month|year|week|quarter)|growth|grow(?:n|s|ing)?|chang\w+ (?:over|through|by|per|from|each|since)|(?:has|have|did)(?: \w+){1,4} chang\w+|timeline|going up|going down|rising|falling|(?:go|goes|gone|went|going) (?:up|down)|rose|fell|dropp\w+|increas\w+|decreas\w+|declin\w+)\b/.test(
    plain,
  );
}

function periodOf(plain: string): TableQuestion['period'] {
  const match =
    /\b(?:per|by|each|every|for each|for every|which|what|(?:group\w*|split|break down|broken down) by(?: the)?)(?: (?:calendar|single|and))? (day|week|month|quarter|year)s?\b(?! (?:has|is|was) (?:the )?date)/.exec(
      plain,
    )?.[1] ??
    /\b(dai|week|month|quarter|year)ly\b/.exec(plain)?.[1] ??
    /\b(day|week|month|quarter|year) (?:by|over|on|to|after) (?:day|week|month|quarter|year)\b/.exec(plain)?.[1] ??
    (/\bannual(?:ly)?\b|\bper annum\b/.test(plain) ? 'year' : undefined) ??
    /\b(?:best|worst|busiest|strongest|weakest|cheapest|slowest) (day|week|month|quarter|year)\b/.exec(plain)?.[1];
  if (match === undefined) return 'none';
  return (match === 'dai' ? 'day' : match) as TableQuestion['period'];
}

function topOf(plain: string): number {
  const number = String.raw`(\d{1,3}|${NUMBERS.join('|')})`;
  const ranking =
    '(?:highest|largest|biggest|greatest|most|best|lowest|smallest|cheapest|least|worst|longest|oldest|top|bottom|latest|newest|fewest|shortest|dearest|priciest|heaviest)';
  const match = new RegExp(
    String.raw`\b(?:top|bottom|first|best|worst|highest|largest|biggest|lowest|smallest|cheapest) ${number}\b(?! ?(?:percent|%))|\b${number} (?:\w+ )?${ranking}\b|\b${number} (?:\w+ ){1,4}?(?:with|by|of|having|that have|which have|who have)(?: the)? (?:\w+ )?${ranking}\b`,
  ).exec(plain);
  const ordinal = ORDINAL.exec(plain)?.[1];
  if (ordinal !== undefined) return ORDINALS.findIndex((names) => names.includes(ordinal)) + 2;
  const digits = match?.[1] ?? match?.[2] ?? match?.[3];
  if (digits === undefined) return 0;
  const named = NUMBERS.indexOf(digits);
  return named >= 0 ? named : Number(digits);
}

const ORDINALS = [
  ['second', '2nd'],
  ['third', '3rd'],
  ['fourth', '4th'],
  ['fifth', '5th'],
];
/** "The second highest" is the last of the two highest. */
const ORDINAL = new RegExp(
  String.raw`\b(${ORDINALS.flat().join('|')})[ -](?:highest|largest|biggest|greatest|most|best|lowest|smallest|cheapest|least|worst|longest|oldest)\b`,
);

function single(plain: string, reading: Reading, group: InventoryColumn, extreme: boolean): number {
  return extreme && !isPlural(reading, group) && /\b(?:which|who|what|where)\b/.test(plain) ? 1 : 0;
}

/** "by region", "per customer", "for each team", "which supplier", "top 5 products", "who". */
function groupOf(reading: Reading, mentions: TableMentions, ranking: boolean): InventoryColumn | null {
  const groupable = mentions.columns.filter(({ column }) => column.type !== 'number' && column.type !== 'date');
  const before = (mention: ColumnMention): string =>
    fold(
      reading.words
        .slice(Math.max(0, mention.start - 4), mention.start)
        .map((word) => word.lower)
        .join(' '),
    );
  const led = groupable.filter(
    (mention) =>
      /\b(?:by|per|each|every|across|among|between|for all|within each|according to|for the different|which|what|whose|in which|for which)(?: (?:the|single|different|individual|our|my|of|one))*$/.test(
        before(mention),
      ) && mention.strength >= 0.45,
  );
  const best = [...led].sort((a, b) => b.strength - a.strength)[0];
  if (best) return best.column;
  if (!ranking) return comparedColumn(reading, mentions);
  const ranked = groupable.filter((mention) => {
    // "the biggest expense" is an amount, however the text column beside it is called
    if (MONEY.test(reading.words[mention.start]?.lower ?? '') && mention.strength < 0.7) return false;
    return (
      mention.strength >= 0.7 ||
      /^(?:who|where)$/.test(reading.words[mention.start]?.lower ?? '') ||
      (mention.strength >= 0.5 &&
        /\b(?:top|bottom|best|worst|biggest|largest|smallest|most|least|expensive|selling|highest|lowest|\d+|two|three|four|five|ten)$/.test(
          before(mention),
        ))
    );
  });
  return [...ranked].sort((a, b) => b.strength - a.strength)[0]?.column ?? comparedColumn(reading, mentions);
}

/** "compare North and South": the column both are values of. */
function isCompared(plain: string): boolean {
  return /\b(?:compare[ds]?|comparison|versus|vs|against|difference between)\b|\bhow much (?:more|less)\b.*\bthan\b|\b(?:who|which|what)\b.*\b(?:more|less|fewer|higher|lower|better)\b.*\bor\b/.test(
    plain,
  );
}

function comparedColumn(reading: Reading, mentions: TableMentions): InventoryColumn | null {
  if (
    !/\bhow much (?:more|less)\b.*\bthan\b|\b(?:who|which|what)\b.*\b(?:more|less|fewer|higher|lower|better)\b.*\bor\b|\b(?:compare[ds]?|comparison|versus|vs|against|difference between|breakdown|break down|broken down|split|distribution)\b/.test(
      reading.plain,
    )
  )
    return null;
  const [first] = mentions.values;
  if (first) return first.column;
  return mentions.columns.find(({ column }) => column.type === 'text')?.column ?? null;
}

function columnOfValue(mentions: TableMentions): InventoryColumn | null {
  return mentions.values[0]?.column ?? null;
}

function firstText(table: InventoryTable): InventoryColumn | null {
  return table.columns.find(({ type }) => type === 'text') ?? null;
}

function isPlural(reading: Reading, group: InventoryColumn): boolean {
  const roots = columnWords(group.name).map(stem);
  return reading.words.some(
    ({ lower, stem: root }) => roots.includes(root) && /[^s]s$/.test(lower) && !columnWords(group.name).includes(lower),
  );
}

const MONEY =
  /\b(?:amount|cost|price|total|revenue|sales|spend|spent|expense|value|net|gross|paid|fee|salary|turnover|budget|income|profit|sum)s?\b/;
const LABEL =
  /^(?:id|no|nr|number|year|month|week|day|zip|postcode|phone|row|index|code|invoice|order|ticket|receipt|reference|ref|booking|po|sku|account|case|locker|room|seat|desk|berth|gate|platform|badge|key)$|(?:^|[\s_-])(?:id|no|nr|code|year)$/i;

/** Numbers that can be reckoned with, and do not merely name or number a row. */
function isAmount({ type, name }: InventoryColumn, table: InventoryTable): boolean {
  return type === 'number' && !LABEL.test(name) && !table.numbering.includes(name);
}

/** The number column the goal reckons with: named, else money, else the only one. */
function measureOf(reading: Reading, mentions: TableMentions): InventoryColumn | null {
  if (/\b(?:popular|best ?selling|selling best)\b/.test(reading.plain)) {
    const sold = mentions.table.columns.find(
      ({ type, name }) =>
        type === 'number' && /\b(?:units?|quantity|qty|sold|pieces|count)\b/.test(columnWords(name).join(' ')),
    );
    if (sold) return sold;
  }
  const numbers = mentions.table.columns.filter((column) => isAmount(column, mentions.table));
  const named = mentions.columns.filter(({ column }) => numbers.includes(column));
  const best = named[0];
  if (best && named.filter((mention) => mention.strength === best.strength).length === 1) return best.column;
  const candidates = best
    ? named.filter((mention) => mention.strength === best.strength).map(({ column }) => column)
    : numbers;
  const money = candidates.filter(
    ({ name, unit }) => /[€$£]|eur|usd|gbp|chf/i.test(unit) || MONEY.test(columnWords(name).join(' ')),
  );
  const totals = money.filter(({ name }) =>
    /\b(?:total|amount|revenue|sales|net|gross|value|cost)\b/.test(columnWords(name).join(' ')),
  );
  if (/\bhow many (?:hours|units|pieces|items|days)\b/.test(reading.plain)) return candidates[0] ?? null;
  return totals[0] ?? money[0] ?? candidates[0] ?? null;
}

/** Prices, ages and scores are not added up. */
function isPerRow({ name, unit }: InventoryColumn): boolean {
  return (
    /\b(?:price|rate|score|rating|age|temperature|grade|percent|margin|salary|wage|level|height|weight|distance)\b/.test(
      columnWords(name).join(' '),
    ) || unit === '%'
  );
}
