import type { Sha256 } from '#core/base/ids.ts';
import { hex } from '#core/base/bytes.ts';
import { FORMS, SLOTS, type GoalSlot } from '#core/planner/forms.ts';
import type { ReadWords } from '#core/planner/marked-words.ts';
import type { GoalReader } from '#ports/goal-reader.ts';
import { encoderOf, softmax } from './encoder.ts';
import { piecesOf } from './pieces.ts';
import { weightsOf } from './weights.ts';

/** The model that the app brings along, from the bytes of its file. */
export function goalReader(file: Uint8Array, sha256: Sha256): GoalReader {
  const weights = weightsOf(file);
  const encode = encoderOf(weights);
  return {
    digest: hex(sha256(file)),
    read: (words) => {
      const { form, tags } = encode(words.map(({ lower, marks }) => ({ ...piecesOf(lower), marks })));
      const shares = softmax(form, weights.temperature);
      const best = highest(shares);
      return { form: FORMS[best] ?? 'none', confidence: shares[best] ?? 0, slots: runsOf(tags.map(highest)) };
    },
  };
}

function highest(values: ArrayLike<number>): number {
  let best = 0;
  for (let at = 1; at < values.length; at++) if ((values[at] ?? 0) > (values[best] ?? 0)) best = at;
  return best;
}

/** Tags are 0 for no slot, then two for each: its first word, and its further words. */
function runsOf(tags: readonly number[]): ReadWords['slots'] {
  const runs: { slot: GoalSlot; start: number; end: number }[] = [];
  tags.forEach((tag, at) => {
    const slot = tag === 0 ? undefined : SLOTS[(tag - 1) >> 1];
    if (slot === undefined) return;
    const open = runs.at(-1);
    if (tag % 2 === 0 && open?.slot === slot && open.end === at) open.end = at + 1;
    else runs.push({ slot, start: at, end: at + 1 });
  });
  return runs;
}
