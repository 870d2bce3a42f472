import type { Dice } from '../write/dice.ts';

/** A run of a goal, with the slot that it fills. */
export interface Run {
  readonly text: string;
  readonly slot: string | null;
}

/**
 * Throws one reading of a phrase: (this|that) is one of them, [this] may be left out, [this|that] too, {name} is filled by `fill`, which
 * may give nothing. "{a, b}" with spaces is a set of phrases: some of them, in any order.
 */
export function throwPhrase(d: Dice, phrase: string, fill: (name: string) => readonly Run[] | null): Run[] {
  let at = 0;
  const runs = sequence('');
  return runs;

  function sequence(ends: string): Run[] {
    const out: Run[] = [];
    let text = '';
    const flush = (): void => {
      if (text !== '') out.push({ text, slot: null });
      text = '';
    };
    while (at < phrase.length && !ends.includes(phrase[at] ?? '')) {
      const char = phrase[at++] ?? '';
      if (char === '(') {
        flush();
        out.push(...oneOf('|)'));
      } else if (char === '[') {
        flush();
        const inner = oneOf('|]');
        if (d.chance(0.5)) out.push(...inner);
      } else if (char === '{') {
        flush();
        const end = phrase.indexOf('}', at);
        const name = phrase.slice(at, end);
        at = end + 1;
        out.push(...(fill(name) ?? []));
      } else text += char;
    }
    flush();
    return out;
  }

  function oneOf(ends: string): Run[] {
    const options: Run[][] = [];
    do options.push(sequence(ends));
    while (phrase[at++] === '|');
    return d.pick(options);
  }
}
