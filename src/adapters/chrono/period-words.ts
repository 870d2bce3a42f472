/** The words that periods are said with, as pieces of regular expressions over lowercase text. */
export const MONTH_NAMES = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
export const MONTH = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:\.(?=\s*\d))?`;
export const WEEKDAY = String.raw`(?:mon|tues|wednes|thurs|fri|satur|sun)day`;
/** The name of a day before its number, which then says it all. */
export const ANY_DAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+(?:the\s+)?)?`;
export const NUMBERS = [
  'one',
  'two',
  'three',
  'four',
  'five',
  'six',
  'seven',
  'eight',
  'nine',
  'ten',
  'eleven',
  'twelve',
];
export const COUNT = String.raw`\d{1,3}|a couple of|couple of|couple|a few|few|several|${NUMBERS.join('|')}|fourteen|thirty|sixty|ninety`;
export const UNIT = 'day|working day|business day|week|fortnight|month|quarter|year';
export const NEAR = 'next|coming|following|upcoming';
export const GONE = 'last|past|previous|preceding';
export const HERE = 'this|current|present';
export const YEAR = String.raw`(?:19|20)\d{2}`;
export const ORDINAL = String.raw`\d{1,2}(?:st|nd|rd|th)`;
export const THROUGH = String.raw`\s*(?:to|-|–|—|until|till|through|thru)\s*`;
