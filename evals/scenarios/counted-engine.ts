import type { Engine } from '#ports/engine.ts';

/** What models were asked in all, answered or not. */
export interface ModelCount {
  calls: number;
  tokensIn: number;
  tokensOut: number;
}

/**
 * The same engine, whose questions are counted.
 * @param what `tokens`: of a provider's engine, which is also gone through to compose a question that is not asked yet
 */
export function countedEngine(engine: Engine, count: ModelCount, what: 'all' | 'tokens'): Engine {
  return {
    describe: () => engine.describe(),
    models: (signal) => engine.models(signal),
    countTokens: (model, text) => engine.countTokens(model, text),
    infer: async (request, onText, signal) => {
      if (what === 'all') count.calls++;
      const said = await engine.infer(request, onText, signal);
      if (said.ok) {
        count.tokensIn += said.value.tokens.in.count;
        count.tokensOut += said.value.tokens.out.count;
      }
      return said;
    },
  };
}
