import { readDigits } from './numbers.ts';

/** A measured amount in a text, "12 km" or "2–8 °C", and what it measures. Offsets are UTF-16 units. */
export interface Amount {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** One value, or the two ends of a range. */
  readonly values: readonly number[];
  readonly unit: Unit;
}

export type System = 'metric' | 'imperial';

interface Measure {
  readonly system: System;
  /** How it is written, as a pattern; abbreviations are case-sensitive. */
  readonly written: string;
  /** In base units: metres, kilograms, metres a second, square metres, degrees Celsius. */
  readonly factor: number;
  /** Degrees that zero lies above the base unit's zero. */
  readonly offset?: number;
  /** The unit of the other system that people use for such amounts. */
  readonly into: string;
  /** As an answer writes it. */
  readonly shown: string;
}

/**
 * Units that mean the same everywhere. Left out are those that do not (gallon, pint, ton, cup), "pound" in words, which
 * may be money, and "in" for inches. Factors: the international yard and pound agreement of 1959, exact.
 */
const MEASURES = {
  mm: { system: 'metric', written: 'mm|[Mm]illimet(?:re|er)s?', factor: 0.001, into: 'inch', shown: 'mm' },
  cm: { system: 'metric', written: 'cm|[Cc]entimet(?:re|er)s?', factor: 0.01, into: 'inch', shown: 'cm' },
  m: { system: 'metric', written: 'm|[Mm]et(?:re|er)s?', factor: 1, into: 'foot', shown: 'm' },
  km: { system: 'metric', written: 'km|[Kk]ilomet(?:re|er)s?', factor: 1000, into: 'mile', shown: 'km' },
  inch: { system: 'imperial', written: '[Ii]nch(?:es)?', factor: 0.0254, into: 'cm', shown: 'inches' },
  foot: { system: 'imperial', written: 'ft|[Ff]eet|[Ff]oot', factor: 0.3048, into: 'm', shown: 'feet' },
  yard: { system: 'imperial', written: 'yd|[Yy]ards?', factor: 0.9144, into: 'm', shown: 'yards' },
  mile: { system: 'imperial', written: 'mi|[Mm]iles?', factor: 1609.344, into: 'km', shown: 'miles' },
  g: { system: 'metric', written: 'g|[Gg]ram(?:me)?s?', factor: 0.001, into: 'ounce', shown: 'g' },
  kg: { system: 'metric', written: 'kg|[Kk]ilos?|[Kk]ilogram(?:me)?s?', factor: 1, into: 'lb', shown: 'kg' },
  ounce: { system: 'imperial', written: 'oz|[Oo]unces?', factor: 0.028349523125, into: 'g', shown: 'ounces' },
  lb: { system: 'imperial', written: 'lbs?', factor: 0.45359237, into: 'kg', shown: 'lb' },
  'km/h': {
    ...{ system: 'metric', factor: 1000 / 3600, into: 'mph', shown: 'km/h' },
    written: 'km/h|kmh|kph|[Kk]ilomet(?:re|er)s? (?:per|an) hour',
  },
  'm/s': {
    ...{ system: 'metric', factor: 1, into: 'mph', shown: 'm/s' },
    written: 'm/s|[Mm]et(?:re|er)s? (?:per|a) second',
  },
  mph: {
    ...{ system: 'imperial', factor: 0.44704, into: 'km/h', shown: 'mph' },
    written: 'mph|[Mm]iles (?:per|an) hour',
  },
  'm²': { system: 'metric', written: 'm²|m2|sqm|[Ss]quare met(?:re|er)s?', factor: 1, into: 'ft²', shown: 'm²' },
  ha: { system: 'metric', written: 'ha|[Hh]ectares?', factor: 10_000, into: 'acre', shown: 'ha' },
  'km²': { system: 'metric', written: 'km²|km2|[Ss]quare kilomet(?:re|er)s?', factor: 1e6, into: 'mi²', shown: 'km²' },
  'ft²': {
    ...{ system: 'imperial', factor: 0.09290304, into: 'm²', shown: 'square feet' },
    written: 'ft²|sq\\.? ?ft|[Ss]quare (?:feet|foot)',
  },
  acre: { system: 'imperial', written: '[Aa]cres?', factor: 4046.8564224, into: 'ha', shown: 'acres' },
  'mi²': {
    ...{ system: 'imperial', factor: 2_589_988.110336, into: 'km²', shown: 'square miles' },
    written: 'sq\\.? ?mi|[Ss]quare miles?',
  },
  '°C': {
    ...{ system: 'metric', factor: 1, into: '°F', shown: '°C' },
    written: '° ?C|[Dd]egrees? (?:C|[Cc]elsius)',
  },
  '°F': {
    ...{ system: 'imperial', factor: 5 / 9, offset: 32, into: '°C', shown: '°F' },
    written: '° ?F|[Dd]egrees? (?:F|[Ff]ahrenheit)',
  },
} satisfies Readonly<Record<string, Measure>>;

export type Unit = keyof typeof MEASURES;

const UNITS = Object.keys(MEASURES) as Unit[];
const DIGITS = String.raw`\d{1,3}(?:[,'’\u00a0\u202f ]\d{3})+(?!\d)(?:\.\d+)?|\d+(?:[.,]\d+)?`;
const WRITTEN = UNITS.map((unit) => `(${MEASURES[unit].written})`).join('|');
/** Money is no length, and "80 km per day" or "5 kg/m²" is a rate. */
const AMOUNT = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,/€$£¥₹'’]|[€$£¥₹] |\b(?:EUR|USD|GBP|CHF) )(?<![\p{N}][-–—])([-−]?(?:${DIGITS}))` +
    String.raw`(?:\s?(?:–|-|to)\s?([-−]?(?:${DIGITS})))?[\s\u00a0\u202f-]?(?:${WRITTEN})` +
    String.raw`(?![\p{L}\p{N}²³/]|\s+(?:per|an?)\s|\s?\d)`,
  'gu',
);

/** Where a text gives measured amounts in digits; one whose digits can be read in two ways is left out. */
export function findAmounts(text: string): Amount[] {
  return [...text.matchAll(AMOUNT)].flatMap((match) => {
    const unit = UNITS[(match.slice(3) as (string | undefined)[]).findIndex((written) => written !== undefined)];
    const values = [match[1], match[2]].flatMap((digits) => (digits === undefined ? [] : [valueOf(digits)]));
    if (unit === undefined || values.some((value) => value === null)) return [];
    const read = values.filter((value) => value !== null);
    return [{ text: match[0], start: match.index, end: match.index + match[0].length, values: read, unit }];
  });
}

export function systemOf(unit: Unit): System {
  return MEASURES[unit].system;
}

/**
 * An amount in the other system: "about 7.46 miles". As exact as it was given, and at least to three digits; degrees to
 * as many decimals as were given. "about" is left out where nothing was rounded.
 */
export function convertAmount({ values, unit }: Pick<Amount, 'values' | 'unit'>): string {
  const from: Measure = MEASURES[unit];
  const to: Measure = MEASURES[from.into as Unit];
  const converted = values.map((value) => {
    const exact = ((value - (from.offset ?? 0)) * from.factor) / to.factor + (to.offset ?? 0);
    const rounded = unit.startsWith('°')
      ? Number(exact.toFixed(decimalsOf(value)))
      : Number(exact.toPrecision(Math.max(3, digitsOf(value))));
    return { rounded, exact: Math.abs(rounded - exact) <= 1e-9 * Math.max(1, Math.abs(exact)) };
  });
  const shown = converted.map(({ rounded }) => written(rounded)).join(' to ');
  return `${converted.every(({ exact }) => exact) ? '' : 'about '}${shown} ${to.shown}`;
}

function valueOf(digits: string): number | null {
  const unsigned = digits.replace(/^[-−]/, '');
  const readings = readDigits(unsigned);
  // "1,240" is a thousand and more in English; "1.240" may be either.
  if (readings.length > 1 && unsigned.includes('.')) return null;
  const [value] = readings;
  return value === undefined ? null : unsigned === digits ? value : -value;
}

function digitsOf(value: number): number {
  const plain = String(Math.abs(value));
  return plain.includes('.') ? plain.replace(/^0?\.0*|\./g, '').length : plain.replace(/0+$/, '').length;
}

function decimalsOf(value: number): number {
  return String(value).split('.')[1]?.length ?? 0;
}

/** Without -0 and exponents, thousands apart. */
function written(value: number): string {
  const [whole = '0', fraction] = (value === 0 ? 0 : value)
    .toFixed(12)
    .replace(/\.?0+$/, '')
    .split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
