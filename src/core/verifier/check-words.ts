import { compatibleDates, findWrittenDates, findWrittenTimes, weekdayHolds, type PartialDate } from '../text/dates.ts';
import { closeTo, findNumbers } from '../text/numbers.ts';
import { plainWord, stemOf } from '../text/tokens.ts';
import { STOP_WORDS, wordsOf } from '../text/words.ts';
import type { Claim, Evidence } from '../tools/answer.ts';
import { check, short } from './check.ts';
import { partsOf } from './claim-parts.ts';
import type { Check } from './verdict.ts';

/** Share of the words of a claim's own that must come from its evidence. */
const EXTRACT_WORDS_MIN = 0.8;
const COMPUTED_WORDS_MIN = 0.4;
/** Words that say what was computed: "is free", "on average". */
const COMPUTED_OWN_WORDS = 3;

/** Words that claims are put together with: they say who speaks, when, and how sentences relate. */
const FRAME = new Set(
  `ask asks asked say says said write writes wrote answer answers answered wait waits waiting you your due by before for
  from to in on and or the a an is are was were of with earlier later now corrected correction changed message messages
  newsletter newsletters notification notifications file files no not found stated states according next latest named
  at until between page row rows`.split(/\s+/),
);
const NEGATIONS = /\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n['’]t)\b/gi;
const FILE = /[\p{L}\p{N}_][\p{L}\p{N}_./()-]*\.(?:md|txt|pdf|docx?|html?|csv|tsv|ics|eml|mbox|json|zip|xlsx?)\b/giu;

/** Checks what a claim says in its own words: files, dates, times, numbers, names, and the rest of its words. */
export function checkWords(claim: Claim, cited: readonly Evidence[]): Check[] {
  const source = new Source(claim, cited);
  let rest = partsOf(claim.text).rest;
  const checks: Check[] = [];
  const named = source.filesIn(rest);
  rest = mask(rest, named);
  if (named.length > 0) checks.push(check(claim, 'file', true, 'the file named is a cited one'));
  const strange = [...rest.matchAll(FILE)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  for (const { text } of strange) checks.push(check(claim, 'file', false, `${text} is none of the cited files`));
  rest = mask(rest, strange);
  const dates = findWrittenDates(rest);
  for (const date of dates) checks.push(source.date(date.text, date.readings));
  rest = mask(rest, dates);
  const times = findWrittenTimes(rest);
  for (const time of times) checks.push(source.time(time.text, time.minutes));
  rest = mask(rest, times);
  const numbers = findNumbers(rest).filter(({ text }) => !/^one$/i.test(text));
  for (const number of numbers) checks.push(source.number(number.text, number.values));
  rest = mask(rest, numbers);
  for (const digits of rest.match(/[\p{L}]*\d[\p{L}\d.,:/-]*/gu) ?? []) checks.push(source.code(digits));
  checks.push(...source.names(rest), ...source.attribution(), source.others(rest));
  return checks;
}

/** What the evidence and the computation of a claim give it to say. */
class Source {
  readonly #claim: Claim;
  readonly #cited: readonly Evidence[];
  /** All evidence text, and what the computation adds. */
  readonly #text: string;
  readonly #words: ReadonlySet<string>;
  /** Numbers not yet used, each with its readings. */
  readonly #left: (readonly number[])[];
  /** Dates and times not yet used, each with its readings. */
  readonly #datesLeft: (readonly PartialDate[])[];
  readonly #timesLeft: (readonly number[])[];

  constructor(claim: Claim, cited: readonly Evidence[]) {
    this.#claim = claim;
    this.#cited = cited;
    const { computation } = claim;
    const shown = computation?.kind === 'aggregate' || computation?.kind === 'free-slot' ? computation.shown : '';
    const value = computation?.kind === 'date' ? computation.value.replace('T', ' ') : '';
    const near =
      computation?.kind === 'free-slot' || computation?.kind === 'aggregate'
        ? cited.map(({ locator, file }) => `${locator}\n${file}`)
        : [];
    this.#text = [...cited.map(({ quote }) => quote), shown, value, ...near].join('\n');
    this.#words = new Set(wordsOf(this.#text).flatMap(({ lower }) => [lower, plainWord(lower), stemOf(lower)]));
    // The 6 of "6 March" says nothing about 6 %: a claim's own dates and times are held against them as such.
    const [dates, times] = [findWrittenDates(this.#text), findWrittenTimes(this.#text)];
    const counted = claim.basis === 'extract' ? mask(this.#text, [...dates, ...times]) : this.#text;
    this.#datesLeft = dates.map(({ readings }) => readings);
    this.#timesLeft = times.map(({ minutes }) => minutes);
    this.#left = findNumbers(counted).map(({ values }) => values);
    if (computation?.kind === 'aggregate') this.#left.push(computedNumbers(computation));
    if (computation?.kind === 'free-slot') this.#left.push([(computation.end - computation.start) / 60_000]);
  }

  /** Where the cited files are named, by path or by name alone. */
  filesIn(text: string): { readonly start: number; readonly end: number }[] {
    const names = this.#cited
      .flatMap(({ file }) => [file, file.split('/').at(-1) ?? file])
      .filter((name) => name.includes('.'));
    const longestFirst = [...new Set(names)].sort((a, b) => b.length - a.length);
    const found: { start: number; end: number }[] = [];
    const lower = text.toLowerCase();
    for (const name of longestFirst) {
      for (let at = lower.indexOf(name.toLowerCase()); at >= 0; at = lower.indexOf(name.toLowerCase(), at + 1)) {
        const whole =
          !/[\p{L}\p{N}_.-]$/u.test(text.slice(0, at)) && !/^[\p{L}\p{N}_-]/u.test(text.slice(at + name.length));
        if (whole && !found.some(({ start, end }) => at < end && start < at + name.length))
          found.push({ start: at, end: at + name.length });
      }
    }
    return found;
  }

  date(text: string, readings: readonly PartialDate[]): Check {
    const known = this.#datesLeft.flat();
    const given = readings.flatMap((date) => {
      if (!weekdayHolds(date) || !this.#weekdayNamed(date, known)) return [];
      return this.#datesLeft.filter((others) =>
        others.some((other) => compatibleDates(date, other) && (date.year === null || other.year !== null)),
      );
    });
    const passed = given.length > 0;
    this.#use(this.#datesLeft, given[0]);
    return this.#check('date', passed, passed ? `the evidence gives ${text}` : `no evidence says ${text}`);
  }

  time(text: string, minutes: readonly number[]): Check {
    const given = this.#timesLeft.find((known) => minutes.some((minute) => known.includes(minute)));
    const passed = given !== undefined;
    this.#use(this.#timesLeft, given);
    return this.#check('date', passed, passed ? `the evidence gives ${text}` : `no evidence says ${text}`);
  }

  /** What one part of a sentence says is no evidence for another: each date and time supports one. */
  #use<T>(left: T[], given: T | undefined): void {
    if (given !== undefined && this.#claim.basis === 'extract') left.splice(left.indexOf(given), 1);
  }

  /** Each number of the evidence supports one number of the claim. */
  number(text: string, values: readonly number[]): Check {
    const at = this.#left.findIndex((known) => values.some((value) => known.some((other) => closeTo(value, other))));
    const computed = this.#claim.computation?.kind === 'aggregate' || this.#claim.computation?.kind === 'free-slot';
    if (at >= 0 && !computed) this.#left.splice(at, 1);
    return this.#check(
      'number',
      at >= 0,
      at >= 0 ? `the number ${text} is in the evidence` : `no evidence says ${text}`,
    );
  }

  /** Letters and digits together, "A-214", "T30": as written or not at all. */
  code(text: string): Check {
    const wanted = text.replace(/[.,:/-]+$/, '').toLowerCase();
    const passed =
      this.#text
        .toLowerCase()
        .split(/[\s"“”()<>,;]+/)
        .some((word) => word.replace(/[.,:!?]+$/, '') === wanted) || this.#words.has(wanted);
    return this.#check('number', passed, passed ? `${text} is in the evidence` : `no evidence says ${text}`);
  }

  /** Capitalised words, but for frame words and the first word of the claim when the evidence has it in any form. */
  names(rest: string): Check[] {
    return wordsOf(rest)
      .filter(
        ({ text, lower }) =>
          /^\p{Lu}/u.test(text) && !FRAME.has(lower) && !STOP_WORDS.has(lower) && !CALENDAR_WORDS.has(lower),
      )
      .filter((word) => this.#claim.basis === 'extract' || word.start > 0 || !COMPUTED_OPENERS.test(word.text))
      .map(({ text, lower }) => {
        const passed = this.#words.has(lower) || this.#words.has(plainWord(lower));
        return this.#check('name', passed, passed ? `${text} is in the evidence` : `no evidence names ${text}`);
      });
  }

  /** "Mara asks: …", "Mara: …": the words quoted must be hers, by the From line that is cited with them. */
  attribution(): Check[] {
    const match = /^([^“:]{2,80}?)(?: asks| waits for your answer| says| writes)?(?: in)?:? “/u.exec(this.#claim.text);
    const senders = this.#cited.filter(({ quote }) => quote.startsWith('From: '));
    const name = match?.[1]?.trim() ?? '';
    if (senders.length === 0 || name === '' || /^(?:you\b|earlier|later|now|corrected)/i.test(name)) return [];
    const words = wordsOf(name).map(({ lower }) => lower);
    const passed = senders.some(({ quote }) => {
      const have = new Set(wordsOf(quote).map(({ lower }) => lower));
      return words.every((word) => have.has(word));
    });
    return [
      this.#check('name', passed, passed ? `${name} is the sender` : `${name} is not the sender of what is quoted`),
    ];
  }

  others(rest: string): Check {
    const words = wordsOf(rest).filter(
      ({ lower }) => !FRAME.has(lower) && !STOP_WORDS.has(lower) && !CALENDAR_WORDS.has(lower) && !/\d/.test(lower),
    );
    const unknown = words.filter(({ lower }) => !this.#words.has(lower) && !this.#words.has(stemOf(lower)));
    const least = this.#claim.basis === 'extract' ? EXTRACT_WORDS_MIN : COMPUTED_WORDS_MIN;
    const negated = (rest.match(NEGATIONS) ?? []).filter((word) => !new RegExp(`\\b${word}\\b`, 'i').test(this.#text));
    const allowed = this.#claim.basis === 'extract' ? 0 : COMPUTED_OWN_WORDS;
    const enough = unknown.length <= allowed || (words.length - unknown.length) / words.length >= least;
    const passed = enough && (this.#claim.basis !== 'extract' || negated.length === 0);
    const named = [...unknown.map(({ text }) => text), ...negated].slice(0, 4).join(', ');
    return this.#check(
      'evidence',
      passed,
      passed ? 'its words come from the evidence' : `the evidence does not say: ${short(named)}`,
    );
  }

  /** A weekday that the evidence names for that date must be the same one. */
  #weekdayNamed(date: PartialDate, known: readonly PartialDate[]): boolean {
    if (date.weekday === null || date.year !== null) return true;
    return known.some((other) => compatibleDates(date, other) && other.weekday === date.weekday);
  }

  #check(kind: Check['kind'], passed: boolean, reason: string): Check {
    return check(this.#claim, kind, passed, reason);
  }
}

const CALENDAR_WORDS = new Set(
  `mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul aug sep
  oct nov dec january february march april june july august september october november december`.split(/\s+/),
);
/** First words of computed claims that no evidence need hold: "Total", "Average". */
const COMPUTED_OPENERS = /^\p{Lu}\p{Ll}+$/u;

function computedNumbers(computation: Extract<NonNullable<Claim['computation']>, { kind: 'aggregate' }>): number[] {
  const { result, values } = computation;
  const rounded = [0, 1, 2, 3].map((digits) => Number(result.toFixed(digits)));
  return [
    result,
    ...rounded,
    ...rounded.map(Math.abs),
    ...[0, 1, 2].map((digits) => Number((100 * result).toFixed(digits))),
    values.length,
    ...values.map(({ value }) => value),
  ];
}

function mask(text: string, spans: readonly { readonly start: number; readonly end: number }[]): string {
  let out = text;
  for (const { start, end } of spans) out = out.slice(0, start) + ' '.repeat(end - start) + out.slice(end);
  return out;
}
