/** A number in a text, with every value it can be read as: "1.234" is 1.234 or 1234. Offsets are UTF-16 units. */
export interface NumberMention {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** At least one; more when the separators can be read in two ways. */
  readonly values: readonly number[];
  readonly kind: 'plain' | 'money' | 'percent' | 'ordinal';
  /** ISO 4217 code for money, else ''. */
  readonly currency: string;
  /** Written in letters: "twenty-five". */
  readonly inWords: boolean;
}

const CURRENCIES: Readonly<Record<string, string>> = {
  '€': 'EUR', eur: 'EUR', euro: 'EUR', euros: 'EUR',
  $: 'USD', us$: 'USD', usd: 'USD', dollar: 'USD', dollars: 'USD',
  '£': 'GBP', gbp: 'GBP', pound: 'GBP', pounds: 'GBP',
  chf: 'CHF', franc: 'CHF', francs: 'CHF', '¥': 'JPY', jpy: 'JPY', yen: 'JPY',
  sek: 'SEK', nok: 'NOK', dkk: 'DKK', kronor: 'SEK', pln: 'PLN', czk: 'CZK', cad: 'CAD', aud: 'AUD', inr: 'INR', '₹': 'INR',
}; // prettier-ignore

const PREFIX = '(?:(US\\$|[€$£¥₹]|\\b(?:EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|CAD|AUD|INR|JPY))[\\s\\u00a0\\u202f]?)?';
const DIGITS = "(\\d{1,3}(?:[.,'’\\u00a0\\u202f ]\\d{3})+(?!\\d)(?:[.,]\\d+)?|\\d+(?:[.,]\\d+)?)";
const SCALE = '(?:[\\s\\u00a0]?(k|m|bn|thousand|million|billion|mio\\.?|mrd\\.?)(?![\\p{L}²³]))?';
const SUFFIX =
  '(?:[\\s\\u00a0\\u202f]?(%|percent\\b|per\\s?cent\\b|€|\\$|£|(?:euros?|dollars?|pounds?|francs?|kronor|yen|EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|CAD|AUD|INR|JPY)(?![\\p{L}])|(?:st|nd|rd|th)(?![\\p{L}])))?';
const NUMBER = new RegExp(
  `${PREFIX}(?<![\\p{L}\\p{N}]|\\d[-/:.,])([-−])?(?<![\\p{L}])${DIGITS}${SCALE}${SUFFIX}`,
  'giu',
);

const SCALES: Readonly<Record<string, number>> = {
  k: 1e3, thousand: 1e3, m: 1e6, million: 1e6, mio: 1e6, 'mio.': 1e6, bn: 1e9, billion: 1e9, mrd: 1e9, 'mrd.': 1e9,
}; // prettier-ignore

export function findNumbers(text: string): NumberMention[] {
  const found: NumberMention[] = [];
  for (const match of text.matchAll(NUMBER)) {
    const [whole, before = '', sign = '', digits = '', scale = '', after = ''] = match;
    const currency = CURRENCIES[before.toLowerCase()] ?? CURRENCIES[after.toLowerCase()] ?? '';
    // "9 m" is a length unless it is money.
    const scaled = scale.toLowerCase() === 'm' && currency === '' ? 1 : (SCALES[scale.toLowerCase()] ?? 1);
    const factor = scaled * (sign === '' ? 1 : -1);
    found.push({
      text: whole,
      start: match.index,
      end: match.index + whole.length,
      values: readDigits(digits).map((value) => round(value * factor)),
      kind:
        currency !== ''
          ? 'money'
          : /^(%|per)/i.test(after)
            ? 'percent'
            : /^[a-z]{2}$/i.test(after)
              ? 'ordinal'
              : 'plain',
      currency,
      inWords: false,
    });
  }
  return [...found, ...findNumbersInWords(text)].sort((a, b) => a.start - b.start);
}

export function sameNumber(a: NumberMention, b: NumberMention): boolean {
  return a.values.some((value) => b.values.some((other) => closeTo(value, other)));
}

/** Equal but for the rounding of binary fractions. */
export function closeTo(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** Every value that written digits with separators can mean, the likeliest first. */
export function readDigits(digits: string): number[] {
  const plain = digits.replace(/['’\u00a0\u202f ]/g, '');
  const marks = plain.match(/[.,]/g) ?? [];
  if (marks.length === 0) return [Number(plain)];
  const last = plain.charAt(Math.max(plain.lastIndexOf('.'), plain.lastIndexOf(',')));
  const decimals = plain.length - plain.lastIndexOf(last) - 1;
  const grouped = Number(plain.replace(/[.,]/g, ''));
  if (new Set(marks).size === 2) return [asDecimal(plain, last)];
  if (marks.length > 1) return [grouped];
  if (decimals !== 3 || plain.startsWith('0')) return [asDecimal(plain, last)];
  return last === ',' ? [grouped, asDecimal(plain, last)] : [asDecimal(plain, last), grouped];
}

function asDecimal(digits: string, mark: string): number {
  const at = digits.lastIndexOf(mark);
  return Number(`${digits.slice(0, at).replace(/[.,]/g, '')}.${digits.slice(at + 1)}`);
}

function round(value: number): number {
  return Number(value.toPrecision(15));
}

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const WORDS = new Map<string, number>([
  ...UNITS.map((word, i): [string, number] => [word, i]),
  ...TENS.map((word, i): [string, number] => [word, 10 * (i + 2)]),
  ['dozen', 12],
]);
const MULTIPLIERS = new Map([['hundred', 100], ['thousand', 1e3], ['million', 1e6], ['billion', 1e9]]); // prettier-ignore
const NUMBER_WORD = [...WORDS.keys()].join('|');
const IN_WORDS = new RegExp(
  `\\b(?:${NUMBER_WORD}|a (?=hundred|thousand|million|billion|dozen))(?:[\\s-]*(?:and\\s+)?(?:${NUMBER_WORD}|${[...MULTIPLIERS.keys()].join('|')})\\b)*`,
  'gi',
);

function findNumbersInWords(text: string): NumberMention[] {
  const found: NumberMention[] = [];
  for (const match of text.matchAll(IN_WORDS)) {
    const words = match[0]
      .toLowerCase()
      .split(/[\s-]+/)
      .filter((word) => word !== 'and' && word !== '');
    const value = valueOfWords(words);
    const rest = text.slice(match.index + match[0].length);
    const unit = /^\s+(euros?|dollars?|pounds?|francs?|percent|per cent)\b/i.exec(rest)?.[1]?.toLowerCase() ?? '';
    const currency = CURRENCIES[unit] ?? '';
    found.push({
      text: match[0],
      start: match.index,
      end: match.index + match[0].length,
      values: [value],
      kind: currency !== '' ? 'money' : unit.startsWith('per') ? 'percent' : 'plain',
      currency,
      inWords: true,
    });
  }
  return found;
}

function valueOfWords(words: readonly string[]): number {
  let total = 0;
  let group = 0;
  for (const word of words) {
    const factor = MULTIPLIERS.get(word);
    if (factor === 100) group = Math.max(1, group) * 100;
    else if (factor !== undefined) {
      total += Math.max(1, group) * factor;
      group = 0;
    } else if (word === 'dozen') group = Math.max(1, group) * 12;
    else group += WORDS.get(word) ?? (word === 'a' ? 1 : 0);
  }
  return total + group;
}
