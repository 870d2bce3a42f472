/**
 * The English stem of a folded word: M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, steps 1 to
 * 5, with the author's later changes (bli, logi). Words with digits or of fewer than three letters are their own stem.
 */
export function stem(word: string): string {
  const base = word.replace(/'s?$/, '').replace(/'/g, '');
  if (base.length < 3 || !/^[a-z]+$/.test(base)) return base;
  return [plurals, pastAndProgressive, finalY, doubleSuffixes, fullSuffixes, bareSuffixes, tidy].reduce(
    (stemmed, step) => step(stemmed),
    base,
  );
}

function plurals(word: string): string {
  if (word.endsWith('sses') || word.endsWith('ies')) return word.slice(0, -2);
  if (word.endsWith('ss')) return word;
  return word.endsWith('s') ? word.slice(0, -1) : word;
}

function pastAndProgressive(word: string): string {
  if (word.endsWith('eed')) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = word.endsWith('ed') ? 'ed' : word.endsWith('ing') ? 'ing' : '';
  const root = word.slice(0, word.length - suffix.length);
  if (suffix === '' || !hasVowel(root)) return word;
  if (/(?:at|bl|iz)$/.test(root)) return `${root}e`;
  if (endsDouble(root) && !/[lsz]$/.test(root)) return root.slice(0, -1);
  return measure(root) === 1 && endsShort(root) ? `${root}e` : root;
}

function finalY(word: string): string {
  return word.endsWith('y') && hasVowel(word.slice(0, -1)) ? `${word.slice(0, -1)}i` : word;
}

const DOUBLE: readonly (readonly [string, string])[] = [
  ['ational', 'ate'],
  ['tional', 'tion'],
  ['enci', 'ence'],
  ['anci', 'ance'],
  ['izer', 'ize'],
  ['bli', 'ble'],
  ['alli', 'al'],
  ['entli', 'ent'],
  ['eli', 'e'],
  ['ousli', 'ous'],
  ['ization', 'ize'],
  ['ation', 'ate'],
  ['ator', 'ate'],
  ['alism', 'al'],
  ['iveness', 'ive'],
  ['fulness', 'ful'],
  ['ousness', 'ous'],
  ['aliti', 'al'],
  ['iviti', 'ive'],
  ['biliti', 'ble'],
  ['logi', 'log'],
];

const FULL: readonly (readonly [string, string])[] = [
  ['icate', 'ic'],
  ['ative', ''],
  ['alize', 'al'],
  ['iciti', 'ic'],
  ['ical', 'ic'],
  ['ful', ''],
  ['ness', ''],
];

const BARE = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|al|er|ic|ou|(?<=[st])ion)$/;

function doubleSuffixes(word: string): string {
  return replaceSuffix(word, DOUBLE);
}

function fullSuffixes(word: string): string {
  return replaceSuffix(word, FULL);
}

function replaceSuffix(word: string, table: readonly (readonly [string, string])[]): string {
  for (const [from, to] of table) {
    if (!word.endsWith(from)) continue;
    const root = word.slice(0, word.length - from.length);
    return measure(root) > 0 ? root + to : word;
  }
  return word;
}

function bareSuffixes(word: string): string {
  const root = word.replace(BARE, '');
  return root !== word && measure(root) > 1 ? root : word;
}

function tidy(word: string): string {
  let out = word;
  if (out.endsWith('e')) {
    const root = out.slice(0, -1);
    const size = measure(root);
    if (size > 1 || (size === 1 && !endsShort(root))) out = root;
  }
  return out.endsWith('ll') && measure(out) > 1 ? out.slice(0, -1) : out;
}

/** The word as a row of v (vowel) and c (consonant); y is a vowel after a consonant. */
function shape(word: string): string {
  let out = '';
  for (const letter of word) {
    const vowel = 'aeiou'.includes(letter) || (letter === 'y' && out.endsWith('c'));
    out += vowel ? 'v' : 'c';
  }
  return out;
}

/** How many times a vowel run is followed by a consonant run: Porter's m. */
function measure(word: string): number {
  return shape(word).match(/v+c+/g)?.length ?? 0;
}

function hasVowel(word: string): boolean {
  return shape(word).includes('v');
}

function endsDouble(word: string): boolean {
  return word.length > 1 && word.at(-1) === word.at(-2) && shape(word).endsWith('c');
}

/** Ends consonant, vowel, consonant, the last not w, x or y: Porter's *o. */
function endsShort(word: string): boolean {
  return shape(word).endsWith('cvc') && !/[wxy]$/.test(word);
}
