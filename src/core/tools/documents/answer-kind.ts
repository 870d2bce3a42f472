import { findWrittenDates, findWrittenTimes } from '../../text/dates.ts';
import { findNumbers } from '../../text/numbers.ts';
import { plainWord, stemOf } from '../../text/tokens.ts';
import { STOP_WORDS, wordsOf } from '../../text/words.ts';
import { MEASURES } from './measures.ts';
import type { Question, QuestionType } from './question.ts';

/** Words beside which a bare number is an amount of money. */
const PRICED =
  /\b(?:costs?|price[ds]?|budget|pay|paid|fees?|rent|salary|charge[ds]?|amounts?|sum|offer(?:ed)?|quote[ds]?|invoice[ds]?|deposit|reserve|income|expenses?|spent|per (?:month|year|hour|night|day)|each)\b/i;
/** A period may be told by its last day. */
const ENDS = /\b(?:ends?|ended|until|till|expires?|expired|to|through|by|lasts?|runs?)\b/i;
/** "only when the wind is low", "from the third day on": a time that is told by something else. */
const CONDITION =
  /\b(?:when|whenever|once|after|before|during|while|unless|as soon as|as long as|only if|if|until|between|at (?:dawn|dusk|night|noon|sunrise|sunset)|(?:on|from|within|by) the \w+ (?:day|week|month|year)|\w+ (?:days?|weeks?|months?) (?:before|after|ahead|in advance|of|from)|(?:in|every) (?:spring|summer|autumn|winter))\b/i;
const WEEKDAY = /\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b/i;

/** Whether a text can hold an answer of the type that is asked for. */
export function holdsType(type: QuestionType, text: string, question: Question): boolean {
  if (question.measure !== null && MEASURES[question.measure].answer.test(text)) return true;
  switch (type) {
    case 'measure':
      return question.measure !== null && MEASURES[question.measure].amount && holdsAmount(text);
    case 'when':
      return (
        findWrittenDates(text).length > 0 ||
        WEEKDAY.test(text) ||
        findWrittenTimes(text).length > 0 ||
        CONDITION.test(text) ||
        /\b(?:today|tomorrow|yesterday|(?:next|last|this) (?:week|month|year|spring|summer|autumn|winter)|in (?:january|february|march|april|may|june|july|august|september|october|november|december)|(?:early|mid|late|end of)[ -]\w+|(?:19|20)\d{2}|q[1-4]\b|daily|weekly|monthly|every \w+|week \d+)\b/i.test(
          text,
        )
      );
    case 'time':
      return (
        findWrittenTimes(text).length > 0 ||
        /\b(?:at|from|until|till|by) (?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|noon|midnight)\b/i.test(
          text,
        )
      );
    case 'money':
      return (
        findNumbers(text).some(({ kind }) => kind === 'money') ||
        (findNumbers(text).length > 0 && PRICED.test(text)) ||
        /\b(?:free of charge|for free|costs? nothing|no charge)\b/i.test(text)
      );
    case 'count':
      return findNumbers(text).length > 0;
    case 'percent':
      return findNumbers(text).some(({ kind }) => kind === 'percent');
    case 'duration':
      if (findWrittenDates(text).length > 0 && ENDS.test(text)) return true;
      return /\b(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|quarters?|daily|weekly|monthly|yearly|annually|twice|once|every|until|from)\b/i.test(
        text,
      );
    case 'email':
      return /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}/u.test(text);
    case 'phone':
      return /(?:\+|\b0)\d[\d ()/.-]{5,}\d|\b\d{3}[ -]\d{3,4}(?:[ -]\d{2,4})?\b|\b(?:extension|ext\.?) \d+/i.test(text);
    case 'code':
      return /\b[\p{L}]*\d[\p{L}\d./-]*/u.test(text) || /\b(?:password|pin|code) (?:is|:)/i.test(text);
    case 'who':
      return holdsPerson(text, question);
    case 'where':
      return /\b(?:in|into|inside|at|on|onto|near|to|from|under|underneath|beneath|below|above|over|behind|between|beside|along|against|outside|within|next to|close to|opposite|around|via|through|room|floor|street|road|avenue|square|hall|building|office)\s+(?!\d{1,2}(?:st|nd|rd|th)?\s+\p{Lu}|(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|august|september|october|november|december|spring|summer|autumn|winter|time|writing|case|addition|particular|\d{4})\b)(?:the\s+|our\s+|a\s+)?[\p{L}\d]/iu.test(
        text,
      );
    case 'why':
      return /\b(?:because|since|due to|owing to|as a result|reason|so that|in order to|caused?|therefore|thanks to|on account of|for (?:the|lack|want|fear)|otherwise|would (?:not|have)|needs?)\b/i.test(
        text,
      );
    case 'yes-no':
    case 'what':
      return true;
  }
}

const NO_PERSON = new Set(
  `january february march april may june july august september october november december monday tuesday wednesday thursday
  friday saturday sunday eur usd gbp chf next the this that these it there other correction note please open date`.split(
    /\s+/,
  ),
);
/** "Mara leads …": one name at the beginning, and what its bearer does. */
const NAME_AND_VERB = /^\p{Lu}\p{Ll}+ (?:\p{Ll}+s|is|was|will|has|had|can|took)\b/u;

/** A name that the question does not give already, or a speaker's "I" and "we". */
function holdsPerson(text: string, question: Question): boolean {
  const asked = new Set(question.terms.map(({ stem }) => stem));
  const strange = ({ lower }: { readonly lower: string }): boolean =>
    !asked.has(stemOf(lower)) && !STOP_WORDS.has(lower) && !NO_PERSON.has(lower);
  const names = wordsOf(text).filter((word) => /^\p{Lu}\p{Ll}/u.test(word.text) && strange(word));
  if (names.some((word) => word.start > 0)) return true;
  if (names.length > 0 && NAME_AND_VERB.test(text)) return true;
  return /\b(?:gmbh|ltd|inc|department|i|i'll|we|my|our)\b/i.test(text);
}

/** The names that a text gives beyond those of the question, for telling one answer from another. */
export function namesIn(text: string, question: Question): string[] {
  const asked = new Set(question.terms.map(({ stem }) => stem));
  return wordsOf(text)
    .filter(
      (word) =>
        /^\p{Lu}\p{Ll}/u.test(word.text) &&
        word.start > 0 &&
        !asked.has(stemOf(word.lower)) &&
        !STOP_WORDS.has(word.lower) &&
        !NO_PERSON.has(word.lower),
    )
    .map(({ lower }) => plainWord(lower));
}

/** A figure with a unit of money or measure, or any number with a word after it. */
function holdsAmount(text: string): boolean {
  return findNumbers(text).some(({ kind }) => kind !== 'ordinal');
}
