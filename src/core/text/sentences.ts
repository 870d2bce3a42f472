/** A piece of a text. Offsets are UTF-16 units into the text; `text` is exactly what stands between them. */
export interface Sentence {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Splits plain text into sentences. Ends are full stops, question and exclamation marks that close a sentence (not
 * those of abbreviations, decimals, initials, addresses), blank lines, list items and heading-like lines.
 * Wrapped lines of one paragraph stay together.
 */
export function splitSentences(text: string): Sentence[] {
  const sentences: Sentence[] = [];
  for (const piece of splitBlocks(text)) {
    let from = piece.start;
    for (const end of sentenceEnds(text.slice(piece.start, piece.end))) {
      push(sentences, text, from, piece.start + end);
      from = piece.start + end;
    }
    push(sentences, text, from, piece.end);
  }
  return sentences;
}

function push(sentences: Sentence[], text: string, from: number, to: number): void {
  let start = from;
  let end = to;
  while (start < end && /\s/.test(text.charAt(start))) start++;
  while (end > start && /\s/.test(text.charAt(end - 1))) end--;
  const piece = text.slice(start, end);
  if (/[\p{L}\p{N}]/u.test(piece)) sentences.push({ text: piece, start, end });
}

const LIST_ITEM =
  /^\s*(?:[-*•‣◦–]\s+|\(?\d{1,2}[.)]\s+(?!(?:Jan|Feb|Mar|Mär|Apr|May|Mai|Jun|Jul|Aug|Sep|Oct|Okt|Nov|Dec|Dez))|\(?[a-z]\)\s+|\[[ x]\]\s+)/i;
/** A line this short that does not end like prose is not joined with the next one. */
const WRAPPED_LINE_CHARS_MIN = 45;

function splitBlocks(text: string): { readonly start: number; readonly end: number }[] {
  const blocks: { start: number; end: number }[] = [];
  let at = 0;
  let current: { start: number; end: number } | null = null;
  let previous = '';
  for (const line of text.split('\n')) {
    const item = LIST_ITEM.exec(line);
    const start = at + (item === null ? 0 : item[0].length);
    const end = at + line.length;
    at = end + 1;
    if (line.trim() === '') {
      current = null;
    } else if (current !== null && item === null && continues(previous, line)) {
      current.end = end;
    } else {
      current = { start, end };
      blocks.push(current);
    }
    previous = line;
  }
  return blocks;
}

function continues(previous: string, line: string): boolean {
  const before = previous.trim();
  if (
    /[,;–—-]$/.test(before) &&
    !/^(hi|hello|dear|hey|good)\b/i.test(before) &&
    !/^[\p{L} .'’-]{1,30},$/u.test(before)
  ) {
    return true;
  }
  if (/^\s*[\p{Ll}(]/u.test(line) && !/[:,.!?]$/.test(before)) return true;
  if (/^[^\s:]{1,20}(?: [^\s:]{1,20}){0,2}:\s/.test(line.trim()) || /[:]$/.test(before)) return false;
  return before.length >= WRAPPED_LINE_CHARS_MIN;
}

const ABBREVIATIONS = new Set(
  `mr mrs ms dr prof sr jr st vs etc e.g i.e eg ie cf al no nr vol pp p fig approx dept est inc ltd co corp gmbh bros
  jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun a.m p.m am pm u.s u.k
  tel ext ref rev gen col lt sgt ave blvd rd hon max min ca z.b bzw inkl zzgl`.split(/\s+/),
);

/** Abbreviations that may well end a sentence: they close it when the next word starts like one. */
const MAY_END = new Set(`etc inc ltd co corp gmbh a.m p.m am pm u.s u.k jr sr`.split(' '));
const STARTERS =
  /^["“‘(]?(?:I|We|You|He|She|It|They|The|This|That|These|Those|A|An|In|On|At|If|Please|Could|Can|Would|Our|My|Your|But|And|So|However|There|What|When|Who|How|Why|Where|No|Yes)\b/;

function sentenceEnds(text: string): number[] {
  const ends: number[] = [];
  for (const match of text.matchAll(/([.!?…]+)(["”’')\]]*)(?=\s|$)/gu)) {
    const end = match.index + match[0].length;
    const rest = text.slice(end).trimStart();
    if (rest === '') continue;
    const mark = match[1] ?? '';
    if (mark === '.' && !stopEnds(text.slice(0, match.index), rest)) continue;
    if ((mark === '…' || /^\.{2,}$/.test(mark)) && /^\p{Ll}/u.test(rest)) continue;
    if (/[!?]/.test(mark) && (match[2] ?? '') !== '' && /^\p{Ll}/u.test(rest)) continue;
    ends.push(end);
  }
  return ends;
}

function stopEnds(before: string, rest: string): boolean {
  const word = /[\p{L}\p{N}.]*$/u.exec(before)?.[0].toLowerCase() ?? '';
  if (MAY_END.has(word)) return STARTERS.test(rest);
  if (ABBREVIATIONS.has(word)) return false;
  if (/^\p{L}$/u.test(word) && /(^|\s)\p{Lu}$/u.test(before)) return word === 'i';
  if (
    /^\d{1,2}$/.test(word) &&
    /(^|\s)\d{1,2}$/.test(before) &&
    /^(?:\p{Ll}|January|February|March|April|May|June|July|August|September|October|November|December|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember)/u.test(
      rest,
    )
  )
    return false;
  return !/^\p{Ll}/u.test(rest) || /^(?:e-?mail|i[A-Z])/.test(rest);
}
