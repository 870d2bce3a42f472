import { editDistance } from '../text/edit-distance.ts';
import { stem } from '../text/stem.ts';
import { fold, STOP_WORDS } from '../text/words.ts';
import { timesInEnglish } from './abroad-words.ts';
import type { Inventory } from './goal.ts';
import type { GoalSlot, SlotText } from './forms.ts';
import { columnWords } from './table-words.ts';

/** What a slot's words stand for, slips mended by what the owner's files call it. */
export function mendedSlot({ slot, text }: SlotText, inventory: Inventory): SlotText {
  switch (slot) {
    case 'date':
    case 'hours':
    case 'long':
      return { slot, text: timeWords(text) };
    case 'not':
      return { slot, text: timeWords(text).replace(/^on /, '') };
    case 'person':
      return { slot, text: personMeant(text, inventory) };
    case 'topic':
      return {
        slot,
        text: wordwise(
          text,
          inventory.documents.flatMap(({ title }) => title.split(/\s+/)),
        ),
      };
    case 'measure':
    case 'group':
    case 'value':
    case 'table':
      return { slot, text: nameMeant(text, namesFor(slot, inventory)) };
    case 'count':
    case 'file':
    case 'limit':
      return { slot, text };
  }
}

const SHORT: Readonly<Record<string, string>> = {
  tmrw: 'tomorrow',
  tmw: 'tomorrow',
  tomorow: 'tomorrow',
  '2moro': 'tomorrow',
  nxt: 'next',
  wk: 'week',
  wks: 'weeks',
  ystd: 'yesterday',
  hr: 'hour',
  mo: 'month',
  wknd: 'weekend',
};
const TIMES =
  `monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays january
  february march april june july august september october november december tomorrow yesterday today tonight week weeks
  weekend month months year years quarter next last this past coming previous morning mornings afternoon afternoons evening
  noon lunch after before between until since during from minutes minute hours hour half within over`.split(/\s+/);

function timeWords(text: string): string {
  const english = timesInEnglish(text);
  return english.replace(/[\p{L}\p{N}]+/gu, (word) => {
    const lower = fold(word);
    const short = SHORT[lower];
    if (short !== undefined) return short;
    if (/\d/.test(word) || lower.length < 4 || TIMES.includes(lower)) return word;
    return nearest(lower, TIMES) ?? word;
  });
}

function personMeant(text: string, { people, calendars }: Inventory): string {
  const said = fold(text)
    .replace(/['’]s?$/, '')
    .trim();
  const known = [
    ...people.map(({ name, address }) => ({ name, address })),
    ...calendars.map(({ name }) => ({ name, address: '' })),
  ];
  if (text.includes('@') || known.some(({ name }) => isPartOf(said, fold(name))))
    return titled(text.replace(/['’]s?$/, ''));
  const parts = known.flatMap(({ name }) => [name, ...name.split(/\s+/)]);
  const whole = nearest(said, parts.map(fold));
  if (whole !== null) return titled(whole);
  const words = said
    .split(/\s+/)
    .map((word) => (isKnownPart(word, parts) ? word : (nearest(word, parts.map(fold)) ?? word)));
  return titled(words.join(' '));
}

function isPartOf(said: string, name: string): boolean {
  return ` ${name} `.includes(` ${said} `);
}

function isKnownPart(word: string, parts: readonly string[]): boolean {
  return parts.some((part) => fold(part) === word);
}

function titled(name: string): string {
  return name.replace(/(?<![\p{L}\p{N}'’])\p{Ll}/gu, (letter) => letter.toUpperCase());
}

function namesFor(slot: GoalSlot, { tables }: Inventory): string[] {
  if (slot === 'table') return tables.map(({ name }) => columnWords(name).join(' '));
  if (slot === 'value') return tables.flatMap(({ values }) => Object.values(values).flat());
  return tables.flatMap(({ columns }) =>
    columns
      .filter(({ type }) => (type === 'number') === (slot === 'measure'))
      .map(({ name }) => columnWords(name).join(' ')),
  );
}

function nameMeant(text: string, names: readonly string[]): string {
  const said = fold(text);
  const folded = names.map(fold);
  if (folded.includes(said) || folded.some((name) => stem(name) === stem(said))) return text;
  const whole = nearest(said, folded);
  if (whole !== null) return names[folded.indexOf(whole)] ?? text;
  return wordwise(
    text,
    names.flatMap((name) => name.split(/\s+/)),
  );
}

/** Each word as the known one that it is a slip away from. */
function wordwise(text: string, known: readonly string[]): string {
  const folded = known.map(fold);
  const stems = new Set(folded.map(stem));
  return text.replace(/[\p{L}\p{N}]+/gu, (word) => {
    const lower = fold(word);
    if (lower.length < 4 || STOP_WORDS.has(lower) || folded.includes(lower) || stems.has(stem(lower))) return word;
    const meant = nearest(lower, folded);
    return meant === null ? word : (known[folded.indexOf(meant)] ?? word);
  });
}

/** The nearest one or two slips away, by length; null when there is none or several. */
function nearest(said: string, known: readonly string[]): string | null {
  const allowed = said.length >= 7 ? 2 : said.length >= 4 ? 1 : 0;
  let best: string[] = [];
  let least = allowed + 1;
  for (const name of new Set(known)) {
    if (Math.abs(name.length - said.length) > allowed || name.length < 3) continue;
    const distance = editDistance(name, said);
    if (distance < least) [least, best] = [distance, [name]];
    else if (distance === least && distance <= allowed) best.push(name);
  }
  return best.length === 1 ? (best[0] ?? null) : null;
}
