import type { Dice } from '../write/dice.ts';

const ROWS = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** How slips of the hand come: a neighbouring key, two letters swapped, one left out, doubled or put in. */
export function slip(d: Dice, word: string): string {
  if (word.length < 3 || /[\d@.]/.test(word)) return word;
  const at = d.whole(word.length > 4 ? 1 : 0, word.length - 1);
  const letter = word[at] ?? '';
  const [before, after] = [word.slice(0, at), word.slice(at + 1)];
  switch (d.whole(0, 5)) {
    case 0:
      return before + neighbour(d, letter) + after;
    case 1:
    case 2:
      return after === '' ? word : before + (after[0] ?? '') + letter + after.slice(1);
    case 3:
      return before + after;
    case 4:
      return before + letter + letter + after;
    default:
      return before + neighbour(d, letter) + letter + after;
  }
}

function neighbour(d: Dice, letter: string): string {
  const row = ROWS.find((keys) => keys.includes(letter.toLowerCase()));
  if (row === undefined) return letter;
  const at = row.indexOf(letter.toLowerCase());
  return d.pick([row[at - 1], row[at + 1]].filter((key) => key !== undefined));
}

/** Every word with that chance. */
export function withSlips(d: Dice, text: string, rate: number): string {
  return rate === 0 ? text : text.replace(/\p{L}{3,}/gu, (word) => (d.chance(rate) ? slip(d, word) : word));
}
