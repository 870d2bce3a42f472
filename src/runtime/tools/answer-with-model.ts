import { err, ok, type Result } from '#core/base/result.ts';
import type { EngineUse } from '#core/models/jobs.ts';
import { answerSaid, inWindows, readAnswering, SENTENCES_MAX, type SaidSentence } from '#core/writing/answering.ts';
import { passagesShown, questionAbout, shareOf } from '#core/writing/question.ts';
import { estimateTokens } from '#core/models/estimate-tokens.ts';
import { anythingStands } from '#core/writing/supported.ts';
import type { Passage, PassagesObservation } from '#core/tools/documents/passage.ts';
import { answerWithModel as definition } from '#core/tools/models/definitions.ts';
import { asJson, draftOf, inputOf, saidOf } from './arguments.ts';
import type { StepModel, Tool, ToolContext } from './tool.ts';

/** How often the window is taken to be half of what was thought. */
const HALVINGS_MAX = 4;

/**
 * A model answers from the passages. Where they do not fit its window, it first says of each part which passages tell
 * something (map), and then answers from those (reduce). What was found without it stands where it fails.
 */
export const answerWithModel: Tool = {
  definition,
  run: async (_args, context) => {
    const found = inputOf<PassagesObservation>(context, 'passages');
    const draft = draftOf(context);
    if (found === null || draft === null)
      return err({ code: 'bad-arguments', message: 'The passages to answer from are missing.' });
    const without = (why: string): Result<ReturnType<typeof asJson>, never> =>
      ok(asJson({ ...draft, notes: [...draft.notes, why] }));
    if (found.passages.length === 0) return ok(asJson(draft));
    const said = await sayAnswer(found, context);
    if (!said.ok) return without(`${said.error} So this was answered without it.`);
    const { used } = said.value;
    const engines = used === null ? [] : [used];
    const name = used?.model ?? 'The model';
    if (said.value.sentences.length === 0)
      return without(`${name} found no answer in the passages; this was found without it.`);
    const written = answerSaid(said.value.sentences, said.value.passages, draft);
    if (!anythingStands(written))
      return without(
        `What ${name} wrote is not borne out by your files, so it was left out; this was found without it.`,
      );
    return ok(asJson({ ...written, engines }));
  },
};

interface Said {
  readonly sentences: readonly SaidSentence[];
  /** What they point into. */
  readonly passages: readonly Passage[];
}

/** What a provider said in the step before, or what is asked of the model of this step. */
async function sayAnswer(
  found: PassagesObservation,
  context: ToolContext,
): Promise<Result<Said & { readonly used: EngineUse | null }, string>> {
  const asked = saidOf(context);
  if (asked?.kind === 'not-said') return err(asked.why);
  if (asked !== null) {
    const passages = passagesShown(found);
    return ok({ sentences: readAnswering(asked.value, passages.length), passages, used: asked.use });
  }
  const { model } = context;
  if (model === null) return err('No model was there to ask.');
  const all = found.passages.map(({ passage }) => passage);
  const said = await sayFrom(found.question, all, model, context);
  return said.ok ? ok({ ...said.value, used: model.used() }) : said;
}

async function sayFrom(
  question: string,
  all: readonly Passage[],
  model: StepModel,
  context: ToolContext,
): Promise<Result<Said, string>> {
  let window = model.windowTokens;
  let passages = all;
  for (let halved = 0; ;) {
    const { tokensMax, room } = shareOf(window, question);
    const parts = inWindows(passages, room);
    const telling: Passage[] = [];
    let last: Said = { sentences: [], passages };
    let tooLong: number | null = null;
    for (const [at, part] of parts.entries()) {
      if (context.signal.aborted) return err('It was stopped.');
      context.progress(at, parts.length);
      const asked = questionAbout(question, part, tokensMax);
      const answer = await model.ask(asked);
      if (!answer.ok) {
        if (!answer.error.tooLong || halved === HALVINGS_MAX) return err(answer.error.message);
        tooLong = tokensMax + estimateTokens(`${asked.told}${asked.shown}`);
        break;
      }
      const sentences = readAnswering(answer.value, part.length);
      last = { sentences, passages: part };
      telling.push(...indicesOf(sentences).flatMap((index) => part[index] ?? []));
    }
    if (tooLong !== null) {
      halved++;
      window = Math.floor(Math.min(window, tooLong) / 2);
      continue;
    }
    if (parts.length === 1 || telling.length === 0) return ok(last);
    // As many as it began with would go round for ever.
    passages = telling.length < passages.length ? telling : telling.slice(0, Math.ceil(passages.length / 2));
    if (inWindows(passages, room).length === parts.length) passages = passages.slice(0, SENTENCES_MAX);
  }
}

function indicesOf(sentences: readonly SaidSentence[]): number[] {
  return [...new Set(sentences.flatMap(({ from }) => from))];
}
