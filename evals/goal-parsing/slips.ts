import type { Dice } from '../write/dice.ts';

/**
 * How goals come out wrong here: sounds written as heard, vowels left out or mixed up, double letters made single, words run
 * together, the end of a word first. Another process than training's slips of the hand.
 */
const HEARD: readonly (readonly [RegExp, string])[] = [
  [/ie/, 'ei'],
  [/ei/, 'ie'],
  [/ph/, 'f'],
  [/([bdfglmnprst])\1/, '$1'],
  [/ough/, 'uff'],
  [/tion/, 'shun'],
  [/ea/, 'ee'],
  [/ou/, 'uo'],
  [/ck/, 'k'],
  [/wh/, 'w'],
  [/er(?=[a-z])/, 'r'],
  [/e(?=[rlnst][a-z])/, 'a'],
  [/a(?=[rlnst][a-z])/, 'e'],
  [/i(?=[a-z])/, 'y'],
  [/he/, 'eh'],
];

export function misheard(d: Dice, text: string): string {
  let out = text;
  for (let slips = d.whole(1, 2); slips > 0; slips--) {
    const words = [...out.matchAll(/\p{Ll}{4,}/gu)];
    if (words.length === 0) return out;
    const word = d.pick(words);
    const [before, after] = [out.slice(0, word.index), out.slice(word.index + word[0].length)];
    if (d.chance(0.12) && /^ \p{Ll}/u.test(after)) {
      out = before + word[0] + after.slice(1);
      continue;
    }
    const fitting = HEARD.filter(([pattern]) => pattern.test(word[0]));
    const changed =
      fitting.length > 0 && d.chance(0.8)
        ? word[0].replace(...(d.pick(fitting) as [RegExp, string]))
        : word[0].charAt(0) + word[0].slice(1).replace(/[aeiou]/, '');
    out = before + changed + after;
  }
  return out;
}
