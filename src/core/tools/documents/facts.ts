import type { UnixMs } from '../../base/ids.ts';
import type { Block, TextDocument } from '../../items/item.ts';
import type { Span } from '../../items/source.ts';
import { findWrittenDates, findWrittenTimes } from '../../text/dates.ts';
import { findNumbers } from '../../text/numbers.ts';
import { splitSentences } from '../../text/sentences.ts';
import { contentStems, oneLine, plainWord, stemOf } from '../../text/tokens.ts';
import { STOP_WORDS, wordsOf } from '../../text/words.ts';
import type { Passage } from './passage.ts';
import { sectionDates } from './section-dates.ts';

export type FactCategory = 'status' | 'decisions' | 'dates' | 'money' | 'people' | 'risks' | 'next-steps';

/** Something that a fact says and that a later document may say differently. */
export interface FactValue {
  readonly kind: 'date' | 'time' | 'money' | 'percent' | 'number' | 'person';
  /** Normalised: "2026-03-12", "--03-12", "12:00", "EUR 48000". */
  readonly key: string;
}

/** A sentence of a document that belongs in a report; JSON-safe. */
export interface Fact {
  readonly text: string;
  readonly span: Span;
  readonly file: string;
  readonly locator: string;
  /** Title and folder of the document, as stems, to tell which documents speak of one thing. */
  readonly about: readonly string[];
  readonly document: string;
  readonly writtenAt: UnixMs | null;
  readonly order: number;
  readonly category: FactCategory;
  /** How surely it belongs in a report: 2 by its heading or a clear word, 1 by a number or date, 0 else. */
  readonly strength: number;
  readonly values: readonly FactValue[];
  /** What it is about: stems without values, names, and words of change. */
  readonly subject: readonly string[];
  /** Names and codes that tell one subject from another: "phase 2", "east". */
  readonly marks: readonly string[];
  /** Tells how far something has come, so that only the latest word on it is news. */
  readonly progress: boolean;
}

export interface FactsObservation {
  readonly kind: 'facts';
  readonly topic: string;
  readonly facts: readonly Fact[];
  /** Every document looked at, and those that were about the topic. */
  readonly searched: readonly string[];
  readonly documents: readonly { readonly title: string; readonly file: string; readonly writtenAt: UnixMs | null }[];
}

const HEADINGS: readonly (readonly [FactCategory, RegExp])[] = [
  ['decisions', /\bdecisions?|decided|resolutions?|agreed|approvals?\b/i],
  ['risks', /\brisks?|issues?|blockers?|concerns?|problems?|obstacles?|threats?\b/i],
  ['next-steps', /\bnext|actions?|to ?-?dos?|open|tasks?|plan(?:ned)? for|outlook|follow[- ]?ups?\b/i],
  ['money', /\bmoney|budget|costs?|financ\w*|spend\w*|expenses?|funding\b/i],
  ['dates', /\bdates?|deadlines?|schedule|timeline|milestones?|calendar|time ?plan\b/i],
  ['people', /\bpeople|team|staff|responsib\w*|contacts?|roles?|owners?|who\b/i],
  [
    'status',
    /\bstatus|where we are|progress|summary|overview|state|done|completed|highlights?|achievements?|update\b/i,
  ],
];

const CUES: readonly (readonly [FactCategory, RegExp])[] = [
  [
    'decisions',
    /\b(?:decided?|decides|decision|agreed|approved|chosen|chose|selected|signed off|resolved|rejected|voted|will go with|opted)\b/i,
  ],
  [
    'risks',
    /\b(?:risks?|risky|blocked|blockers?|concerns?|threat\w*|jeopard\w*|danger|shortage|might (?:slip|delay|fail)|may (?:slip|delay)|could (?:slip|delay)|depends on|not (?:been )?examined|refused|worr(?:y|ied)|bottleneck)\b/i,
  ],
  [
    'next-steps',
    /\b(?:next steps?|to ?dos?|action items?|has to be|have to be|must (?:be )?|needs? to|still open|(?:is|are) to (?:be )?|will (?:send|prepare|review|start|check|contact|draft|present|finish|deliver|write|submit|order|ask|meet|test))\b/i,
  ],
  [
    'people',
    /\b(?:responsible|leads?|led by|owner|owns|in charge|taken over|takes over|reports to|contact(?: person)?|appointed|joins?|leaves?)\b/i,
  ],
  [
    'status',
    /\b(?:on track|delayed|behind schedule|ahead of schedule|on schedule|completed?|finished|in progress|half done|started|underway|under way|done|delivered|installed|ready|paused|on hold|green|amber|red)\b/i,
  ],
];
/** A decision wherever it stands; "the approved budget" is none. */
const DECIDED =
  /\b(?:decided?|decides|agreed (?:to|on|that|with)|(?:was|were|has been|have been|board|council|committee|client|team|we|they|he|she) approved|approved (?:the|a|an|it|by)\b|chose|(?:was|were) (?:chosen|selected|rejected)|rejected|signed off|opted for|resolved to|voted)\b/i;
const COUNTED = String.raw`(?:\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|none|half|all)`;
/** "7 of the 13 panels", "60 % done", "EUR 12,000 spent so far". */
const PROGRESS = new RegExp(
  String.raw`\b${COUNTED} (?:out )?of (?:the |all |our )?${COUNTED}\b|\d\s*/\s*\d+ |\d\s*(?:%|percent|per cent) (?:of [^.]{3,60} )?(?:is |are |has been |have been )?(?:complete|done|finished|ready|built|installed|spent|committed|sold|filled|reviewed|tested)|\b(?:so far|to date|up to now|until now)\b(?=.*\d)|\d.*\b(?:so far|to date|up to now|until now)\b`,
  'i',
);
const METADATA =
  /^(?:date|author|from|to|cc|subject|version|present|attendees|attending|attended by|attendance|in attendance|participants|excused|apologies|absent|regrets|chair|chaired by|secretary|minute taker|minutes taken by|taken by|minutes|written by|prepared by|document|file|page|last (?:updated|modified)|distribution|status report no|weather)\s*:/i;
const CHANGE_WORDS = new Set(
  `move shift chang correct correction revis updat postpon delai bring brought push reschedul increas decreas rais cut reduc
  now instead longer rather replac supersed wrong actual new old previou previous earlier origin plan schedul set take over
  taken took approv confirm expect be is has will eur usd gbp chf euro dollar pound percent per from to status report
  statu extend slip drop lower agre announc state amount total current`.split(/\s+/),
);

/** "Risks: the ground water is high": a heading on the line itself. */
const INLINE_LABEL = /^(\p{Lu}[\p{L}-]+(?: [\p{L}-]+)?): /u;

/** The facts of one document in the order in which they stand. */
export function factsOf(document: TextDocument, file: string): Fact[] {
  const facts: Fact[] = [];
  const headings: string[] = [];
  let leadIn = '';
  const dates = sectionDates(document);
  for (const [at, block] of document.blocks.entries()) {
    if (block.type === 'heading') {
      headings.splice(Math.max(0, block.level - 1));
      headings[Math.max(0, block.level - 1)] = block.text;
      leadIn = '';
      continue;
    }
    if (block.type === 'code') continue;
    const heading = headings.filter((text) => text !== document.title).at(-1) ?? '';
    leadIn = /:\s*$/.test(block.text) ? block.text : block.type === 'list-item' ? leadIn : '';
    for (const text of sentencesOf(block)) {
      const fact = factOf(text, leadIn === '' ? heading : leadIn);
      if (fact === null) continue;
      const place = block.page === null ? heading : `page ${String(block.page)}`;
      facts.push({
        ...fact,
        text,
        span: block.span,
        file,
        locator: [document.title, place].filter((part) => part !== '').join(', '),
        about: aboutOf(document.title, file),
        document: document.title,
        writtenAt: dates[at] ?? null,
        order: facts.length,
      });
    }
  }
  return facts;
}

function sentencesOf(block: Block): string[] {
  if (block.type === 'table-row') return [block.text];
  return splitSentences(block.text).map(({ text }) => text);
}

/** What one sentence of a passage says, as `factsOf` reads it in its document; null for what states nothing. */
export function factOfPassage(passage: Passage, order: number): Fact | null {
  const fact = factOf(passage.text, passage.under?.text ?? '');
  if (fact === null) return null;
  const { text, span, file, locator, writtenAt, context } = passage;
  const document = context[0] ?? '';
  return { ...fact, text, span, file, locator, about: aboutOf(document, file), document, writtenAt, order };
}

type Meaning = Pick<Fact, 'category' | 'strength' | 'values' | 'subject' | 'marks' | 'progress'>;

/** @returns null for what no report needs: metadata, fragments, questions */
function factOf(text: string, heading: string): Meaning | null {
  const plain = oneLine(text);
  const stems = contentStems(plain);
  if (stems.length < 2 || METADATA.test(plain) || /\?$/.test(plain) || /:$/.test(plain) || plain.length > 600)
    return null;
  const values = valuesOf(plain);
  const label = INLINE_LABEL.exec(plain)?.[1] ?? '';
  const byLabel = label === '' ? undefined : HEADINGS.find(([, pattern]) => pattern.test(label))?.[0];
  const byHeading = byLabel ?? HEADINGS.find(([, pattern]) => pattern.test(heading))?.[0];
  const byWords = CUES.find(([, pattern]) => pattern.test(plain))?.[0];
  const money = values.some(({ kind }) => kind === 'money') ? 'money' : undefined;
  const dates = values.some(({ kind }) => kind === 'date') ? 'dates' : undefined;
  const general = byHeading === 'status' || byHeading === undefined;
  const decided =
    byHeading !== 'risks' && byHeading !== 'next-steps' && DECIDED.test(plain) ? ('decisions' as const) : undefined;
  const category = decided ?? (general ? (byWords ?? money ?? dates ?? byHeading) : byHeading) ?? 'status';
  const strength = byHeading !== undefined || byWords !== undefined ? 2 : values.length > 0 ? 1 : 0;
  return { category, strength, values, ...subjectOf(plain), progress: PROGRESS.test(plain) };
}

function valuesOf(text: string): FactValue[] {
  const dates = findWrittenDates(text);
  const times = findWrittenTimes(text);
  const inside = (start: number): boolean =>
    [...dates, ...times].some((span) => start >= span.start && start < span.end);
  const values: FactValue[] = dates
    .flatMap(({ readings }) => readings.slice(0, 2))
    .map(({ year, month, day }) => ({
      kind: 'date',
      key: `${year === null ? '-' : String(year)}-${String(month).padStart(2, '0')}${day === null ? '' : `-${String(day).padStart(2, '0')}`}`,
    }));
  for (const { minutes } of times) values.push({ kind: 'time', key: String(minutes[0]) });
  for (const number of findNumbers(text)) {
    if (inside(number.start) || /^(?:one|a)$/i.test(number.text) || number.kind === 'ordinal') continue;
    const before = /(\p{L}+)\s*$/u.exec(text.slice(0, number.start))?.[1] ?? '';
    // "Phase 2", "room 14": a name, not an amount.
    if (
      number.kind === 'plain' &&
      /^(?:phase|stage|room|version|sheet|section|clause|page|number|no|lot|floor|unit|item|step|week|quarter|building|block|revision|gate|platform|clauses|rue|line)$/i.test(
        before,
      )
    )
      continue;
    const kind = number.kind === 'money' ? 'money' : number.kind === 'percent' ? 'percent' : 'number';
    values.push({ kind, key: `${number.currency} ${String(number.values[0])}`.trim() });
  }
  for (const name of text.matchAll(/(?<![\p{L}.] ?)\p{Lu}\p{Ll}+(?:[ -]\p{Lu}[\p{Ll}'’]+)+/gu)) {
    values.push({ kind: 'person', key: name[0].toLowerCase() });
  }
  return values;
}

/** Stems of what a text is about, without values, names of months and words of change. */
export function subjectOf(text: string): { subject: string[]; marks: string[] } {
  const masked = mask(text);
  const subject = new Set<string>();
  const marks = new Set<string>();
  const words = wordsOf(masked);
  words.forEach((word, i) => {
    const stem = stemOf(word.lower);
    if (/^\d/.test(word.text)) {
      const before = words[i - 1];
      if (before !== undefined) marks.add(`${stemOf(before.lower)} ${word.text}`);
      return;
    }
    if (STOP_WORDS.has(word.lower) || CHANGE_WORDS.has(stem) || plainWord(word.lower).length < 2) return;
    if (/^\p{Lu}/u.test(word.text) && i > 0) marks.add(stem);
    else if (CONTRASTS.has(word.lower)) marks.add(stem);
    subject.add(stem);
  });
  return { subject: [...subject], marks: [...marks] };
}

/** Words that make two subjects different when each has its own. */
const CONTRASTS = new Set(
  `first second third fourth north south east west upper lower left right old new main ground spring summer autumn winter
  morning afternoon gross net internal external q1 q2 q3 q4 monthly yearly`.split(/\s+/),
);

/** Without dates, times and amounts, so that only what they are about is left. */
function mask(text: string): string {
  let out = text;
  const money = findNumbers(text).filter(({ kind, inWords }) => kind !== 'plain' || inWords);
  for (const { start, end } of [...findWrittenDates(text), ...findWrittenTimes(text), ...money]) {
    out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end);
  }
  return out;
}

const GENERIC = new Set(
  `statu status report minut minutes updat week weekli month monthli note meet document summari protocol memo number project
  jan feb mar apr mai jun jul aug sep oct nov dec januari februari march april june juli august septemb octob novemb decemb
  final draft version copi of the partner doc file`.split(/\s+/),
);

function aboutOf(title: string, file: string): string[] {
  const folder = file.split('/').slice(-2, -1).join(' ');
  const name = (file.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
  const words = contentStems(`${title} ${folder} ${name}`.replace(/[_./-]+/g, ' '));
  return [...new Set(words)].filter((stem) => !/\d/.test(stem) && !GENERIC.has(stem));
}
