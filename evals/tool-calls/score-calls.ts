import { OWNER_TYPED } from '#core/labels/label.ts';
import type { Engine } from '#ports/engine.ts';
import { asked, type ToolCase } from '#tests/fakes/tinytool.ts';
import misspelt from './misspelt.json';

export interface CallScores {
  readonly cases: number;
  readonly exact: number;
  /** As many as the model got right when it was last looked at: all but those of misspelt.json. */
  readonly expected: number;
  /** Calls that are others than the ones that were right. */
  readonly wrong: readonly { readonly wanted: string; readonly got: string }[];
  /** Of each answer, its prompt's reading and all. */
  readonly tokensPerSecond: readonly number[];
}

/** Has a model make a call for each case, as the app asks for one: exact is the tool with all its arguments, and nothing else. */
export async function scoreToolCalls(engine: Engine, model: string, cases: readonly ToolCase[]): Promise<CallScores> {
  const wrong: CallScores['wrong'][number][] = [];
  const known = new Set(misspelt.map((call) => JSON.stringify(call)));
  let expected = 0;
  const tokensPerSecond: number[] = [];
  for (const one of cases) {
    const { messages, tools, call } = asked(one);
    const begun = performance.now();
    const answered = await engine.infer(
      {
        ...{ model, messages, tools, answer: { kind: 'tool-call' } },
        ...{ tokensMax: 200, temperature: 0, seed: 1 },
        by: { tool: 'ask-model', run: 'run-1', step: 'step-1' },
        ...{ planned: true, planner: OWNER_TYPED },
      },
      () => undefined,
      new AbortController().signal,
    );
    const seconds = (performance.now() - begun) / 1_000;
    if (answered.ok) tokensPerSecond.push(answered.value.tokens.out.count / seconds);
    const { answer } = answered.ok ? answered.value : { answer: null };
    const got = JSON.stringify(answer?.kind === 'tool-call' ? answer.call : answered);
    const wanted = JSON.stringify(call);
    if (!known.has(wanted)) expected++;
    if (got !== wanted) wrong.push({ wanted, got });
  }
  return { cases: cases.length, exact: cases.length - wrong.length, expected, wrong, tokensPerSecond };
}
