import { editDistance } from '#core/text/edit-distance.ts';

/** Long words of dates that are often misspelt and near to no other word. */
const DATE_WORDS = [
  'tomorrow',
  'yesterday',
  'tuesday',
  'wednesday',
  'thursday',
  'saturday',
  'january',
  'february',
  'september',
  'october',
  'november',
  'december',
  'weekend',
];

export interface RepairedText {
  readonly text: string;
  /** An offset into the text as written, for one into the repaired text. */
  readonly original: (offset: number) => number;
}

/** "tommorow" becomes "tomorrow", "wensday" "Wednesday"; everything else stays. */
export function repairDateWords(text: string): RepairedText {
  const shifts: { readonly at: number; readonly by: number }[] = [];
  let out = '';
  let copied = 0;
  for (const match of text.matchAll(/\p{L}{6,11}/gu)) {
    const word = match[0].toLowerCase();
    if (DATE_WORDS.includes(word) || word.endsWith('s')) continue;
    const meant = DATE_WORDS.find(
      (candidate) => candidate[0] === word[0] && editDistance(candidate, word) <= allowed(candidate),
    );
    if (meant === undefined) continue;
    out += text.slice(copied, match.index) + meant;
    copied = match.index + word.length;
    shifts.push({ at: out.length, by: word.length - meant.length });
  }
  out += text.slice(copied);
  return {
    text: out,
    original: (offset) => shifts.reduce((moved, { at, by }) => (offset >= at ? moved + by : moved), offset),
  };
}

function allowed(word: string): number {
  return word.length >= 8 ? 2 : 1;
}
