import type { Json } from '../base/json.ts';
import { fold } from '../text/words.ts';
import type { DateRange } from './local-dates.ts';
import { LONG_AGO } from './ranges.ts';
import type { Reading } from './reading.ts';
import { columnWords, type InventoryColumn, type TableMentions } from './table-words.ts';

export interface TableFilter {
  readonly [key: string]: Json;
  readonly column: string;
  readonly op: '=' | '!=' | '<' | '<=' | '>' | '>=' | 'contains' | 'between';
  readonly value: string;
  /** The far end of `between`, inclusive. */
  readonly value2?: string;
}

const NOT =
  /\b(?:not|except(?: for)?|excluding|exclude|without|other than|apart from|besides|is not|are not|non)(?: (?:in|for|from|the|of|any|on|by))*\s*$/;

/** Filters by values named in the goal: "in the North", "for travel or hotels", "not paid". */
export function valueFilters(reading: Reading, mentions: TableMentions, leave: readonly string[]): TableFilter[] {
  const filters: TableFilter[] = [];
  const places = new Set<string>();
  for (const { column, value, start, end } of mentions.values) {
    const place = `${String(start)} ${String(end)}`;
    if (places.has(place) || leave.includes(column.name)) continue;
    places.add(place);
    const lead = fold(reading.text.slice(0, reading.words[start]?.start ?? 0));
    const refused = NOT.test(lead);
    filters.push({ column: column.name, op: refused ? '!=' : '=', value });
  }
  return filters;
}

const YES = /^(?:yes|y|true|x|✓|✔|done|ja|oui)$/i;
const NO = /^(?:no|n|false|not yet|-|✗|✘|open|nein|non)$/i;
/** What is open when a column of these is "no". */
const OPEN_WORDS = /^(?:outstanding|open|owed|owing|due|overdue|pending|unsettled)$/;
const SETTLED = /\b(?:paid|settled|closed|done|completed?|received|returned|delivered)\b/;

/** Whether a goal wants the rows that say yes or no in a column of this name; null when it does not speak of it. */
function wantedOf(name: readonly string[], reading: Reading): boolean | null {
  const words = reading.words.map(({ lower }) => fold(lower));
  const settled = name.find((word) => SETTLED.test(word));
  // "Fee paid": "who has not paid the fee", "unpaid fees", "paid"
  const parts = settled === undefined ? name : [settled];
  const at = words.findIndex((word, index) =>
    parts.every((part, i) => words[index + i] === part || (i === 0 && isUnder(words[index + i] ?? '', part))),
  );
  const open = settled === undefined ? -1 : words.findIndex((word) => OPEN_WORDS.test(word));
  const found = at >= 0 ? at : open;
  if (found < 0) return null;
  const lead = fold(reading.text.slice(0, reading.words[found]?.start ?? 0));
  if (/\b(?:by|per|each|every|whether|if)(?: \w+)?\s*$/.test(lead)) return null;
  if (at < 0 || isUnder(words[at] ?? '', parts[0] ?? '')) return false;
  return !(NOT.test(lead) || /\b(?:not|n't|never|un)(?: (?:yet|been|be|fully))*\s*$/.test(lead));
}

/** "unpaid" of "paid". */
function isUnder(word: string, part: string): boolean {
  return word === `un${part}` || word === `non${part}` || word === `in${part}`;
}

/** Columns of yes and no: "unpaid", "not paid yet" and "still outstanding" want the one, "paid" the other. */
export function yesNoFilters(reading: Reading, mentions: TableMentions): TableFilter[] {
  return mentions.table.columns.flatMap((column): TableFilter[] => {
    const values = mentions.table.values[column.name] ?? [];
    const yes = values.find((value) => YES.test(value));
    const no = values.find((value) => NO.test(value));
    if (yes === undefined || no === undefined || values.length > 2) return [];
    const wanted = wantedOf(columnWords(column.name), reading);
    return wanted === null ? [] : [{ column: column.name, op: '=', value: wanted ? yes : no }];
  });
}

const COMPARE: readonly (readonly [string, TableFilter['op']])[] = [
  [
    '(?:no more|not more|no greater|not over|not above|no higher) than|at most|up to|maximum of|max(?:imum)?|not over|<=|≤',
    '<=',
  ],
  ['(?:no less|not less|no fewer|not under|not below) than|at least|minimum of|min(?:imum)?|from|>=|≥', '>='],
  [
    '(?:more|greater|higher|larger|bigger|longer|older|better|costlier|heavier) than|over|above|exceed(?:s|ing)?|beyond|in excess of|>',
    '>',
  ],
  ['(?:less|fewer|lower|smaller|cheaper|shorter|younger|lighter) than|under|below|beneath|<', '<'],
];
const AMOUNT = String.raw`(?:[€$£¥]|eur|usd|gbp|chf)?\s*(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)\s*(k|m|thousand|million|mio|bn|billion)?\b(?!\s*(?:days?|weeks?|months?|years?)\b)`;

/** "over 1,000", "between 100 and 200", "at least 5 hours", on the numeric column said nearest, else the measure. */
export function numberFilters(
  reading: Reading,
  mentions: TableMentions,
  measure: InventoryColumn | null,
): TableFilter[] {
  const text = withoutDates(reading);
  const filters: TableFilter[] = numberedFilters(reading, mentions);
  const target = (at: number): string | null => nearestNumeric(reading, mentions, at)?.name ?? measure?.name ?? null;
  const between = new RegExp(String.raw`\bbetween\s+${AMOUNT}\s+and\s+${AMOUNT}`).exec(text);
  if (between) {
    const column = target(between.index);
    if (column !== null)
      filters.push({
        column,
        op: 'between',
        value: amountOf(between[1], between[2]),
        value2: amountOf(between[3], between[4]),
      });
    return filters;
  }
  let rest = text;
  for (const [words, op] of COMPARE) {
    const pattern = new RegExp(String.raw`(?:\b|(?=[<>≤≥]))(?:${words})\s*${AMOUNT}`);
    const match = pattern.exec(rest);
    const column = match ? target(match.index) : null;
    if (!match || column === null) continue;
    filters.push({ column, op, value: amountOf(match[1], match[2]) });
    rest = rest.slice(0, match.index) + ' '.repeat(match[0].length) + rest.slice(match.index + match[0].length);
  }
  return filters;
}

/** "locker 21", "invoice no. 1004": a number right after the name of the column that holds it. */
function numberedFilters(reading: Reading, mentions: TableMentions): TableFilter[] {
  return mentions.columns.flatMap(({ column, end, strength }): TableFilter[] => {
    const at = /^(?:no|nr|number)$/.test(reading.words[end]?.lower ?? '') ? end + 1 : end;
    const value = reading.words[at]?.lower ?? '';
    const dated = reading.dates.some(({ start, end: until }) => {
      const place = reading.words[at]?.start ?? -1;
      return start <= place && place < until;
    });
    const fits = strength >= 0.7 && column.type === 'number' && /^\d+$/.test(value) && !dated;
    return fits ? [{ column: column.name, op: '=', value }] : [];
  });
}

function withoutDates(reading: Reading): string {
  let text = reading.text.toLowerCase();
  for (const { start, end } of reading.dates) text = text.slice(0, start) + ' '.repeat(end - start) + text.slice(end);
  return text;
}

function amountOf(digits: string | undefined, scale: string | undefined): string {
  const number = Number((digits ?? '').replaceAll(',', ''));
  const factors: Readonly<Record<string, number>> = {
    k: 1e3,
    thousand: 1e3,
    m: 1e6,
    million: 1e6,
    mio: 1e6,
    bn: 1e9,
    billion: 1e9,
  };
  return String(number * (factors[scale ?? ''] ?? 1));
}

/** The numeric column whose mention ends closest before the place, within five words. */
function nearestNumeric(reading: Reading, mentions: TableMentions, at: number): InventoryColumn | null {
  const index = reading.words.findIndex((word) => word.start >= at);
  const near = mentions.columns
    .filter((mention) => mention.column.type === 'number' && mention.strength >= 0.5)
    .map((mention) => ({ mention, distance: index - mention.end }))
    .filter(({ distance }) => distance >= -1 && distance <= 5)
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.mention.column ?? null;
}

export function dateFilters(range: DateRange | null, column: InventoryColumn | null): TableFilter[] {
  if (range === null || column === null) return [];
  if (range.from === LONG_AGO) return [{ column: column.name, op: '<=', value: range.to }];
  return [{ column: column.name, op: 'between', value: range.from, value2: range.to }];
}

/** As one would say it: "Region is North", "Amount over 100". */
export function shownFilters(filters: readonly TableFilter[]): string {
  const words: Readonly<Record<string, string>> = {
    '=': 'is',
    '!=': 'is not',
    '<': 'under',
    '<=': 'at most',
    '>': 'over',
    '>=': 'at least',
    contains: 'contains',
  };
  const shown = filters.map(({ column, op, value, value2 }) => {
    if (op === 'between') return `${column} between ${value} and ${value2 ?? ''}`;
    const wanted = op === '=' ? filters.filter((other) => other.op === '=' && other.column === column) : [{ value }];
    return `${column} ${words[op] ?? op} ${wanted.map((other) => other.value).join(' or ')}`;
  });
  return [...new Set(shown)].join(' and ');
}

/** For the table tools, which name comparisons in words and take several wanted values of a column as one list. */
export function toolFilters(filters: readonly TableFilter[]): Json[] {
  const names: Readonly<Record<string, string>> = {
    '=': 'is',
    '!=': 'is-not',
    '<': 'lt',
    '<=': 'lte',
    '>': 'gt',
    '>=': 'gte',
  };
  const out: Json[] = [];
  const seen = new Set<string>();
  for (const filter of filters) {
    const same = filters
      .filter((other) => other.op === '=' && other.column === filter.column)
      .map((other) => other.value);
    if (filter.op === '=' && same.length > 1) {
      if (!seen.has(filter.column)) out.push({ column: filter.column, op: 'one-of', value: same });
      seen.add(filter.column);
    } else out.push({ ...filter, op: names[filter.op] ?? filter.op });
  }
  return out;
}
