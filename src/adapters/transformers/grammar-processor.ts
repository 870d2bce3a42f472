import { LogitsProcessor, LogitsProcessorList } from '@huggingface/transformers';
import type { Acceptance } from '#core/grammar/acceptor.ts';
import type { TokenMask } from '#core/grammar/vocabulary.ts';

interface Logits {
  readonly data: Float32Array;
}

/** Leaves to a model only tokens that a grammar goes on with, and its end only where the text is whole. */
class GrammarProcessor extends LogitsProcessor {
  #state: Acceptance;
  #read: number;
  readonly #mask: TokenMask;
  readonly #ends: ReadonlySet<number>;
  readonly #greedy: boolean;

  constructor(options: { mask: TokenMask; promptTokens: number; ends: ReadonlySet<number>; greedy: boolean }) {
    super();
    this.#mask = options.mask;
    this.#state = options.mask.start;
    this.#read = options.promptTokens;
    this.#ends = options.ends;
    this.#greedy = options.greedy;
  }

  override _call(ids: bigint[][], logits: unknown): Logits {
    const written = ids[0] ?? [];
    for (; this.#read < written.length; this.#read++)
      this.#state = this.#mask.after(this.#state, Number(written[this.#read]));
    const scores = (logits as Logits).data;
    const may = this.#best(scores) ?? this.#all();
    const kept = may.map((id) => scores[id] ?? -Infinity);
    scores.fill(-Infinity);
    may.forEach((id, at) => (scores[id] = kept[at] ?? -Infinity));
    return logits as Logits;
  }

  /** Where only the likeliest counts, and it may come, no other need be looked at. */
  #best(scores: Float32Array): readonly number[] | null {
    if (!this.#greedy) return null;
    let best = 0;
    for (let id = 1; id < scores.length; id++) if ((scores[id] ?? -Infinity) > (scores[best] ?? -Infinity)) best = id;
    const comes = this.#ends.has(best)
      ? this.#mask.mayEnd(this.#state)
      : this.#mask.after(this.#state, best).length > 0;
    return comes ? [best] : null;
  }

  #all(): readonly number[] {
    const may = this.#mask.allowed(this.#state);
    const all = this.#mask.mayEnd(this.#state) ? [...may, ...this.#ends] : may;
    if (all.length === 0) throw new Error('no token of the model goes on with what it has to write');
    return all;
  }
}

export function grammarProcessors(options: ConstructorParameters<typeof GrammarProcessor>[0]): LogitsProcessorList {
  const list = new LogitsProcessorList();
  list.push(new GrammarProcessor(options));
  return list;
}
