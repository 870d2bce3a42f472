import { stem } from '../text/stem.ts';
import { fold, STOP_WORDS } from '../text/words.ts';
import type { Inventory } from './goal.ts';
import type { Reading } from './reading.ts';
import { VOCABULARY } from './vocabulary.ts';

export type InventoryTable = Inventory['tables'][number];
export type InventoryColumn = InventoryTable['columns'][number];

/** A column named in a goal, and where: word indices [start, end). */
export interface ColumnMention {
  readonly column: InventoryColumn;
  readonly start: number;
  readonly end: number;
  /** 1 for the whole name, less for a part or a synonym. */
  readonly strength: number;
}

/** A value of a text column named in a goal. */
export interface ValueMention {
  readonly column: InventoryColumn;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface TableMentions {
  readonly table: InventoryTable;
  readonly columns: readonly ColumnMention[];
  readonly values: readonly ValueMention[];
  /** Whether the goal names the table or its file. */
  readonly named: boolean;
}

/** Words that mean the same of a column: one line a meaning. */
const SYNONYMS = [
  'amount cost spend spending spent expense expenditure paid pay payment charge money total value sum outlay bill',
  'price cost fee rate charge cheap cheapest cheaper expensive dear dearest pricey priciest',
  'revenue sale turnover income sold sell proceeds amount total takings value',
  'person who employee staff people assignee owner name member colleague responsible worker whom someone user author salesperson rep',
  'quantity unit count number qty volume piece sold item',
  'region area country territory place location where market zone state',
  'city town place location where',
  'category type kind class group sort genre',
  'customer client buyer account purchaser company',
  'supplier vendor seller merchant provider payee shop store company',
  'hour time duration effort worked logged',
  'department team unit division group',
  'product item article sku good model',
  'salary wage pay compensation earn earning paid income',
  'score rating grade mark point',
  'status state stage condition',
  'project job client engagement initiative',
  'date day when',
  'distance km kilometre mile length',
  'weight kg mass heavy',
  'temperature degree warm hot cold temp',
  'stock inventory level available',
  'age old oldest young youngest year',
  'profit margin gain',
  'description note comment detail purpose',
  'invoice bill id number',
  'name who',
].map((line) => new Set(line.split(' ').map(stem)));

/** Words that mean it only when nothing nearer does. */
const LOOSE = [
  'customer client buyer supplier vendor seller who whom',
  'revenue sale income earn earning',
  'amount price',
  'quantity unit qty many',
  'rep manager owner responsible lead who',
].map((line) => new Set(line.split(' ').map(stem)));

export function tableKey(table: InventoryTable): string {
  return `${table.path}#${table.name}`;
}

/** What of a table a goal mentions. Whole names win over parts, values over synonyms, longer over shorter. */
export function mentionsOf(reading: Reading, table: InventoryTable): TableMentions {
  const words = reading.words.map(({ lower, stem: root }) => ({ lower: lower.replace(/'s?$/, ''), stem: root }));
  const values = valueMentions(words, table);
  const taken = (start: number, end: number): boolean => values.some((value) => value.start < end && start < value.end);
  const columns: ColumnMention[] = [];
  for (const column of table.columns) {
    const best = columnMention(words, column, taken);
    if (best) columns.push(best);
  }
  return {
    table,
    columns: columns.sort((a, b) => b.strength - a.strength || a.start - b.start),
    values,
    named: isNamed(words, table),
  };
}

interface PlainWord {
  readonly lower: string;
  readonly stem: string;
}

/** "unit_price (EUR)" and "UnitPrice" are unit price. */
export function columnWords(name: string): string[] {
  const apart = name.replace(/\([^)]*\)|\[[^\]]*\]/g, ' ').replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2');
  const words = fold(apart).match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => !STOP_WORDS.has(word) && !/^(?:eur|usd|gbp|chf|sek|no|nr)$/.test(word));
  return telling.length > 0 ? telling : words;
}

const CURRENCY_NAME = /^(?:eur|euros?|usd|dollars?|gbp|pounds?|chf|francs?|sek|kr|pln|czk|huf|jpy|yen|inr|cad|aud)$/;

function columnMention(
  words: readonly PlainWord[],
  column: InventoryColumn,
  taken: (start: number, end: number) => boolean,
): ColumnMention | null {
  const own = columnWords(column.name);
  if (own.length === 0) return null;
  // A column that is named after its currency holds amounts.
  const parts = (CURRENCY_NAME.test(own.join(' ')) ? ['amount'] : own).map(stem);
  let best: ColumnMention | null = null;
  const offer = (start: number, end: number, strength: number): void => {
    if (taken(start, end) && strength < 1) return;
    if (best === null || strength > best.strength) best = { column, start, end, strength };
  };
  for (let at = 0; at < words.length; at++) {
    const here = words[at];
    if (!here || (STOP_WORDS.has(here.lower) && !/^(?:who|where|when|many)$/.test(here.lower))) continue;
    if (here.lower === fold(column.name)) offer(at, at + 1, 1);
    if (parts.every((part, index) => words[at + index]?.stem === part)) {
      offer(at, at + parts.length, 1);
      continue;
    }
    const part = parts.indexOf(here.stem);
    if (part >= 0) offer(at, at + 1, part === parts.length - 1 ? 0.8 : 0.7);
    else if (parts.some((each) => SYNONYMS.some((group) => group.has(each) && group.has(here.stem)))) {
      const last = parts.at(-1) ?? '';
      offer(at, at + 1, SYNONYMS.some((group) => group.has(last) && group.has(here.stem)) ? 0.55 : 0.45);
    } else if (parts.some((each) => LOOSE.some((group) => group.has(each) && group.has(here.stem))))
      offer(at, at + 1, 0.35);
  }
  return best;
}

function valueMentions(words: readonly PlainWord[], table: InventoryTable): ValueMention[] {
  const found: ValueMention[] = [];
  for (const column of table.columns) {
    if (column.type === 'number') continue;
    for (const value of table.values[column.name] ?? []) {
      const parts = (fold(value).match(/[\p{L}\p{N}]+(?:[.,:'][\p{L}\p{N}]+)*/gu) ?? []).map((part) =>
        part.replace(/'s?$/, ''),
      );
      if (parts.length === 0 || (parts.length === 1 && isWeak(parts[0] ?? '', column))) continue;
      const roots = parts.map(stem);
      for (let at = 0; at + parts.length <= words.length; at++) {
        const same = roots.every(
          (root, index) => words[at + index]?.stem === root || words[at + index]?.lower === parts[index],
        );
        if (same) found.push({ column, value, start: at, end: at + parts.length });
      }
      found.push(...partialMentions(words, parts, column, value));
    }
  }
  const longest = found.filter(
    (value) =>
      !found.some(
        (other) =>
          other.start <= value.start && value.end <= other.end && other.end - other.start > value.end - value.start,
      ),
  );
  return longest.sort((a, b) => a.start - b.start || prefersText(b) - prefersText(a));
}

/** "Nordwind" for Nordwind GmbH, "Alice" for Alice Moreau: the first or last word of a name of several. */
function partialMentions(
  words: readonly PlainWord[],
  parts: readonly string[],
  column: InventoryColumn,
  value: string,
): ValueMention[] {
  if (parts.length < 2 || parts.length > 4 || !/^\p{Lu}/u.test(value)) return [];
  return words.flatMap(({ lower }, at): ValueMention[] => {
    const part = parts.indexOf(lower);
    const telling = part === 0 || (part === parts.length - 1 && parts.length === 2);
    if (!telling || lower.length < 4 || isWeak(lower, column) || VOCABULARY.has(lower)) return [];
    return [{ column, value, start: at, end: at + 1 }];
  });
}

function prefersText(mention: ValueMention): number {
  return mention.column.type === 'text' ? 1 : 0;
}

/** Values that are everyday words of a goal say nothing by themselves. */
function isWeak(value: string, column: InventoryColumn): boolean {
  if (value.length < 2 || /^\d{1,3}$/.test(value)) return true;
  if (column.type === 'boolean') return true;
  return (
    STOP_WORDS.has(value) ||
    /^(?:total|sum|average|table|list|show|top|month|year|week|day|number|amount|report|mail|file|files|name|date|time|meeting|free|status|type|ok|na|none|other|true|false)$/.test(
      value,
    )
  );
}

function isNamed(words: readonly PlainWord[], table: InventoryTable): boolean {
  const file = (table.path.split('/').at(-1) ?? table.path).replace(/\.[a-z0-9]{2,5}$/i, '');
  return [table.name, file].some((name) => {
    const parts = columnWords(name)
      .filter((part) => !/^\d+$/.test(part))
      .map(stem);
    if (parts.length === 0) return false;
    if (parts.includes('invoic') && words.some((word) => word.stem === 'bill')) return true;
    for (let at = 0; at < words.length; at++)
      if (parts.every((part, index) => words[at + index]?.stem === part)) return true;
    return parts.some(
      (part) =>
        part.length > 3 &&
        !/^(?:tabl|data|list|sheet|export|file)$/.test(part) &&
        words.some((word) => word.stem === part),
    );
  });
}
