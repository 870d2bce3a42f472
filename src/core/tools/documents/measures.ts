/** What can be measured, so that a question for it is answered by an amount and its unit. */
export type Measure =
  | 'height'
  | 'length'
  | 'distance'
  | 'temperature'
  | 'age'
  | 'weight'
  | 'speed'
  | 'size'
  | 'depth'
  | 'frequency'
  | 'volume';

interface MeasureWords {
  /** How a question asks for it. */
  readonly asked: RegExp;
  /** Words of the question that the answer's unit stands for. */
  readonly words: RegExp;
  readonly answer: RegExp;
  /** Whether an amount of anything answers too: a fee can be high, a discount big. */
  readonly amount: boolean;
}

const NUMBER = String.raw`(?:\d[\d.,\u00a0 ]*|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand|half an?|a)[ -])\s*`;
const LENGTHS = String.raw`(?:mm|cm|dm|m|km|millimet\w+|centimet\w+|met(?:re|er)s?|kilomet\w+|miles?|feet|foot|ft|inch(?:es)?|yards?|storeys?|stories|floors?|nautical miles)\b`;
const TIMES = String.raw`(?:seconds?|minutes?|hours?|days?|nights?|weeks?|months?|years?|quarters?|decades?|centur\w+)\b`;

export const MEASURES: Readonly<Record<Measure, MeasureWords>> = {
  height: {
    asked:
      /\bhow (?:high|tall)\b|\b(?:what|which) (?:height|altitude|elevation|level)\b|\b(?:height|altitude|elevation) of\b/i,
    words: /^(?:high|tall|height|altitude|elevation|metres?|meters?)$/,
    answer: new RegExp(NUMBER + LENGTHS, 'i'),
    amount: true,
  },
  length: {
    asked: /\bhow (?:long|wide|broad|thick)\b|\b(?:length|width|thickness) of\b|\bwhat (?:length|width)\b/i,
    words: /^(?:long|wide|broad|thick|length|width|thickness|duration|lasts?)$/,
    answer: new RegExp(`${NUMBER}(?:${LENGTHS}|${TIMES})`, 'i'),
    amount: false,
  },
  distance: {
    asked: /\bhow (?:far|close|near)\b|\bwhat distance\b|\bdistance (?:of|to|from|between)\b/i,
    words: /^(?:far|close|near|distance|away|kilomet\w+|miles?)$/,
    answer: new RegExp(`${NUMBER}(?:${LENGTHS}|${TIMES}|steps\\b|stops?\\b)`, 'i'),
    amount: false,
  },
  temperature: {
    asked: /\bhow (?:cold|warm|hot|cool)\b|\btemperatures?\b|\bhow many degrees\b/i,
    words: /^(?:storage|cold|warm|hot|cool|temperatures?|degrees?|celsius|fahrenheit|kept|set)$/,
    answer: /\d\s*(?:°|degrees?\b|celsius\b|fahrenheit\b|[CFK]\b)|\b(?:minus|plus) \w+/i,
    amount: false,
  },
  age: {
    asked: /\bhow old\b|\b(?:what|which|minimum) age\b|\bage of\b/i,
    words: /^(?:old|age|aged|years?)$/,
    answer: new RegExp(
      String.raw`${NUMBER}${TIMES}|\b(?:aged?|over|under|built in|born|since|from|founded in|dates from)\b.*\d|\b1[4-9]\d\d\b|\b20\d\d\b`,
      'i',
    ),
    amount: false,
  },
  weight: {
    asked:
      /\bhow (?:heavy|light)\b|\bhow much (?:does|do|did|may|can|could|will)\b.*\bweigh\b|\b(?:weight|mass|load) of\b|\bwhat (?:weight|load)\b/i,
    words: /^(?:heavy|light|weight|mass|weighs?|weighing|load|kilos?|kilograms?)$/,
    answer: new RegExp(`${NUMBER}(?:kg|g|mg|t|lbs?|oz|kilos?|kilograms?|grams?|tons?|tonnes?|pounds?|ounces?)\\b`, 'i'),
    amount: false,
  },
  speed: {
    asked: /\bhow (?:fast|quick|quickly|slow|slowly)\b|\b(?:what|which|maximum|top) speed\b|\bspeed (?:of|limit)\b/i,
    words: /^(?:fast|faster|quick|quickly|slow|slowly|speed|maximum|top)$/,
    answer: new RegExp(
      String.raw`\d\s*(?:km\/?h|kph|mph|m\/s|knots?|kn|rpm|Hz)\b|\d[^.]{0,40}\b(?:per|an?|each) (?:hour|minute|second|day)\b|${NUMBER}${TIMES}`,
      'i',
    ),
    amount: false,
  },
  size: {
    asked: /\bhow (?:big|large|small)\b|\b(?:what|which) (?:size|area)\b|\b(?:size|area|surface) of\b/i,
    words: /^(?:big|large|small|size|area|surface)$/,
    answer: new RegExp(String.raw`\d\s*(?:m²|m2|km²|ha|sq)\b|${NUMBER}(?:square|hectares?|acres?|${LENGTHS})`, 'i'),
    amount: true,
  },
  depth: {
    asked: /\bhow (?:deep|low|shallow)\b|\b(?:depth|draught) of\b|\bwhat depth\b/i,
    words: /^(?:deep|low|shallow|depth|draught)$/,
    answer: new RegExp(NUMBER + LENGTHS, 'i'),
    amount: true,
  },
  frequency: {
    asked: /\bhow (?:often|frequently|regularly|many times)\b|\bat what intervals?\b|\bwhat intervals?\b/i,
    words: /^(?:often|frequently|regularly|times?|intervals?)$/,
    answer: new RegExp(
      String.raw`\b(?:every|each|once|twice|daily|weekly|monthly|yearly|annually|hourly|quarterly|nightly|never|always|(?:times|per|an?) (?:day|week|month|year|hour)|on (?:mon|tues|wednes|thurs|fri|satur|sun)days)\b`,
      'i',
    ),
    amount: false,
  },
  volume: {
    asked:
      /\bhow (?:many|much) (?:[a-z]+ ){0,4}(?:hold|fit|contain|store|carry)\b|\bhow full\b|\b(?:volume|capacity) of\b|\bwhat (?:volume|capacity)\b/i,
    words: /^(?:holds?|fits?|contains?|stores?|carry|carries|capacity|volume|full|litres?|liters?)$/,
    answer: new RegExp(`${NUMBER}(?:l|ml|hl|lit(?:re|er)s?|gallons?|cubic|m³|seats?|people|persons?|guests?)\\b`, 'i'),
    amount: true,
  },
};

/** The measure that a question asks for, or null. */
export function measureAsked(question: string): Measure | null {
  const found = Object.entries(MEASURES).find(([, { asked }]) => asked.test(question));
  return (found?.[0] as Measure | undefined) ?? null;
}
